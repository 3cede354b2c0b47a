import { type Candidate, planBatch } from '@fieldchart/smart-queue';

// Runs in an empty project, in Node and in a bundle of Metro: it declares the one thing that it takes of either.
declare const console: { log(text: string): void };

const waiting: readonly Candidate[] = ['first', 'second'].map((id, at) => ({
  entry: {
    id,
    sequence: at + 1,
    resource: `note/${id}`,
    kind: 'create',
    author: 'me',
    group: null,
    barrier: false,
    state: 'waiting',
  },
  size: 10,
}));

console.log(`smart-queue sends ${planBatch(waiting, { entries: 100, bytes: 100 })?.ids.join(' and ')}`);
