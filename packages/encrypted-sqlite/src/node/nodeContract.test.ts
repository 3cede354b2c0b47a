import { describeDatabaseContract } from '../contract/index.ts';
import { createNodeHarness } from './nodeHarness.ts';

describeDatabaseContract('The Node adapter', () => Promise.resolve(createNodeHarness()));
