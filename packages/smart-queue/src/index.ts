export type { Edit, Entry, EntryState, MutationKind } from './entry.ts';
