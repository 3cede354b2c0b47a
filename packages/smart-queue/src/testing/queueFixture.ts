import type { Edit, Entry } from '../entry.ts';
import { createMemoryQueue } from '../memoryQueue.ts';

export const LIMITS = { entries: 100, bytes: 1000 };
export const EDIT: Edit = {
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
export const ENTRY: Entry = {
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

/** A queue in memory whose bodies and ids count up. */
export function createQueue() {
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
