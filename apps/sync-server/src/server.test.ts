import { afterAll, describe } from 'vitest';
import { openPGlite } from './storage/openStorage.ts';
import { defineAccessSuite } from './testing/accessSuite.ts';
import { defineDeviceSuite } from './testing/deviceSuite.ts';
import { defineIdentitySuite } from './testing/identitySuite.ts';
import { defineRoleSuite } from './testing/roleSuite.ts';
import { defineWriteSuite } from './testing/writeSuite.ts';

const storage = await openPGlite();
afterAll(() => storage.close());

describe('writing', () => defineWriteSuite(() => storage));
describe('access', () => defineAccessSuite(() => storage));
describe('identity', () => defineIdentitySuite(() => storage));
describe('roles', () => defineRoleSuite(() => storage));
describe('devices', () => defineDeviceSuite(() => storage));
