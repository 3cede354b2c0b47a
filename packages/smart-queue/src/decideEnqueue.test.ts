import { expect, test } from 'vitest';
import { foldGroup, mergedKind, mergeRefusal } from './decideEnqueue.ts';
import type { Edit, Entry } from './entry.ts';
import { explanationToSentence } from './explain.ts';
import { createMemoryQueue, type SavedQueue } from './memoryQueue.ts';

const LIMITS = { entries: 100, bytes: 1000 };
const EDIT: Edit = {
  id: 'e',
  resource: 'Note/1',
  kind: 'update',
  author: 'ann',
  group: null,
  barrier: false,
  references: [],
  formerReferences: [],
  after: [],
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
  edits: 1,
  apart: 'first',
};

function createQueue() {
  const queue = createMemoryQueue<string>((body) => body.length);
  let serial = 0;
  const put = (...edits: Partial<Edit>[]) =>
    queue.enqueue(
      edits.map((edit) => {
        serial += 1;
        return { ...EDIT, id: `m${serial}`, body: `body ${serial}`, ...edit };
      }),
    ).decisions;
  /** Attempts what goes next. */
  const next = () => {
    const batch = queue.nextBatch(LIMITS);
    if (batch !== null) queue.attempt(batch);
    return batch?.entries.map(({ entry }) => entry.id) ?? [];
  };
  const states = () => Object.fromEntries(queue.entries().map(({ id, state }) => [id, state]));
  const newId = () => {
    serial += 1;
    return `m${serial}`;
  };
  return { queue, put, next, states, newId };
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

test('O2: a merge that would come before what it needs is refused', () => {
  const { put, next } = createQueue();
  put({ resource: 'Note/1', kind: 'create' });
  put({ resource: 'Visit/1', kind: 'create', references: ['Note/1'] });
  const [decision] = put({ resource: 'Note/1', references: ['Visit/1'] });
  expect(decision).toMatchObject({ do: 'append', refusal: 'order', needs: ['m1', 'm2'] });
  expect(next()).toEqual(['m1']);
});

test('O6: a group takes no draft in that would make the group wait for itself', () => {
  const { put } = createQueue();
  put({ resource: 'Note/1', kind: 'create' });
  put({ resource: 'Visit/1', kind: 'create', references: ['Note/1'] });
  const decisions = put(
    { resource: 'Note/1', group: 'g' },
    { resource: 'Proof/1', kind: 'create', group: 'g', references: ['Visit/1', 'Note/1'] },
  );
  expect(decisions.map((decision) => decision.do)).toEqual(['append', 'append']);
});

test('O3: an entry waits for the create of what it refers to, and for earlier ones on its resource', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put({ resource: 'Note/1', kind: 'create', references: ['Client/1'] });
  expect(next()).toEqual(['m1']);
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
  put({ resource: 'Note/1' });
  queue.acknowledge('m2');
  expect(next()).toEqual(['m3']);
});

test('O3: a delete follows the entries that refer to the resource', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Note/1', references: ['Client/1'] });
  put({ resource: 'Client/1', kind: 'delete' });
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
});

test('O3: a delete follows the edit that removed the last reference to the resource', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Note/1', formerReferences: ['Client/1'] });
  put({ resource: 'Client/1', kind: 'delete' });
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
});

test('O3: a merge remembers what the entry referred to before it', () => {
  const { put, next } = createQueue();
  put({ resource: 'Note/1', kind: 'create', references: ['Client/1'] });
  put({ resource: 'Note/1', references: [], formerReferences: ['Client/1'] });
  put({ resource: 'Client/1', kind: 'delete' });
  expect(next()).toEqual(['m1']);
});

test('O3: an entry named in `after` goes first', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Team/1' });
  put({ resource: 'Note/1', after: ['m1', 'settled long ago'] });
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
});

test('O2, O3: a merge unites what both edits must follow', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'create' });
  put({ resource: 'Visit/1', kind: 'create' });
  put({ resource: 'Note/1', references: ['Client/1'] });
  put({ resource: 'Note/1', references: ['Visit/1'] });
  expect(next()).toEqual(['m1', 'm2']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
  queue.acknowledge('m2');
  expect(next()).toEqual(['m3']);
});

test('O3: a resource created again after its delete is what later references wait for', () => {
  const { queue, put, next } = createQueue();
  put({ resource: 'Client/1', kind: 'delete' });
  put({ resource: 'Client/1', kind: 'create' });
  put({ resource: 'Note/1', references: ['Client/1'] });
  expect(next()).toEqual(['m1']);
  queue.acknowledge('m1');
  expect(next()).toEqual(['m2']);
  queue.acknowledge('m2');
  expect(next()).toEqual(['m3']);
});

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

test('O2: a delete of what nobody saw makes both vanish, unless something waiting refers to it', () => {
  const { queue, put } = createQueue();
  const remove: Edit = { ...EDIT, id: 'gone', resource: 'Note/1', kind: 'delete' };
  put({ resource: 'Note/1', kind: 'create' });
  expect(queue.vanish(remove)?.id).toBe('m1');
  expect(queue.entries()).toEqual([]);
  put({ resource: 'Note/1', kind: 'create' });
  put({ resource: 'Proof/1', kind: 'create', references: ['Note/1'] });
  expect(queue.vanish(remove)).toBeNull();
  expect(queue.entries()).toHaveLength(2);
});

test.each([
  ['sent already', { attempt: true }],
  ['of another author', { author: 'bob' }],
  ['in a group', { group: 'g' }],
  ['closed', { barrier: true }],
  ['an update', { kind: 'update' as const }],
])(
  'O2, O4: a create that is %s does not vanish',
  (_case, { attempt, ...edit }: Partial<Edit> & { attempt?: boolean }) => {
    const { queue, put, next } = createQueue();
    put({ resource: 'Note/1', kind: 'create', ...edit });
    if (attempt === true) next();
    expect(queue.vanish({ ...EDIT, id: 'gone', resource: 'Note/1', kind: 'delete' })).toBeNull();
    expect(queue.entries()).toHaveLength(1);
  },
);

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
