export type * from './recordStore.ts';
