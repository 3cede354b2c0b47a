import { webcrypto } from 'node:crypto';
import { base64UrlEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { CompactEncrypt, importJWK } from 'jose';
import { fuzzRuns } from '@fieldchart/foundation/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseActivationCode } from './activationCode.ts';
import { decodeKeyRecord, encodeKeyRecord } from './keyRecord.ts';
import { openCaseload } from './openCaseload.ts';
import { checkTicket, openTicket } from './openTicket.ts';
import { readRescueAnswer } from './rescueAnswer.ts';
import { answerRescue, readRequest } from './testing/answerRescue.ts';
import { carry, createFakeOrganization, printCode, sealTicket } from './testing/issueTicket.ts';
import { createRescueDesk } from './testing/rescueDesk.ts';
import { parseTicketFile } from './ticketFile.ts';

// Everything that comes from outside meets bytes that nobody expected: a coded refusal, no crash, no changed record.
// What reaches the key derivation is kept to 50 cases, the rest goes to the parsers themselves.

const runs = fuzzRuns();
const derivingRuns = { ...runs, numRuns: Math.min(50, runs.numRuns) };

const organization = await createFakeOrganization();
const now = 1_790_000_100_000;
const ticket = await sealTicket(await organization.sign(), '7ZK2M9QX4VHB0T3R');

/** A text with some of its characters replaced, cut out, or put in. */
const damaged = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(12), fc.string({ unit: 'binary', maxLength: 12 }))
    .map(([at, gone, put]) => {
      return text.slice(0, at) + put + text.slice(at + gone);
    });

const crockford = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
const codes = fc.string({ unit: fc.constantFrom(...crockford), minLength: 16, maxLength: 16 });

test('every code survives printing and typing; one wrong character never passes', () => {
  fc.assert(
    fc.property(codes, fc.nat(15), fc.constantFrom(...crockford), (whole, at, character) => {
      expect(parseActivationCode(printCode(whole).toLowerCase())).toEqual({ ok: true, value: whole });
      const wrong = printCode(whole).replaceAll('-', '').split('');
      if (wrong[at] === character) return;
      wrong[at] = character;
      expect(parseActivationCode(wrong.join('')).ok).toBe(false);
    }),
    runs,
  );
});

test('any text is either a code, a ticket file, or refused: no parser throws', async () => {
  const parts = ticket.split('.').slice(1, -1);
  const [header = ''] = parts;
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((json) => `{"format":"fieldchart-ticket/1","ticket":${json}}`),
    // Headers of any JSON, and of the right fields with any values: these are refused before the derivation.
    fc
      .json()
      .map((json) => carry('FIELDCHART1', [base64UrlEncode(utf8Encode(json)), ...parts.slice(1)].join('.'))),
    fc.nat(ticket.length - 1).map((at) => ticket.slice(0, at)),
    fc
      .nat(header.length)
      .map((at) =>
        carry('FIELDCHART1', [`${header.slice(0, at)}.${header.slice(at)}`, ...parts.slice(1)].join('.')),
      ),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(typeof parseActivationCode(text).ok).toBe('boolean');
      expect(typeof parseTicketFile(text).ok).toBe('boolean');
      expect(
        (
          await openTicket({
            crypto: webcrypto,
            ticket: text,
            activationCode: 'no code',
            organization: organization.descriptor,
            now,
          })
        ).ok,
      ).toBe(false);
      expect((await openCaseload({ file: { caseload: text }, key: 'A'.repeat(43) })).ok).toBe(false);
    }),
    runs,
  );
});

test('any content and any seal under the right code is a coded refusal: none throws behind the derivation', async () => {
  const code = '7ZK2M9QX4VHB0T3R';
  // A known content key, so that sealing the cases derives nothing.
  const contentKey = new Uint8Array(32).fill(7);
  const jwe = await new CompactEncrypt(utf8Encode(''))
    .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c: 600_000 })
    .setContentEncryptionKey(contentKey)
    .encrypt(utf8Encode(code));
  const parts = jwe.split('.');
  const [header = '', wrappedKey = ''] = parts;
  const key = await crypto.subtle.importKey('raw', contentKey, 'AES-GCM', false, ['encrypt']);
  const seal = async (text: string) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: 'AES-GCM', iv, additionalData: utf8Encode(header) };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, utf8Encode(text)));
    const bytes = [iv, sealed.subarray(0, -16), sealed.subarray(-16)];
    return carry('FIELDCHART1', [header, wrappedKey, ...bytes.map(base64UrlEncode)].join('.'));
  };
  const open = (text: string) =>
    openTicket({
      crypto: webcrypto,
      ticket: text,
      activationCode: printCode(code),
      organization: organization.descriptor,
      now,
    });
  const jwt = await organization.sign();
  expect((await open(await seal(jwt))).ok).toBe(true);

  const texts = fc.oneof(
    // The header stays, or nothing would be derived; wrapped key, nonce, ciphertext and tag are anything.
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.base64String({ maxLength: 200 })).map(([at, text]) => {
      const part = text.replaceAll(/[+/=]/gu, '_');
      return Promise.resolve(carry('FIELDCHART1', parts.with(at, part).join('.')));
    }),
    fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((three) => three.join('.')),
        fc.json().map((json) => [base64UrlEncode(utf8Encode(json)), ...jwt.split('.').slice(1)].join('.')),
        damaged(jwt),
      )
      .filter((text) => text !== jwt)
      .map(seal),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const outcome = await open(await text);
      if (outcome.ok) throw new Error('a ticket that nobody signed');
      expect(['wrong-code', 'wrong-type', 'malformed', 'forged', 'wrong-organization']).toContain(
        outcome.error.kind,
      );
    }),
    // To make a case smaller would derive once a try.
    { ...derivingRuns, endOnFailure: true },
  );
}, 300_000);

