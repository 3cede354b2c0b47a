export type { Edit, Entry, EntryState, MutationKind } from './entry.ts';
export { type QueueIndex } from './queueIndex.ts';
export {
  type EnqueueDecision,
  type MergeRefusal,
  decideEnqueue,
  dependentsToHold,
  foldGroup,
  mergedKind,
  mergeRefusal,
} from './decideEnqueue.ts';
export { decidePark } from './decidePark.ts';
export { type BatchPlan, type Candidate, planBatch } from './planBatch.ts';
export { type MemoryQueue, createMemoryQueue } from './memoryQueue.ts';
