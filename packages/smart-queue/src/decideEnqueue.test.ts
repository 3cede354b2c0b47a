import { expect, test } from 'vitest';
import { foldGroup, mergedKind, mergeRefusal } from './decideEnqueue.ts';
import type { Edit, Entry } from './entry.ts';
import { createMemoryQueue } from './memoryQueue.ts';

const LIMITS = { entries: 100, bytes: 1000 };
const EDIT: Edit = {
  id: 'e',
  resource: 'Note/1',
  kind: 'update',
  author: 'ann',
  group: null,
  barrier: false,
  references: [],
  after: [],
  referrers: [],
};
const ENTRY: Entry = {
  id: 'a',
  sequence: 1,
  resource: 'Note/1',
  kind: 'update',
  author: 'ann',
  group: null,
  barrier: false,
  state: 'waiting',
};

function createQueue() {
  const queue = createMemoryQueue<string>((body) => body.length);
  let serial = 0;
  const put = async (...edits: Partial<Edit>[]) =>
    await queue.enqueue(
      edits.map((edit) => {
        serial += 1;
        return { ...EDIT, id: `m${serial}`, body: `body ${serial}`, ...edit };
      }),
    );
  const next = () => queue.nextBatch(LIMITS)?.entries.map(({ entry }) => entry.id) ?? [];
  return { queue, put, next };
}

test('O2: an edit is taken by a waiting entry of the same author', () => {
  expect(mergeRefusal(ENTRY, EDIT)).toBeNull();
});
test('O2: a held entry, never sent, takes an edit', () => {
  expect(mergeRefusal({ ...ENTRY, state: 'held' }, EDIT)).toBeNull();
});
test('O2, O5: a parked entry, known to be refused, takes an edit', () => {
  expect(mergeRefusal({ ...ENTRY, state: 'parked' }, EDIT)).toBeNull();
});
test('O2: nothing unsettled on the resource: an entry of its own', () => {
  expect(mergeRefusal(undefined, EDIT)).toBe('first');
});
test('O4: an attempted entry takes no edit', () => {
  expect(mergeRefusal({ ...ENTRY, state: 'attempted' }, EDIT)).toBe('attempted');
});
test('O2: an entry closed by a barrier takes no edit', () => {
  expect(mergeRefusal({ ...ENTRY, barrier: true }, EDIT)).toBe('barrier');
});
test('O2: an edit of another author is an entry of its own', () => {
  expect(mergeRefusal(ENTRY, { ...EDIT, author: 'bob' })).toBe('author');
});
test('O6: an entry of a group takes no edit from outside it', () => {
  expect(mergeRefusal({ ...ENTRY, group: 'g' }, EDIT)).toBe('group');
});
test('O6: an entry of one group takes no edit of another', () => {
  expect(mergeRefusal({ ...ENTRY, group: 'g' }, { ...EDIT, group: 'h' })).toBe('group');
});
test('O6: an entry of no group is taken into the group of the edit', () => {
  expect(mergeRefusal(ENTRY, { ...EDIT, group: 'g' })).toBeNull();
});
test('O6: a refused entry is not drawn into a group', () => {
  expect(mergeRefusal({ ...ENTRY, state: 'parked' }, { ...EDIT, group: 'g' })).toBe('parked');
});
test('O2: create and delete of one resource stay two entries', () => {
  expect(mergeRefusal({ ...ENTRY, kind: 'create' }, { ...EDIT, kind: 'delete' })).toBe('kind');
});
test('O2: delete and create of one resource stay two entries', () => {
  expect(mergeRefusal({ ...ENTRY, kind: 'delete' }, { ...EDIT, kind: 'create' })).toBe('kind');
});
test('O2: create and update make a create, updates an update, update and delete a delete', () => {
  expect(mergedKind('create', 'update')).toBe('create');
  expect(mergedKind('update', 'update')).toBe('update');
  expect(mergedKind('update', 'delete')).toBe('delete');
});
test('a second create, or an update of what was deleted, is a fault of the caller', () => {
  expect(() => mergedKind('create', 'create')).toThrow('cannot follow');
  expect(() => mergedKind('delete', 'update')).toThrow('cannot follow');
});

test('O2: a merge that would come before what it needs is refused', async () => {
  const { put, next } = createQueue();
  await put({ resource: 'Note/1', kind: 'create' });
  await put({ resource: 'Visit/1', kind: 'create', references: ['Note/1'] });
  const [decision] = await put({ resource: 'Note/1', references: ['Visit/1'] });
  expect(decision).toMatchObject({ do: 'append', refusal: 'order', needs: ['m1', 'm2'] });
  expect(next()).toEqual(['m1']);
});

test('O6: a group takes no draft in that would make the group wait for itself', async () => {
  const { put } = createQueue();
  await put({ resource: 'Note/1', kind: 'create' });
  await put({ resource: 'Visit/1', kind: 'create', references: ['Note/1'] });
  const decisions = await put(
    { resource: 'Note/1', group: 'g' },
    { resource: 'Proof/1', kind: 'create', group: 'g', references: ['Visit/1', 'Note/1'] },
  );
  expect(decisions.map((decision) => decision.do)).toEqual(['append', 'append']);
});

test('O3: an entry waits for the create of what it refers to, and for earlier ones on its resource', async () => {
  const { queue, put, next } = createQueue();
  await put({ resource: 'Client/1', kind: 'create' });
  await put({ resource: 'Note/1', kind: 'create', references: ['Client/1'] });
  expect(next()).toEqual(['m1']);
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
  await put({ resource: 'Note/1' });
  queue.acknowledge('m2');
  expect(next()).toEqual(['m3']);
});

test('O3: a delete follows the entries that refer to the resource', async () => {
  const { queue, put, next } = createQueue();
  await put({ resource: 'Note/1', references: ['Client/1'] });
  await put({ resource: 'Client/1', kind: 'delete', referrers: ['m1'] });
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
});

test('O6: a group travels whole, when all of it is ready, and folded', async () => {
  const { queue, put, next } = createQueue();
  await put({ resource: 'Client/1', kind: 'create' });
  await put(
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

test('O5: parking an entry parks its group and holds what depends on it, later edits included', async () => {
  const { queue, put, next } = createQueue();
  await put({ resource: 'Client/1', kind: 'create' });
  await put(
    { resource: 'Note/1', kind: 'create', group: 'g', references: ['Client/1'] },
    { resource: 'Proof/1', kind: 'create', group: 'g' },
  );
  await put({ resource: 'Other/1' });
  expect(next()).toEqual(['m1', 'm4']);
  await queue.park('m1');
  await put({ resource: 'Late/1', kind: 'create', references: ['Note/1'] });
  expect(queue.entries().map(({ state }) => state)).toEqual(['parked', 'held', 'held', 'attempted', 'held']);
});

test('limits close a batch, and one entry over the limit still travels alone', async () => {
  const { queue, put } = createQueue();
  for (const resource of ['A/1', 'A/2', 'A/3']) await put({ resource });
  expect(queue.nextBatch({ entries: 2, bytes: 1000 })?.entries).toHaveLength(2);
  const alone = createQueue();
  await alone.put({ resource: 'A/1' });
  expect(alone.queue.nextBatch({ entries: 9, bytes: 1 })?.entries).toHaveLength(1);
});
