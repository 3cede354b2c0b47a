import type { HttpTransport } from './httpTransport.ts';
import { isJsonObject, parseJson } from './json.ts';

/** Asks for the server's health, without authorisation. A captive portal's page is not the server. */
export async function probeServer(transport: HttpTransport): Promise<boolean> {
  try {
    const answer = await transport.request({
      method: 'GET',
      path: '/health',
      headers: { accept: 'application/json' },
      timeoutMs: 10_000,
    });
    const json = parseJson(answer.body);
    return answer.status === 200 && isJsonObject(json) && json['status'] === 'ok';
  } catch {
    return false;
  }
}
