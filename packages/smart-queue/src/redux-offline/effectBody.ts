import { isRecord } from './offlineTypes.ts';

/** The effect of redux-offline's default reconciler, and of most others: a request. */
export interface RequestEffect {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Where effects keep their body: redux-offline's `json` first, as it wins there too; axios says `data`. */
const places = ['json', 'body', 'data'] as const;

interface Body {
  readonly place: (typeof places)[number];
  /** It stands there as a text of JSON. */
  readonly text: boolean;
  readonly value: unknown;
}

/** The request that an effect describes, its method in capitals and its header names in small letters. */
export function requestOf(effect: unknown): RequestEffect | null {
  if (!isRecord(effect) || typeof effect['url'] !== 'string') return null;
  const method = effect['method'] ?? 'GET';
  if (typeof method !== 'string') return null;
  const headers: Record<string, string> = {};
  if (isRecord(effect['headers'])) {
    for (const [name, value] of Object.entries(effect['headers']))
      headers[name.toLowerCase()] = String(value);
  }
  return { url: effect['url'], method: method.toUpperCase(), headers, raw: effect };
}

/** The body of a request, parsed; undefined where it has none; null where it is something that JSON cannot say. */
export function bodyOf({ raw }: RequestEffect): Body | null | undefined {
  const place = places.find((name) => raw[name] !== undefined && raw[name] !== null);
  if (place === undefined) return undefined;
  const value = raw[place];
  if (typeof value !== 'string') {
    return isRecord(value) || Array.isArray(value) ? { place, text: false, value } : null;
  }
  try {
    return { place, text: true, value: JSON.parse(value) as unknown };
  } catch {
    return null;
  }
}

/** The same request with another body, in the place and the form that it had. */
export function withBody(request: RequestEffect, { place, text }: Body, value: unknown): unknown {
  return { ...request.raw, [place]: text ? JSON.stringify(value) : value };
}
