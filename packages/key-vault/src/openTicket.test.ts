import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  base64UrlDecode,
  base64UrlEncode,
  createSeededRandom,
  utf8Decode,
  utf8Encode,
} from '@fieldchart/foundation';
import { openCaseload } from './openCaseload.ts';
import { checkTicket, openTicket } from './openTicket.ts';
import { carry, createFakeOrganization, printCode, sealCaseload, sealTicket } from './testing/issueTicket.ts';
import { parseTicketFile } from './ticketFile.ts';

const organization = await createFakeOrganization();
const now = 1_790_000_100_000;
const code = '7ZK2M9QX4VHB0T3R';
const printed = printCode(code);
const ticket = await sealTicket(await organization.sign(), code);

const opening = (input: { ticket?: string; activationCode?: string; now?: number }) =>
  openTicket({
    crypto: webcrypto,
    ticket,
    activationCode: printed,
    organization: organization.descriptor,
    now,
    ...input,
  });
const kindOf = async (text: string) => {
  const outcome = await opening({ ticket: text });
  return outcome.ok ? 'opened' : outcome.error.kind;
};

test('a ticket opens offline with its code, however it is typed', async () => {
  const typed = printed.toLowerCase().replaceAll('-', ' ').replace('0', 'o');
  const opened = await opening({ activationCode: typed });
  if (!opened.ok) throw new Error(opened.error.kind);
  expect(opened.value.claims).toMatchObject({ sub: 'practitioner-1', role: 'clinician' });
  expect(opened.value.jwt.split('.')).toHaveLength(3);
});

test('a mistyped code is found before anything is derived; a whole wrong one opens nothing', async () => {
  expect(await opening({ activationCode: printed.replace('7', '8') })).toMatchObject({
    error: { kind: 'code-mistyped' },
  });
  expect(await opening({ activationCode: printCode('0123456789ABCDEF') })).toMatchObject({
    error: { kind: 'wrong-code' },
  });
});

test('expired, foreign, forged and mislabelled tickets are each told apart', async () => {
  const checked = async (jwt: string, at = now) => {
    const outcome = await checkTicket(jwt, organization.descriptor, at);
    return outcome.ok ? 'opened' : outcome.error.kind;
  };
  expect(await checked(await organization.sign(), 1_790_086_400_000)).toBe('expired');
  const foreign = await createFakeOrganization('organization-2');
  expect(await checked(await foreign.sign())).toBe('wrong-organization');
  expect(await checked(await foreign.sign({ iss: 'organization-1' }, { kid: 'organization-1-key' }))).toBe(
    'forged',
  );
  expect(await checked(await organization.sign({}, { kid: 'unknown' }))).toBe('forged');
  expect(await checked(await organization.sign({}, { typ: 'JWT' }))).toBe('wrong-type');
  expect(await checked(await organization.sign({ role: 'root' }))).toBe('malformed');
  expect(await checked(await organization.sign({ caseload_key: 'short' }))).toBe('malformed');
  expect(await checked('not a token')).toBe('malformed');

  const [header, , signature] = (await organization.sign()).split('.');
  const claims = JSON.parse(
    utf8Decode(base64UrlDecode((await organization.sign()).split('.')[1] ?? '')),
  ) as object;
  const raised = base64UrlEncode(utf8Encode(JSON.stringify({ ...claims, role: 'administrator' })));
  expect(await checked(`${header}.${raised}.${signature}`)).toBe('forged');
  const none = base64UrlEncode(utf8Encode('{"alg":"none","typ":"fieldchart-ticket+jwt"}'));
  expect(await checked(`${none}.${raised}.`)).toBe('malformed');
});

test('other algorithms and other iteration counts are refused before deriving', async () => {
  const jwt = await organization.sign();
  expect(await opening({ ticket: await sealTicket(jwt, code, { p2c: 2048 }) })).toMatchObject({
    error: { kind: 'malformed' },
  });
  const rest = ticket.split('.').slice(2, -1);
  const sealed = (header: object) =>
    carry('FIELDCHART1', [base64UrlEncode(utf8Encode(JSON.stringify(header))), ...rest].join('.'));
  const p2s = 'c2FsdHNhbHRzYWx0c2FsdA';
  const base = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 600_000, p2s };
  for (const change of [
    { p2c: 4e9 },
    { p2c: '600000' },
    { alg: 'dir' },
    { enc: 'A128GCM' },
    { zip: 'DEF' },
  ]) {
    expect(await opening({ ticket: sealed({ ...base, ...change }) })).toMatchObject({
      error: { kind: 'malformed' },
    });
  }
  expect(await opening({ ticket: 'x'.repeat(20_000) })).toMatchObject({ error: { kind: 'too-large' } });
});

test('a ticket cut short, altered, of another kind or under another code is told for what it is', async () => {
  expect(await kindOf(ticket.slice(0, -20))).toBe('truncated');
  expect(await kindOf(ticket.slice(0, 40))).toBe('truncated');
  const at = ticket.length - 100;
  const altered = ticket.slice(0, at) + (ticket[at] === 'A' ? 'B' : 'A') + ticket.slice(at + 1);
  expect(await kindOf(altered)).toBe('altered');
  expect(await kindOf(carry('FIELDCHART-ANSWER1', 'a.b.c.d.e'))).toBe('wrong-kind');
  expect(await kindOf('eyJhbGciOiJ.a.b.c.d')).toBe('malformed');
  // Somebody who alters it on purpose computes the checksum anew, and meets the seal.
  const [name = '', ...parts] = altered.split('.').slice(0, -1);
  expect(await kindOf(carry(name, parts.join('.')))).toBe('wrong-code');
});

test('a file carries ticket and caseload; a bare ticket may be broken into lines', () => {
  const text = JSON.stringify({ format: 'fieldchart-ticket/1', ticket, caseload: 'a.b.c.d.e' });
  expect(parseTicketFile(text)).toEqual({ ok: true, value: { ticket, caseload: 'a.b.c.d.e' } });
  const wrapped = `  ${ticket.replaceAll(/(.{64})/gu, '$1\r\n')}\n`;
  const bare = parseTicketFile(wrapped);
  expect(bare).toMatchObject({ ok: true, value: { caseload: null } });
  if (bare.ok) expect(bare.value.ticket.replaceAll(/\s/gu, '')).toBe(ticket);
  expect(parseTicketFile(text.slice(0, -10))).toMatchObject({ error: { kind: 'truncated' } });
  expect(parseTicketFile('{"format":"other/1"}')).toMatchObject({ error: { kind: 'malformed' } });
  expect(parseTicketFile('x'.repeat(20_000))).toMatchObject({ error: { kind: 'too-large' } });
});

test('a caseload of megabytes opens with the key of its ticket, and with no other', async () => {
  const random = createSeededRandom(3);
  const text = 'Client arrived on time and spoke of the week. '.repeat(60_000);
  const caseload = {
    cursor: 'c1',
    bundle: { resourceType: 'Bundle', type: 'collection', entry: [{ text }] },
  };
  const { jwe, key } = await sealCaseload(caseload, random);
  expect(await openCaseload({ file: { caseload: jwe }, key })).toEqual({ ok: true, value: caseload });
  const other = base64UrlEncode(random.bytes(32));
  expect(await openCaseload({ file: { caseload: jwe }, key: other })).toMatchObject({
    error: { kind: 'damaged' },
  });
  const odd = await sealCaseload({ cursor: 1 }, random);
  expect(await openCaseload({ file: { caseload: odd.jwe }, key: odd.key })).toMatchObject({
    error: { kind: 'malformed' },
  });
});
