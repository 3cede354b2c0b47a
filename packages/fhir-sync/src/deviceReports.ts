import { type AuditEvent, sealedWorkReceipt } from '@fieldchart/clinical';
import type { HttpTransport } from './httpTransport.ts';
import { isJsonObject, parseJson } from './json.ts';

const headers = { 'content-type': 'application/json', accept: 'application/json' };

/** Sends links of the device's audit chain. Yields the number up to which the server holds all, or null: try again. */
export async function sendAuditLinks(
  transport: HttpTransport,
  events: readonly AuditEvent[],
): Promise<number | null> {
  const body = JSON.stringify({ events });
  const answer = await transport.request({
    method: 'POST',
    path: '/device/audit',
    headers,
    body,
    timeoutMs: 30_000,
  });
  const json = answer.status === 200 ? parseJson(answer.body) : undefined;
  const upTo = isJsonObject(json) ? json['up_to'] : undefined;
  return typeof upTo === 'number' && Number.isSafeInteger(upTo) ? upTo : null;
}

/**
 * Uploads sealed work: of a withdrawn device with the token it was left, of an active one with its own. True once the
 * server's receipt names exactly this text.
 */
export async function sendSealedWork(
  transport: HttpTransport,
  input: { readonly accessToken?: string; readonly work: string; readonly sha256: string },
): Promise<boolean> {
  const answer = await transport.request({
    method: 'POST',
    path: '/device/sealed-work',
    headers:
      input.accessToken === undefined
        ? headers
        : { ...headers, authorization: `Bearer ${input.accessToken}` },
    body: JSON.stringify({ work: input.work }),
    timeoutMs: 120_000,
  });
  const receipt = answer.status === 201 ? sealedWorkReceipt.safeParse(parseJson(answer.body)) : undefined;
  return receipt?.success === true && receipt.data.sha256 === input.sha256;
}

/** Tells the server that what the device held is destroyed. */
export async function acknowledgeErased(transport: HttpTransport, accessToken: string): Promise<boolean> {
  const answer = await transport.request({
    method: 'POST',
    path: '/device/erased',
    headers: { ...headers, authorization: `Bearer ${accessToken}` },
    body: '{}',
    timeoutMs: 30_000,
  });
  return answer.status === 204;
}
