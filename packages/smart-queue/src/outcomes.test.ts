import { expect, test } from 'vitest';
import { foldGroup } from './decideEnqueue.ts';
import { explanationToSentence } from './explain.ts';
import { createMemoryQueue, type SavedQueue } from './memoryQueue.ts';
import { EDIT, LIMITS, createQueue } from './testing/queueFixture.ts';

test('O6: a group travels whole, when all of it is ready, and folded', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put(
    { resource: 'Note/1', kind: 'create', group: 'g', references: ['Client/1'] },
    { resource: 'Proof/1', kind: 'create', group: 'g', references: ['Note/1'] },
  );
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2', 'm3']);
  const folded = foldGroup([
    { ...EDIT, id: 'x', kind: 'create' },
    { ...EDIT, id: 'y' },
  ]);
  expect(folded).toEqual([{ ...EDIT, id: 'y', kind: 'create' }]);
});

test('O5: parking an entry parks its group and holds what depends on it, later edits included', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put(
    { resource: 'Note/1', kind: 'create', group: 'g', references: ['Client/1'] },
    { resource: 'Proof/1', kind: 'create', group: 'g' },
  );
  put({ resource: 'Other/1' });
  expect(next()).toEqual(['m1', 'm4']);
  queue.fail('m1', 'refused');
  put({ resource: 'Late/1', kind: 'create', references: ['Note/1'] });
  expect(queue.entries().map(({ state }) => state)).toEqual(['parked', 'held', 'held', 'attempted', 'held']);
});

test('limits close a batch, and one entry over the limit still travels alone', () => {
  const { queue, put } = createQueue();
  for (const resource of ['A/1', 'A/2', 'A/3']) put({ resource });
  expect(queue.nextBatch({ entries: 2, bytes: 1000 })?.entries).toHaveLength(2);
  const alone = createQueue();
  alone.put({ resource: 'A/1' });
  expect(alone.queue.nextBatch({ entries: 9, bytes: 1 })?.entries).toHaveLength(1);
});

test('O4: an unknown outcome changes nothing: the same entries go again, before anything else', () => {
  const { queue, put, next, states } = createQueue();
  put({ resource: 'Note/1' });
  expect(next()).toEqual(['m1']);
  expect(queue.fail('m1', 'unknown')).toEqual({ parked: [], held: [] });
  put({ resource: 'Other/1' });
  const again = queue.nextBatch(LIMITS);
  expect(again).toMatchObject({ again: true, entries: [{ entry: { id: 'm1' }, body: 'body 1' }] });
  expect(states()).toEqual({ m1: 'attempted', m2: 'waiting' });
});

test('O4: a look at what goes next changes nothing until it is attempted', () => {
  const { queue, put, states } = createQueue();
  put({ resource: 'Note/1' });
  expect(queue.nextBatch(LIMITS)).toMatchObject({ again: false });
  expect(states()).toEqual({ m1: 'waiting' });
  put({ resource: 'Note/1' });
  expect(queue.nextBatch(LIMITS)?.entries).toMatchObject([{ entry: { edits: 2 }, body: 'body 2' }]);
});

test('O4, O5: a parked entry goes again under a new id, and what it held waits for it again', () => {
  const { queue, put, next, states, newId } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put({ resource: 'Note/1', kind: 'create', references: ['Client/1'] });
  next();
  queue.fail('m1', 'refused');
  expect(states()).toEqual({ m1: 'parked', m2: 'held' });
  expect(queue.reopen('m1', newId)).toEqual(['m3']);
  expect(states()).toEqual({ m3: 'waiting', m2: 'waiting' });
  expect(next()).toEqual(['m3']);
  queue.acknowledge('m3');
  expect(next()).toEqual(['m2']);
});

test('O5: what depends on two parked entries stays held until both go again', () => {
  const { queue, put, next, states, newId } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put({ resource: 'Visit/1', kind: 'create' });
  put({ resource: 'Note/1', kind: 'create', references: ['Client/1', 'Visit/1'] });
  next();
  queue.fail('m1', 'refused');
  queue.fail('m2', 'conflict');
  queue.reopen('m1', newId);
  expect(states()).toMatchObject({ m2: 'parked', m3: 'held' });
  queue.reopen('m2', newId);
  expect(states()).toMatchObject({ m3: 'waiting' });
});

