export { openDamagedNodeDatabase } from './openDamagedNodeDatabase.ts';
export { openNodeDatabase } from './openNodeDatabase.ts';
export { openPlainNodeDatabaseForBench } from './openPlainNodeDatabaseForBench.ts';
