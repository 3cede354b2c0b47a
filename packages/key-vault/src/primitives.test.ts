import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Bytes, hexEncode, utf8Encode } from '@fieldchart/foundation';
import { gcmDecrypt, gcmEncrypt, hkdf, pbkdf2 } from './primitives.ts';

const bytes = (hex: string): Bytes => new Uint8Array(Buffer.from(hex, 'hex'));

test.each([
  [
    'passwd',
    'salt',
    1,
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
      '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
  ],
  [
    'Password',
    'NaCl',
    80_000,
    '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56' +
      'a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d',
  ],
])(
  'PBKDF2-HMAC-SHA256 answers as in RFC 7914, section 11: %s',
  async (password, salt, iterations, answer) => {
    const input = { password: utf8Encode(password), salt: utf8Encode(salt), iterations, length: 64 };
    expect(hexEncode(await pbkdf2(webcrypto, input))).toBe(answer);
  },
);

test.each([
  [
    1,
    '000102030405060708090a0b0c',
    'f0f1f2f3f4f5f6f7f8f9',
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  ],
  [3, '', '', '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'],
])('HKDF-SHA256 answers as in RFC 5869, test case %i', async (_case, salt, info, answer) => {
  const input = { key: bytes('0b'.repeat(22)), salt: bytes(salt), info: bytes(info), length: 42 };
  expect(hexEncode(await hkdf(webcrypto, input))).toBe(answer);
});

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 14 and 16 (AES-256).
test.each([
  [
    '0'.repeat(64),
    '0'.repeat(24),
    '',
    '0'.repeat(32),
    'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  ],
  [
    'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    'cafebabefacedbaddecaf888',
    'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  ],
])(
  'AES-256-GCM answers as in the published vectors, and refuses an altered tag',
  async (key, nonce, extra, plain, sealed) => {
    const common = { key: bytes(key), nonce: bytes(nonce), additionalData: bytes(extra) };
    const encrypted = await gcmEncrypt(webcrypto, { ...common, data: bytes(plain) });
    expect(hexEncode(encrypted)).toBe(sealed);
    expect(hexEncode((await gcmDecrypt(webcrypto, { ...common, data: encrypted })) ?? bytes(''))).toBe(plain);
    encrypted[encrypted.length - 1] = (encrypted.at(-1) ?? 0) ^ 1;
    expect(await gcmDecrypt(webcrypto, { ...common, data: encrypted })).toBeNull();
  },
);
