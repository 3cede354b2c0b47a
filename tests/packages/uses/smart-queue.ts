import { createMemoryQueue, type Edit } from '@fieldchart/smart-queue';

// Runs in an empty project, in Node and in a bundle of Metro: it declares the one thing that it takes of either.
declare const console: { log(text: string): void };

const edit = (id: string, kind: Edit['kind']): Edit => ({
  id,
  resource: 'note/1',
  kind,
  author: 'me',
  group: null,
  barrier: false,
  references: [],
  formerReferences: [],
  after: [],
});

const queue = createMemoryQueue<string>((body) => body.length);
queue.enqueue([{ ...edit('first', 'create'), body: 'a' }]);
queue.enqueue([{ ...edit('second', 'update'), body: 'b' }]);
const batch = queue.nextBatch({ entries: 100, bytes: 100 });

console.log(`smart-queue sends ${batch?.entries.map(({ entry, body }) => `${entry.kind} ${body}`).join()}`);
