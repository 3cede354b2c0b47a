import { expect, test } from 'vitest';
import { type LockedEvent, addEvents, readEvents } from './lockedEvents.ts';
import { answerRescue, readRequest } from './testing/answerRescue.ts';
import type { FakeKeyRecordStore } from './testing/fakeKeyRecordStore.ts';
import { createRescueDesk } from './testing/rescueDesk.ts';

// What is to be told of a locked device: never lost, told twice at most.

type Desk = Awaited<ReturnType<typeof createRescueDesk>>;

async function eventsAtUnlock(desk: Desk, pin = desk.oldPin, store: FakeKeyRecordStore = desk.records) {
  const opened = await desk.unlock(pin, store);
  if (!opened.ok) throw new Error(opened.error.kind);
  return opened.value.events;
}

test('wrong secrets are told at each success, as the same event, until the audit chain has them', async () => {
  const desk = await createRescueDesk();
  const first = desk.clock.now();
  await desk.unlock('111222');
  desk.clock.advance(60_000);
  await desk.unlock('111223');
  const [event, ...others] = await eventsAtUnlock(desk);
  expect(event).toMatchObject({ kind: 'failures', count: 2, first, at: first + 60_000 });
  expect(others).toEqual([]);

  await desk.unlock('111224');
  const again = await eventsAtUnlock(desk, desk.oldPin, desk.records.restart());
  expect(again).toMatchObject([event, { kind: 'failures', count: 1 }]);
  await desk.vaultOver(desk.records).told(desk.userId, [event?.id ?? '']);
  expect(await eventsAtUnlock(desk)).toEqual(again.slice(1));
  await desk.vaultOver(desk.records).told(
    desk.userId,
    again.map(({ id }) => id),
  );
  expect(await eventsAtUnlock(desk)).toEqual([]);
});

test('D4: killed at any write of an unlock, the wrong secrets before it are told by a later one', async () => {
  for (const at of [1, 2]) {
    for (const when of ['before', 'after'] as const) {
      const desk = await createRescueDesk();
      await desk.unlock('111222');
      const dying = desk.records.restart();
      dying.killAt(at, when);
      await expect(desk.unlock(desk.oldPin, dying)).rejects.toThrow('killed');
      const events = await eventsAtUnlock(desk, desk.oldPin, desk.records.restart());
      expect(events.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(1);
    }
  }
});

test('a change of the secret is told with the wrong ones before it, wherever it was killed once it began', async () => {
  const desk = await createRescueDesk();
  const change = (current: string, store = desk.records) =>
    desk.vaultOver(store).change({
      userId: desk.userId,
      current,
      next: desk.newPin,
      nextKind: 'pin',
      deviceSecret: desk.deviceSecret,
    });
  await change('111222');
  const dying = desk.records.restart();
  dying.killAt(3, 'after');
  await expect(change(desk.oldPin, dying)).rejects.toThrow('killed');
  const events = await eventsAtUnlock(desk, desk.newPin, desk.records.restart());
  expect(events).toMatchObject([
    { kind: 'failures', count: 1 },
    { kind: 'secret-changed', count: 1 },
  ]);
});

test('an erase by policy, the request, guesses at the new secret and the rescue are all told after it', async () => {
  const desk = await createRescueDesk({ eraseAfter: 5 });
  for (let guess = 0; guess < 5; guess += 1) {
    await desk.unlock(`11122${guess}`);
    desk.clock.advance(3_600_000);
  }
  await desk.request();
  const pending = await desk.request();
  const answer = await answerRescue(readRequest(pending.text), desk.rescuePrivateKey);
  await desk.finish(answer, { secret: '111222' });
  const rescued = await desk.finish(answer, { eraseAfter: 7 });
  if (!rescued.ok) throw new Error(rescued.error.kind);
  const expected = [
    { kind: 'failures', count: 5, erased: true },
    { kind: 'rescue-requested', count: 1 },
    { kind: 'rescue-requested', id: pending.id },
    { kind: 'failures', count: 1 },
    { kind: 'rescued', count: 1 },
  ];
  expect(rescued.value.events).toEqual(
    expect.arrayContaining(expected.map((event): unknown => expect.objectContaining(event))),
  );
  expect(rescued.value.events).toHaveLength(expected.length);
  // The request goes, and with it the record that it waited in; what was told there is the user's own by then.
  await desk.vaultOver(desk.records).cancelRescue(desk.userId);
  expect(sorted(await eventsAtUnlock(desk, desk.newPin))).toEqual(sorted(rescued.value.events));
  expect(await desk.vaultOver(desk.records).describe(desk.userId)).toMatchObject({ eraseAfter: 7 });
});

test('D4: killed at any write while finishing a rescue, nothing that was to be told is lost', async () => {
  for (let at = 1; at <= 7; at += 1) {
    const desk = await createRescueDesk();
    await desk.unlock('111222');
    const pending = await desk.request();
    const answer = await answerRescue(readRequest(pending.text), desk.rescuePrivateKey);
    await desk.finish(answer, { secret: '111222' });
    const dying = desk.records.restart();
    dying.killAt(at, 'after');
    await desk.finish(answer, { store: dying }).catch(() => null);
    const rescued = await desk.finish(answer, { store: desk.records.restart() });
    if (!rescued.ok) throw new Error(rescued.error.kind);
    const kinds = rescued.value.events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'failures').length, `killed at ${at}`).toBeGreaterThanOrEqual(2);
    expect(kinds.filter((kind) => kind === 'rescue-requested')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'rescued')).toHaveLength(1);
  }
});

