import { describe } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { defineAccessSuite } from './accessSuite.ts';
import { defineDeviceAuditSuite } from './deviceAuditSuite.ts';
import { defineDeviceSuite } from './deviceSuite.ts';
import { defineEmergencySuite } from './emergencySuite.ts';
import { defineHistorySuite } from './historySuite.ts';
import { defineIdentitySuite } from './identitySuite.ts';
import { defineLongPollSuite } from './longPollSuite.ts';
import { defineRoleSuite } from './roleSuite.ts';
import { defineRestoreSuite } from './restoreSuite.ts';
import { defineRetentionSuite } from './retentionSuite.ts';
import { defineReviewSuite } from './reviewSuite.ts';
import { defineSearchAnalysisSuite } from './searchAnalysisSuite.ts';
import { defineSearchAnswerSuite } from './searchAnswerSuite.ts';
import { defineSearchLawSuite } from './searchLawSuite.ts';
import { defineSearchScopeSuite } from './searchScopeSuite.ts';
import { defineWriteSuite } from './writeSuite.ts';

/** What the server promises, whatever the database. */
export function defineServerSuites(storage: () => Storage): void {
  describe('writing', () => defineWriteSuite(storage));
  describe('access', () => defineAccessSuite(storage));
  describe('emergency access', () => defineEmergencySuite(storage));
  describe('identity', () => defineIdentitySuite(storage));
  describe('roles', () => defineRoleSuite(storage));
  describe('waiting for changes', () => defineLongPollSuite(storage));
  describe('restored from a backup', () => defineRestoreSuite(storage));
  describe('history', () => defineHistorySuite(storage));
  describe('retention', () => defineRetentionSuite(storage));
  describe('late work', () => defineReviewSuite(storage));
  describe('devices', () => defineDeviceSuite(storage));
  describe('audit chains', () => defineDeviceAuditSuite(storage));
  describe('search', () => {
    defineSearchLawSuite(storage);
    defineSearchAnswerSuite(storage);
    defineSearchScopeSuite(storage);
    defineSearchAnalysisSuite(storage);
  });
}
