import { expect, test } from 'vitest';
import { base64UrlEncode, readCarriedText, toCarriedText, utf8Encode } from './index.ts';

const hash = async (text: string) =>
  base64UrlEncode(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8Encode(text))));

const read = async (text: string, dots = 4) => {
  const result = await readCarriedText({ kind: 'ticket', text, dots, longest: 4096, hash });
  return result.ok ? result.value : result.error.kind;
};

const payload = 'aaaa.bbbb.cccc.dddd.eeee';

test('what was wrapped is read, however a messenger broke its lines', async () => {
  const text = await toCarriedText('ticket', payload, hash);
  expect(await read(text)).toBe(payload);
  expect(await read(` ${text.slice(0, 20)}\r\n${text.slice(20)}\n`)).toBe(payload);
});

test('each thing that can happen to it has its own name', async () => {
  const text = await toCarriedText('ticket', payload, hash);
  expect(await read(text.replace('bbbb', 'bbbB'))).toBe('altered');
  expect(await read(`${text}x`)).toBe('altered');
  expect(await read(await toCarriedText('rescueAnswer', payload, hash))).toBe('wrong-kind');
  expect(await read('hello')).toBe('malformed');
  expect(await read('')).toBe('malformed');
  expect(await read(`FIELDCHART1.${'a'.repeat(4096)}`)).toBe('too-large');
});

test('cut anywhere after its name it is known as incomplete', async () => {
  const text = await toCarriedText('ticket', payload, hash);
  for (let length = 'FIELDCHART1.'.length; length < text.length; length += 1) {
    expect(await read(text.slice(0, length))).toBe('truncated');
  }
});