test('withdrawing a request keeps what there is to tell of it', async () => {
  const desk = await createRescueDesk();
  const pending = await desk.request();
  await desk.vaultOver(desk.records).cancelRescue(desk.userId);
  expect(await eventsAtUnlock(desk)).toMatchObject([{ kind: 'rescue-requested', id: pending.id }]);
});

test('however many there are, they are kept in bounds as sums, and none is left out', () => {
  let events: readonly LockedEvent[] = [];
  for (let at = 0; at < 400; at += 1) {
    const kind = at % 3 === 0 ? 'rescue-requested' : 'failures';
    events = addEvents(events, [{ kind, id: `event-${at}`, count: 2, first: at, at }]);
  }
  expect(events.length).toBe(100);
  const sum = (kind: LockedEvent['kind']) =>
    events.filter((event) => event.kind === kind).reduce((all, { count }) => all + count, 0);
  expect([sum('failures'), sum('rescue-requested')]).toEqual([266 * 2, 134 * 2]);
  expect(Math.min(...events.map(({ first }) => first))).toBe(0);
});

test('damaged events are left out, and harm no others', () => {
  const sound = { kind: 'failures', id: 'a', count: 1, first: 1, at: 1 };
  expect(readEvents([sound, null, 7, { ...sound, count: -1 }, { ...sound, kind: 'other' }])).toEqual([sound]);
  expect(readEvents('nothing')).toEqual([]);
});

function sorted(events: readonly LockedEvent[]) {
  return events.toSorted((a, b) => `${a.kind}${a.count}${a.id}`.localeCompare(`${b.kind}${b.count}${b.id}`));
}

test('that a record did not open is told at each success until the audit chain has it, and shows nothing but a code', async () => {
  const desk = await createRescueDesk();
  const vault = desk.vaultOver(desk.records);
  await vault.didNotOpen(desk.userId, 'DATABASE_CORRUPT');
  const kept = await vault.untold(desk.userId);
  expect(kept).toMatchObject([{ kind: 'did-not-open', code: 'DATABASE_CORRUPT', count: 1 }]);
  expect(await eventsAtUnlock(desk)).toEqual(kept);
  expect(await eventsAtUnlock(desk, desk.oldPin, desk.records.restart())).toEqual(kept);
  await vault.told(
    desk.userId,
    kept.map(({ id }) => id),
  );
  expect(await vault.untold(desk.userId)).toEqual([]);
  expect(readEvents([{ ...kept[0], code: 'María wrote' }, { ...kept[0], code: 7 }, kept[0]])).toEqual(kept);
});

test('events of one kind are summed by their code', () => {
  const events = Array.from({ length: 103 }, (_, at): LockedEvent => ({
    kind: 'did-not-open',
    id: String(at),
    count: 1,
    first: at,
    at,
    code: at % 2 === 0 ? 'DATABASE_CORRUPT' : 'DATABASE_MISSING',
  }));
  const summed = addEvents([], events);
  expect(summed).toHaveLength(100);
  const sum = (code: string) =>
    summed.filter((event) => event.code === code).reduce((total, { count }) => total + count, 0);
  expect([sum('DATABASE_CORRUPT'), sum('DATABASE_MISSING')]).toEqual([52, 51]);
});
