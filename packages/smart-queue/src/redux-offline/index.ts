export { type SmartQueue, type SmartQueueOptions, type StoppedAction, smartQueue } from './smartQueue.ts';
export { type Describe, type Description, describeRest } from './describeRest.ts';
export { type OutboxExplanation } from './explainAction.ts';
export { discard, retry } from './finality.ts';
export { type ActionTracker, type MergedResultsOptions, createMergedResults } from './mergedResults.ts';
export { mergeRequests } from './mergeRequests.ts';
export type { OfflineAction, OfflineState, ResultAction } from './offlineTypes.ts';
export type { MergedAction, ParkedNote, QueueNote, Vanished } from './queueNote.ts';
