import { isRecord } from '../isRecord.ts';

/** The address that a bundle's link of this relation leads to. */
export function linkOf(body: unknown, relation: string): string | undefined {
  const links = isRecord(body) && Array.isArray(body['link']) ? body['link'] : [];
  const link = links.filter(isRecord).find((one) => one['relation'] === relation);
  return typeof link?.['url'] === 'string' ? link['url'] : undefined;
}

/** The status of each entry of a response. */
export function statusesOf(body: unknown): readonly number[] {
  const entries = isRecord(body) && Array.isArray(body['entry']) ? body['entry'] : [];
  return entries.map((entry) => {
    const response = isRecord(entry) ? entry['response'] : undefined;
    return Number(String(isRecord(response) ? response['status'] : '').slice(0, 3));
  });
}

/**
 * An answer without what two servers may say differently: the text of links, ids of review items, signatures, and the
 * words of refusals that only developers read.
 */
export function comparable(body: unknown): unknown {
  const json = JSON.stringify(body, (name, value: unknown) => {
    if (name === 'diagnostics' || name === 'data' || name === 'timestamp') return '*';
    if (name === 'total') return undefined;
    if (typeof value !== 'string') return value;
    return value
      .replaceAll(/(_cursor|_page|_after)=[^&]*/gu, '$1=*')
      .replace(/^urn:uuid:[0-9a-f-]{36}$/u, (urn) => (name === 'location' ? 'urn:uuid:*' : urn));
  });
  return json === undefined ? undefined : (JSON.parse(json) as unknown);
}
