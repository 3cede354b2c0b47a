import { compactDecrypt, importJWK } from 'jose';
import { type Bytes, hexEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { gcmDecrypt, gcmEncrypt, hkdf, pbkdf2 } from '../primitives.ts';
import type { KeyHandle, WebCrypto } from '../webCrypto.ts';

/** The vault's crypto, and what checking a signature takes. */
export interface VectorCrypto extends WebCrypto {
  readonly subtle: WebCrypto['subtle'] & {
    importKey(
      format: 'raw',
      data: Bytes,
      algorithm: { readonly name: 'ECDSA'; readonly namedCurve: 'P-384' },
      extractable: boolean,
      usages: 'verify'[],
    ): Promise<KeyHandle>;
    verify(
      algorithm: { readonly name: 'ECDSA'; readonly hash: 'SHA-384' },
      key: KeyHandle,
      signature: Bytes,
      data: Bytes,
    ): Promise<boolean>;
  };
}

/** A published question and what the platform's crypto answers. Plain data, so that it also runs in a browser's page. */
export interface PublishedVector {
  readonly name: string;
  readonly expected: string;
  answer(crypto: VectorCrypto): Promise<string>;
}

const bytes = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));

const gcm = (
  name: string,
  input: readonly [key: string, nonce: string, extra: string, plain: string],
  sealed: string,
): PublishedVector => ({
  name: `AES-256-GCM, McGrew and Viega, ${name}`,
  expected: `${sealed} opens, altered refused`,
  async answer(crypto) {
    const [key, nonce, additionalData, data] = input.map(bytes) as [Bytes, Bytes, Bytes, Bytes];
    const encrypted = await gcmEncrypt(crypto, { key, nonce, additionalData, data });
    const text = hexEncode(encrypted);
    const opened = await gcmDecrypt(crypto, { key, nonce, additionalData, data: encrypted });
    const opens = opened !== null && hexEncode(opened) === input[3];
    encrypted[encrypted.length - 1] = (encrypted.at(-1) ?? 0) ^ 1;
    const altered = await gcmDecrypt(crypto, { key, nonce, additionalData, data: encrypted });
    return `${text} ${opens ? 'opens' : 'does not open'}, altered ${altered === null ? 'refused' : 'taken'}`;
  },
});

/** RFC 7520 has these ciphertexts whole. */
const pbes2Jwe = [
  'eyJhbGciOiJQQkVTMi1IUzUxMitBMjU2S1ciLCJwMnMiOiI4UTFTemluYXNSM3hjaFl6NlpaY0hBIiwicDJjIjo4MTkyLCJjdHkiOiJqd2stc2V0K2pzb24iLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0',
  'd3qNhUWfqheyPp4H8sjOWsDYajoej4c5Je6rlUtFPWdgtURtmeDV1g',
  'VBiCzVHNoLiR3F4V82uoTQ',
  '23i-Tb1AV4n0WKVSSgcQrdg6GRqsUKxjruHXYsTHAJLZ2nsnGIX86vMXqIi6IRsfywCRFzLxEcZBRnTvG3nhzPk0GDD7FMyXhUHpDjEYCNA_XOmzg8yZR9oyjo6lTF6si4q9FZ2EhzgFQCLO_6h5EVg3vR75_hkBsnuoqoM3dwejXBtIodN84PeqMb6asmas_dpSsz7H10fC5ni9xIz424givB1YLldF6exVmL93R3fOoOJbmk2GBQZL_SEGllv2cQsBgeprARsaQ7Bq99tT80coH8ItBjgV08AtzXFFsx9qKvC982KLKdPQMTlVJKkqtV4Ru5LEVpBZXBnZrtViSOgyg6AiuwaS-rCrcD_ePOGSuxvgtrokAKYPqmXUeRdjFJwafkYEkiuDCV9vWGAi1DH2xTafhJwcmywIyzi4BqRpmdn_N-zl5tuJYyuvKhjKv6ihbsV_k1hJGPGAxJ6wUpmwC4PTQ2izEm0TuSE8oMKdTw8V3kobXZ77ulMwDs4p',
  '0HlwodAhOCILG5SQ2LQ9dg',
].join('.');

const agreementJwe = [
  'eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImtpZCI6InBlcmVncmluLnRvb2tAdHVja2Jvcm91Z2guZXhhbXBsZSIsImVwayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMzg0IiwieCI6InVCbzRrSFB3Nmtiang1bDB4b3dyZF9vWXpCbWF6LUdLRlp1NHhBRkZrYllpV2d1dEVLNml1RURzUTZ3TmROZzMiLCJ5Ijoic3AzcDVTR2haVkMyZmFYdW1JLWU5SlUyTW84S3BvWXJGRHI1eVBOVnRXNFBnRXdaT3lRVEEtSmRhWTh0YjdFMCJ9LCJlbmMiOiJBMTI4R0NNIn0',
  '0DJjBXri_kBcC46IkU5_Jk9BqaQeHdv2',
  'mH-G2zVqgztUtnW_',
  'tkZuOO9h95OgHJmkkrfLBisku8rGf6nzVxhRM3sVOhXgz5NJ76oID7lpnAi_cPWJRCjSpAaUZ5dOR3Spy7QuEkmKx8-3RCMhSYMzsXaEwDdXta9Mn5B7cCBoJKB0IgEnj_qfo1hIi-uEkUpOZ8aLTZGHfpl05jMwbKkTe2yK3mjF6SBAsgicQDVCkcY9BLluzx1RmC3ORXaM0JaHPB93YcdSDGgpgBWMVrNU1ErkjcMqMoT_wtCex3w03XdLkjXIuEr2hWgeP-nkUZTPU9EoGSPj6fAS-bSz87RCPrxZdj_iVyC6QWcqAu07WNhjzJEPc4jVntRJ6K53NgPQ5p99l3Z408OUqj4ioYezbS6vTPlQ',
  'WuGzxmcreYjpHGJoa17EBg',
].join('.');

