export { openNodeDatabase } from './openNodeDatabase.ts';
export { openPlainNodeDatabaseForBench } from './openPlainNodeDatabaseForBench.ts';
