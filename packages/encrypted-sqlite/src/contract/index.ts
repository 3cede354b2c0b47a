export { describeDatabaseContract } from './describeDatabaseContract.ts';
export { databaseContract } from './databaseContract.ts';
export type { ContractCase, DatabaseHarness } from './databaseHarness.ts';