test('O5, O6: a parked group goes again whole, each member under a new id', () => {
  const { queue, put, next, newId } = createQueue();
  put(
    { resource: 'Note/1', kind: 'create', group: 'g' },
    { resource: 'Proof/1', kind: 'create', group: 'g', references: ['Note/1'] },
  );
  next();
  queue.fail('m2', 'refused');
  expect(queue.reopen('m1', newId)).toEqual(['m3', 'm4']);
  expect(next()).toEqual(['m3', 'm4']);
});

test('O5: a mend goes with a new body, and carries over into later edits of the resource', () => {
  const { queue, put, next, newId } = createQueue();
  put({ resource: 'Note/1', kind: 'create', barrier: true });
  put({ resource: 'Note/1' });
  next();
  queue.fail('m1', 'refused');
  queue.mend('m1', 'mended', newId, (later) => `${later}, mended`);
  expect(queue.bodyOf('m3')).toBe('mended');
  expect(queue.bodyOf('m2')).toBe('body 2, mended');
  expect(next()).toEqual(['m3']);
});

test('O5: a parked entry takes later edits and still goes only when somebody mends it', () => {
  const { queue, put, next, states } = createQueue();
  put({ resource: 'Note/1', kind: 'create' });
  next();
  queue.fail('m1', 'refused');
  put({ resource: 'Note/1' });
  expect(states()).toEqual({ m1: 'parked' });
  expect(queue.bodyOf('m1')).toBe('body 2');
  expect(next()).toEqual([]);
});

test('D4, O4: a queue that was saved goes on where it was: attempted stays attempted, in the same bundle', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'create' }, { resource: 'Other/1', kind: 'create' });
  put({ resource: 'Note/1', kind: 'create', references: ['Client/1'] });
  const sent = next();
  const saved = JSON.parse(JSON.stringify(queue.save())) as SavedQueue<string>;
  const resumed = createMemoryQueue<string>((body) => body.length, saved);
  expect(resumed.entries()).toEqual(queue.entries());
  const again = resumed.nextBatch(LIMITS);
  expect(again?.again).toBe(true);
  expect(again?.entries.map(({ entry }) => entry.id)).toEqual(sent);
  for (const id of sent) resumed.acknowledge(id);
  expect(resumed.nextBatch(LIMITS)?.entries.map(({ entry }) => entry.id)).toEqual(['m3']);
  resumed.enqueue([{ ...EDIT, id: 'late', resource: 'Late/1', body: 'late' }]);
  expect(resumed.entries().at(-1)?.sequence).toBe(4);
});

test('an explanation says why an entry waits, is held or parked, and what was merged', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put({ resource: 'Note/1', kind: 'create', references: ['Client/1'] });
  put({ resource: 'Note/1' });
  put({ resource: 'Note/1', author: 'bob' });
  const sentence = (id: string) => {
    const explanation = queue.explain(id);
    return explanation === undefined ? '' : explanationToSentence(explanation);
  };
  expect(sentence('m1')).toBe('Goes with the next bundle.');
  expect(sentence('m2')).toBe('Waits for one earlier change to arrive first, 2 edits in one.');
  expect(sentence('m4')).toBe(
    'Waits for one earlier change to arrive first; it is apart from the change before it, which is by another author.',
  );
  next();
  expect(sentence('m1')).toBe('Sent, and the answer is not known yet: the same bytes go again until it is.');
  queue.fail('m1', 'refused');
  expect(sentence('m1')).toBe('Refused by the server: it waits for somebody to mend it.');
  expect(queue.explain('m4')).toMatchObject({ why: 'held', because: [{ id: 'm1' }] });
  expect(queue.explain('gone')).toBeUndefined();
});

test('an explanation of a group names what its other members wait for', () => {
  const { queue, put } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put(
    { resource: 'Note/1', kind: 'create', group: 'g', references: ['Client/1'] },
    { resource: 'Proof/1', kind: 'create', group: 'g' },
  );
  expect(queue.explain('m3')).toMatchObject({ why: 'group-needs', because: [{ id: 'm1' }] });
});

test('O3: a create that something must follow does not vanish with its delete', () => {
  const { queue, put, next } = createQueue();
  put({ id: 'new', resource: 'Note/1', kind: 'create' });
  put({ id: 'later', resource: 'Team/1', after: ['new'] });
  expect(queue.vanish({ ...EDIT, id: 'gone', resource: 'Note/1', kind: 'delete' })).toBeNull();
  expect(next()).toEqual(['new']);
});
