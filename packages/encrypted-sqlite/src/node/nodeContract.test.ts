import { describeDatabaseContract } from '../contract/index.ts';
import { createNodeHarness } from '../testing/nodeHarness.ts';

describeDatabaseContract('The Node adapter', () => Promise.resolve(createNodeHarness()));
