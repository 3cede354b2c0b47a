// TextEncoder, TextDecoder, atob and btoa stand in every runtime that Fieldchart supports (Node, browsers,
// Hermes with React Native), but in no library that the platform-free packages compile against.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string };
declare function atob(base64: string): string;
declare function btoa(binary: string): string;

export type Bytes = Uint8Array<ArrayBuffer>;

/** UTF-8 bytes of a text. */
export function utf8Encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** The text of UTF-8 bytes; throws a TypeError on malformed input. */
export function utf8Decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** Lower-case hexadecimal. */
export function hexEncode(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Standard base64 with padding, RFC 4648 section 4. */
export function base64Encode(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}

/** Inverse of {@link base64Encode}; throws on characters outside the alphabet. */
export function base64Decode(base64: string): Bytes {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Base64 for URLs without padding, RFC 4648 section 5. */
export function base64UrlEncode(bytes: Uint8Array): string {
  return base64Encode(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
}

/** Inverse of {@link base64UrlEncode}; throws on characters outside the alphabet. */
export function base64UrlDecode(text: string): Bytes {
  return base64Decode(text.replaceAll('-', '+').replaceAll('_', '/'));
}

/** One array holding all of `parts` in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Compares without leaving early, so that the time taken does not tell where two secrets differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}
