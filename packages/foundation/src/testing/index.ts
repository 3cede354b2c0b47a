// Stand-ins for the ports, for tests. The product's bundle holds none of them.
export { type FakeClock, createFakeClock } from './fakeClock.ts';
export { createFakeLogger } from './fakeLogger.ts';
export { type FakeTimers, createFakeTimers } from './fakeTimers.ts';
export { formsOfKey, formsOfText } from './formsOfText.ts';
export { fuzzRuns } from './fuzzRuns.ts';
