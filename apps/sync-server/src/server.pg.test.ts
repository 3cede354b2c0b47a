import { afterAll, describe, inject } from 'vitest';
import { openPostgres } from './storage/openStorage.ts';
import { defineAccessSuite } from './testing/accessSuite.ts';
import { defineConcurrencySuite } from './testing/concurrencySuite.ts';
import { defineDeviceAuditSuite } from './testing/deviceAuditSuite.ts';
import { defineDeviceSuite } from './testing/deviceSuite.ts';
import { defineEmergencySuite } from './testing/emergencySuite.ts';
import { defineHistorySuite } from './testing/historySuite.ts';
import { defineIdentitySuite } from './testing/identitySuite.ts';
import { defineLongPollSuite } from './testing/longPollSuite.ts';
import { defineRoleSuite } from './testing/roleSuite.ts';
import { defineRestoreSuite } from './testing/restoreSuite.ts';
import { defineRetentionSuite } from './testing/retentionSuite.ts';
import { defineReviewSuite } from './testing/reviewSuite.ts';
import { defineSearchAnalysisSuite } from './testing/searchAnalysisSuite.ts';
import { defineSearchAnswerSuite } from './testing/searchAnswerSuite.ts';
import { defineSearchLawSuite } from './testing/searchLawSuite.ts';
import { defineSearchScopeSuite } from './testing/searchScopeSuite.ts';
import { defineWriteSuite } from './testing/writeSuite.ts';

const storage = await openPostgres(inject('postgresUrl'));
/** Another server's connections. */
const other = await openPostgres(inject('postgresUrl'));
afterAll(() => Promise.all([storage.close(), other.close()]));

describe('writing', () => defineWriteSuite(() => storage));
describe('access', () => defineAccessSuite(() => storage));
describe('many at once', () =>
  defineConcurrencySuite(
    () => storage,
    () => other,
  ));
describe('emergency access', () => defineEmergencySuite(() => storage));
describe('identity', () => defineIdentitySuite(() => storage));
describe('roles', () => defineRoleSuite(() => storage));
describe('waiting for changes', () => defineLongPollSuite(() => storage));
describe('restored from a backup', () => defineRestoreSuite(() => storage));
describe('history', () => defineHistorySuite(() => storage));
describe('retention', () => defineRetentionSuite(() => storage));
describe('late work', () => defineReviewSuite(() => storage));
describe('devices', () => defineDeviceSuite(() => storage));
describe('audit chains', () => defineDeviceAuditSuite(() => storage));
describe('search', () => {
  defineSearchLawSuite(() => storage);
  defineSearchAnswerSuite(() => storage);
  defineSearchScopeSuite(() => storage);
  defineSearchAnalysisSuite(() => storage);
});