export const publishedVectors: readonly PublishedVector[] = [
  {
    name: 'PBKDF2-HMAC-SHA256, RFC 7914, section 11, 1 iteration',
    expected:
      '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
      '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
    answer: async (crypto) =>
      hexEncode(
        await pbkdf2(crypto, {
          password: utf8Encode('passwd'),
          salt: utf8Encode('salt'),
          iterations: 1,
          length: 64,
        }),
      ),
  },
  {
    name: 'PBKDF2-HMAC-SHA256, RFC 7914, section 11, 80,000 iterations',
    expected:
      '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56' +
      'a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d',
    answer: async (crypto) =>
      hexEncode(
        await pbkdf2(crypto, {
          password: utf8Encode('Password'),
          salt: utf8Encode('NaCl'),
          iterations: 80_000,
          length: 64,
        }),
      ),
  },
  {
    name: 'HKDF-SHA256, RFC 5869, test case 1',
    expected: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    answer: async (crypto) =>
      hexEncode(
        await hkdf(crypto, {
          key: bytes('0b'.repeat(22)),
          salt: bytes('000102030405060708090a0b0c'),
          info: bytes('f0f1f2f3f4f5f6f7f8f9'),
          length: 42,
        }),
      ),
  },
  {
    name: 'HKDF-SHA256, RFC 5869, test case 3',
    expected: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    answer: async (crypto) =>
      hexEncode(
        await hkdf(crypto, { key: bytes('0b'.repeat(22)), salt: bytes(''), info: bytes(''), length: 42 }),
      ),
  },
  gcm(
    'test case 14',
    ['0'.repeat(64), '0'.repeat(24), '', '0'.repeat(32)],
    'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  ),
  gcm(
    'test case 16',
    [
      'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      'cafebabefacedbaddecaf888',
      'feedfacedeadbeeffeedfacedeadbeefabaddad2',
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    ],
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  ),
  {
    name: 'ES384, RFC 6979, A.2.6, "sample" with SHA-384',
    expected: 'true, of another text false',
    async answer(crypto) {
      const point = bytes(
        '04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13' +
          '8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720',
      );
      const signature = bytes(
        '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46' +
          '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
      );
      const curve = { name: 'ECDSA', namedCurve: 'P-384' } as const;
      const key = await crypto.subtle.importKey('raw', point, curve, false, ['verify']);
      const verify = (text: string) =>
        crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-384' }, key, signature, utf8Encode(text));
      return `${await verify('sample')}, of another text ${await verify('samples')}`;
    },
  },
  {
    name: 'PBES2-HS512+A256KW, RFC 7520, section 5.3',
    expected: '18ec08e1-bfa9-4d95-b205-2b4dd1d4321d',
    async answer() {
      const { plaintext } = await compactDecrypt(
        pbes2Jwe,
        utf8Encode('entrap_o\u{2013}peter_long\u{2013}credit_tun'),
        {
          keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
          maxPBES2Count: 8192,
        },
      );
      const { keys } = JSON.parse(utf8Decode(plaintext)) as { keys: { kid: string }[] };
      return keys[2]?.kid ?? '';
    },
  },
  {
    name: 'ECDH-ES on P-384 with key wrapping, RFC 7520, section 5.4',
    expected: 'You can trust us to stick with you through thick and thin\u{2013}to the bitter end.',
    async answer() {
      const key = await importJWK(
        {
          kty: 'EC',
          crv: 'P-384',
          x: 'YU4rRUzdmVqmRtWOs2OpDE_T5fsNIodcG8G5FWPrTPMyxpzsSOGaQLpe2FpxBmu2',
          y: 'A8-yxCHxkfBz3hKZfI1jUYMjUhsEveZ9THuwFjH2sCNdtksRJU7D5-SkgaFL1ETP',
          d: 'iTx2pk7wW-GqJkHcEkFQb2EFyYcO7RugmaW3mRrQVAOUiPommT0IdnYK2xDlZh-j',
        },
        'ECDH-ES+A128KW',
      );
      const { plaintext } = await compactDecrypt(agreementJwe, key);
      return `${utf8Decode(plaintext).split('.')[0] ?? ''}.`;
    },
  },
];
