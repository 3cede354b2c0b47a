import { afterAll, describe, inject } from 'vitest';
import { openPostgres } from './storage/openStorage.ts';
import { defineAccessSuite } from './testing/accessSuite.ts';
import { defineConcurrencySuite } from './testing/concurrencySuite.ts';
import { defineDeviceSuite } from './testing/deviceSuite.ts';
import { defineIdentitySuite } from './testing/identitySuite.ts';
import { defineWriteSuite } from './testing/writeSuite.ts';

const storage = await openPostgres(inject('postgresUrl'));
afterAll(() => storage.close());

describe('writing', () => defineWriteSuite(() => storage));
describe('access', () => defineAccessSuite(() => storage));
describe('many at once', () => defineConcurrencySuite(() => storage));
describe('identity', () => defineIdentitySuite(() => storage));
describe('devices', () => defineDeviceSuite(() => storage));
