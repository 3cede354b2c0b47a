import { expect, test } from 'vitest';
import { mergedKind, mergeRefusal } from './decideEnqueue.ts';
import type { Edit } from './entry.ts';
import { EDIT, ENTRY, createQueue } from './testing/queueFixture.ts';

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
