import type { ContractCase } from './databaseHarness.ts';
import { secrecyCases } from './secrecyCases.ts';
import { transactionCases } from './transactionCases.ts';
import { valueCases } from './valueCases.ts';

/** Every rule of the port that one process can show. Each case uses database names of its own. */
export const databaseContract: readonly ContractCase[] = [
  ...transactionCases,
  ...valueCases,
  ...secrecyCases,
];
