import { rescueDelivery } from '@fieldchart/clinical';
import { type Result, fail, ok } from '@fieldchart/foundation';
import type { HttpTransport } from './httpTransport.ts';
import { parseJson } from './json.ts';

const headers = { 'content-type': 'application/json', accept: 'application/json' };

/** Lays a rescue request down at the server. `refused`: it says that it is none of its own; `unreachable`: try again. */
export async function sendRescueRequest(
  transport: HttpTransport,
  text: string,
): Promise<Result<null, { readonly kind: 'refused' | 'unreachable' }>> {
  try {
    const answer = await transport.request({
      method: 'POST',
      path: '/auth/rescue',
      headers,
      body: JSON.stringify({ request: text }),
      timeoutMs: 30_000,
    });
    if (answer.status === 201) return ok(null);
    return fail({ kind: answer.status === 400 ? 'refused' : 'unreachable' });
  } catch {
    return fail({ kind: 'unreachable' });
  }
}

/** Looks for the answer to a request; null while there is none. */
export async function fetchRescueAnswer(
  transport: HttpTransport,
  id: string,
): Promise<Result<string | null, { readonly kind: 'unreachable' }>> {
  try {
    const answer = await transport.request({
      method: 'GET',
      path: `/auth/rescue/${encodeURIComponent(id)}`,
      headers: { accept: 'application/json' },
      timeoutMs: 30_000,
    });
    const delivered = rescueDelivery.safeParse(parseJson(answer.body));
    if (answer.status === 200 && delivered.success) return ok(delivered.data.answer);
    return answer.status === 404 ? ok(null) : fail({ kind: 'unreachable' });
  } catch {
    return fail({ kind: 'unreachable' });
  }
}
