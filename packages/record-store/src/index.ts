export type * from './attention.ts';
export type * from './lateWork.ts';
export type * from './recordStore.ts';
export { openRecordStore } from './openRecordStore.ts';
export { mergeText } from './merge.ts';
export { type AuditChain, type KeptLink, createAuditChain } from './auditChain.ts';
export { startIntegrityCheck } from './integrityCheck.ts';
export { type Salvaged, type SalvagedItem, salvage } from './salvage.ts';
export { type UnsentWork, exportUnsent, isNothing } from './exportUnsent.ts';
