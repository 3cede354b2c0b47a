export type { Edit, Entry, EntryState, MergeRefusal, MutationKind } from './entry.ts';
export { type Deciding, type MemoryIndex, type QueueIndex, decide, decideNow } from './queueIndex.ts';
export {
  type EnqueueDecision,
  type EnqueuePlan,
  decideEnqueue,
  decideVanish,
  foldGroup,
  mayFold,
  mergedKind,
  mergeRefusal,
} from './decideEnqueue.ts';
export {
  type Failure,
  type ParkDecision,
  type ReopenDecision,
  decideFailure,
  decidePark,
  decideReopen,
} from './decidePark.ts';
export { type Explanation, countFollowers, explain, explanationToSentence } from './explain.ts';
export { type BatchPlan, type Candidate, planBatch } from './planBatch.ts';
export {
  type BatchLimits,
  type MemoryQueue,
  type QueueBatch,
  type QueuedEdit,
  type SavedQueue,
  createMemoryQueue,
} from './memoryQueue.ts';
