import { base64UrlDecode, hexEncode } from './bytes.ts';

/** A key's RFC 7638 thumbprint (SHA-256, base64url) in hexadecimal groups of four, for people to compare: its first 128 bits. */
export function toFingerprint(thumbprint: string): string {
  const hex = hexEncode(base64UrlDecode(thumbprint)).slice(0, 32).toUpperCase();
  return hex.match(/.{4}/gu)?.join(' ') ?? '';
}
