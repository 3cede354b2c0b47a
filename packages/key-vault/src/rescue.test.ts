import { base64UrlEncode, hexEncode } from '@fieldchart/foundation';
import { expect, test } from 'vitest';
import { answerRescue, readRequest } from './testing/answerRescue.ts';
import { carry } from './testing/issueTicket.ts';
import { createRescueDesk } from './testing/rescueDesk.ts';

test('a forgotten PIN: the answer opens under the new one, with the old data key and a new signing key', async () => {
  const desk = await createRescueDesk();
  const pending = await desk.request();
  expect(pending.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/u);
  const asked = readRequest(pending.text);
  expect(asked).toMatchObject({ id: pending.id, practitioner: 'practitioner-1', device: desk.keyId });
  expect(asked.device_id).not.toBe(desk.keyId);

  const rescued = await desk.finish(await answerRescue(asked, desk.rescuePrivateKey));
  if (!rescued.ok) throw new Error(rescued.error.kind);
  expect(hexEncode(rescued.value.keys.dataKey)).toBe(hexEncode(desk.dataKey));
  expect(rescued.value.keys.publicJwk).toMatchObject({ x: asked.signing_key.x, kid: asked.device_id });
  expect(rescued.value.ticket).toBe('a.b.c');

  const later = desk.records.restart();
  const opened = await desk.unlock(desk.newPin, later);
  if (!opened.ok) throw new Error(opened.error.kind);
  expect(hexEncode(opened.value.keys.dataKey)).toBe(hexEncode(desk.dataKey));
  expect(opened.value.keys.keyId).toBe(asked.device_id);
  expect(await desk.unlock(desk.oldPin, later)).toMatchObject({ error: { kind: 'wrong-secret' } });
});

test('until the answer opened the old PIN still opens, and asking again replaces the request', async () => {
  const desk = await createRescueDesk();
  const first = await desk.request();
  const second = await desk.request();
  expect(await desk.vaultOver(desk.records.restart()).pendingRescue(desk.userId)).toEqual(second);
  expect((await desk.unlock(desk.oldPin)).ok).toBe(true);
  const late = await answerRescue(readRequest(first.text), desk.rescuePrivateKey);
  expect(await desk.finish(late)).toMatchObject({ error: { kind: 'answer-not-for-this' } });
  await desk.vaultOver(desk.records).cancelRescue(desk.userId);
  expect(await desk.vaultOver(desk.records).pendingRescue(desk.userId)).toBeNull();
  expect(await desk.finish(late)).toMatchObject({ error: { kind: 'no-request' } });
});

test('E1: what waits on the disk holds neither the agreement key nor a PIN, nor opens without the new PIN', async () => {
  const desk = await createRescueDesk();
  const pending = await desk.request();
  const image = desk.records.image();
  expect(image).toContain(pending.id);
  expect(image).not.toContain('"d"');
  expect(image).not.toContain(desk.newPin);
  expect(image).not.toContain(base64UrlEncode(desk.dataKey).slice(0, -1));
  const answer = await answerRescue(readRequest(pending.text), desk.rescuePrivateKey);
  const before = await desk.records.load(desk.userId);
  expect(await desk.finish(answer, { secret: '111222' })).toMatchObject({ error: { kind: 'wrong-secret' } });
  expect(await desk.records.load(desk.userId)).toEqual(before);
});

test('E4: guesses at the new PIN of a pending rescue are counted and delayed like any others', async () => {
  const desk = await createRescueDesk();
  const pending = await desk.request();
  const answer = await answerRescue(readRequest(pending.text), desk.rescuePrivateKey);
  for (let guess = 0; guess < 4; guess += 1) await desk.finish(answer, { secret: `11122${guess}` });
  expect(await desk.finish(answer)).toMatchObject({ error: { kind: 'delayed' } });
  desk.clock.advance(10_000);
  expect((await desk.finish(answer)).ok).toBe(true);
});

test('every answer that is none has its own reason and changes no record', async () => {
  const desk = await createRescueDesk();
  const pending = await desk.request();
  const asked = readRequest(pending.text);
  const whole = await answerRescue(asked, desk.rescuePrivateKey);
  const image = desk.records.image();
  const kindOf = async (text: string, accepts = true) => {
    const outcome = await desk.finish(text, { accepts: () => accepts });
    expect((await desk.records.load(desk.userId)).slots).toEqual(JSON.parse(image)[0][1].slots);
    return outcome.ok ? 'opened' : outcome.error.kind;
  };
  const other = await createRescueDesk();
  const otherKey = readRequest((await other.request()).text).agreement_key;
  const made = (changes: Parameters<typeof answerRescue>[2]) =>
    answerRescue(asked, desk.rescuePrivateKey, changes);
  expect(await kindOf(whole.slice(0, -30))).toBe('answer-truncated');
  expect(await kindOf(whole.replace(/.(?=.{40}$)/u, '!'))).toBe('answer-altered');
  expect(await kindOf(pending.text)).toBe('answer-wrong-kind');
  expect(await kindOf('thank you')).toBe('answer-malformed');
  expect(await kindOf(carry('FIELDCHART-ANSWER1', 'a.b.c.d.e'))).toBe('answer-malformed');
  expect(await kindOf(`FIELDCHART-ANSWER1.${'a'.repeat(9000)}`)).toBe('answer-too-large');
  expect(await kindOf(await made({ to: otherKey }))).toBe('answer-not-for-this');
  expect(await kindOf(await made({ claims: { request: 'another' } }))).toBe('answer-not-for-this');
  expect(await kindOf(await made({ claims: { data_key: 'short' } }))).toBe('answer-malformed');
  expect(await kindOf(await made({ header: { typ: 'JWT' } }))).toBe('answer-malformed');
  expect(await kindOf(whole, false)).toBe('not-accepted');
  expect(await kindOf(whole).catch(() => 'changed')).toBe('changed');
});

test('a destroyed record opens by rescue alone; without the sealed key there is nothing to ask for', async () => {
  const desk = await createRescueDesk();
  await desk.vaultOver(desk.records).destroySecret(desk.userId);
  expect(await desk.unlock(desk.oldPin)).toEqual({ ok: false, error: { kind: 'erased' } });
  const pending = await desk.request();
  const rescued = await desk.finish(await answerRescue(readRequest(pending.text), desk.rescuePrivateKey));
  expect(rescued.ok).toBe(true);

  await desk.vaultOver(desk.records).remove(desk.userId);
  expect(await desk.vaultOver(desk.records).pendingRescue(desk.userId)).toBeNull();
  expect(await desk.unlock(desk.newPin)).toEqual({ ok: false, error: { kind: 'damaged' } });
  await expect(desk.request()).rejects.toMatchObject({ code: 'rescue-impossible' });
});
