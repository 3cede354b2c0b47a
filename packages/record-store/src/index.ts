export type * from './recordStore.ts';
export { openRecordStore } from './openRecordStore.ts';
export { mergeText } from './merge.ts';