test('any claims that the organisation signs are a ticket or refused: none throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom('sub', 'exp', 'role', 'server', 'rescue_key'), fc.jsonValue()),
      async (claims) => {
        const outcome = await checkTicket(await organization.sign(claims), organization.descriptor, now);
        if (!outcome.ok) expect(['malformed', 'expired']).toContain(outcome.error.kind);
      },
    ),
    runs,
  );
});

const headerField = fc.constantFrom(
  'userId',
  'secretKind',
  'eraseAfter',
  'keyId',
  'generation',
  'kdf',
  'iterations',
  'salt',
  'deviceSecret',
);

const desk = await createRescueDesk();
const [current] = (await desk.records.load(desk.userId)).slots;
const record = current ?? '';

test('E4: whatever stands in a slot is a record or damaged, and stays as it is', async () => {
  const decoded = await decodeKeyRecord(webcrypto, record);
  if (decoded === null) throw new Error('the desk has no record');
  const name = utf8Decode(decoded.additionalData).split('.')[0] ?? '';
  // Well-formed but for the header's values: the checksum fits.
  const signed = (header: string) =>
    encodeKeyRecord(webcrypto, {
      ...decoded,
      additionalData: utf8Encode(`${name}.${base64UrlEncode(utf8Encode(header))}`),
    });
  const slots = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Promise.resolve(text)),
    damaged(record).map((text) => Promise.resolve(text)),
    fc.json().map(signed),
    fc
      .dictionary(headerField, fc.jsonValue())
      .map((changes) => signed(JSON.stringify({ ...decoded.header, ...changes }))),
  );
  await fc.assert(
    fc.asyncProperty(slots, async (slot) => {
      const read = await decodeKeyRecord(webcrypto, await slot);
      expect(read === null || typeof read.header.userId === 'string').toBe(true);
    }),
    runs,
  );
  await fc.assert(
    fc.asyncProperty(slots, slots, async (one, other) => {
      const store = desk.records.restart();
      const texts = [await one, await other] as const;
      await store.saveSlot(desk.userId, 0, texts[0]);
      await store.saveSlot(desk.userId, 1, texts[1]);
      const outcome = await desk.unlock('111222', store);
      expect(outcome.ok).toBe(false);
      expect((await store.load(desk.userId)).slots).toEqual(texts);
      await store.saveAttempts(desk.userId, { count: 0, at: 0, first: 0 });
      await store.saveSlot(desk.userId, 0, record);
    }),
    derivingRuns,
  );
});

test('whatever rests where a rescue waits is a request or none: nothing throws', async () => {
  const pending = await desk.request();
  const user = `rescue of ${desk.userId}`;
  const waiting = (await desk.records.loadSealed(user)) ?? '';
  const fields = fc.dictionary(
    fc.constantFrom('id', 'text', 'keyId', 'agreement', 'answer'),
    fc.oneof(fc.string(), fc.jsonValue()),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    damaged(waiting),
    fields.map((changes) => JSON.stringify({ ...(JSON.parse(waiting) as object), ...changes })),
  );
  const store = desk.records.restart();
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      await store.saveSealed(user, text);
      const found = await desk.vaultOver(store).pendingRescue(desk.userId);
      expect(found === null || typeof found.text === 'string').toBe(true);
      expect(await store.loadSealed(user)).toBe(text);
    }),
    runs,
  );
  await store.saveSealed(user, waiting);
  expect(await desk.vaultOver(store).pendingRescue(desk.userId)).toEqual(pending);
});

test('whatever is pasted as an answer opens or is refused with its reason, and changes no record', async () => {
  const pending = await desk.request();
  const asked = readRequest(pending.text);
  const answer = await answerRescue(asked, desk.rescuePrivateKey);
  const parts = answer.split('.').slice(1, -1);
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    damaged(answer),
    // The checksum fits, the rest is anything.
    fc.nat(4).chain((part) =>
      fc.base64String({ maxLength: 200 }).map((text) => {
        const payload = parts.map((whole, at) => (at === part ? text.replaceAll(/[+/=]/gu, '_') : whole));
        return carry('FIELDCHART-ANSWER1', payload.join('.'));
      }),
    ),
    fc
      .json()
      .map((json) =>
        carry('FIELDCHART-ANSWER1', [base64UrlEncode(utf8Encode(json)), ...parts.slice(1)].join('.')),
      ),
  );
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
  const agreementKey = await importJWK(
    { kty: 'EC', ...(await crypto.subtle.exportKey('jwk', pair.privateKey)) },
    'ECDH-ES+A256KW',
  );
  if (agreementKey instanceof Uint8Array) throw new Error('not a key pair');
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const read = await readRescueAnswer({ crypto: webcrypto, text, request: asked.id, agreementKey });
      if (read.ok) throw new Error('an answer that nobody gave');
      expect(read.error.kind).toMatch(/^answer-/u);
    }),
    runs,
  );
  const before = await desk.records.load(desk.userId);
  await fc.assert(
    fc.asyncProperty(
      texts.filter((text) => text !== answer),
      async (text) => {
        const outcome = await desk.finish(text);
        expect(outcome.ok).toBe(false);
        expect(await desk.records.load(desk.userId)).toEqual(before);
      },
    ),
    derivingRuns,
  );
});
