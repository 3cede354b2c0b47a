import { afterAll, describe, inject } from 'vitest';
import { openPostgres } from './storage/openStorage.ts';
import { defineConcurrencySuite } from './testing/concurrencySuite.ts';
import { defineServerSuites } from './testing/serverSuites.ts';

const storage = await openPostgres(inject('postgresUrl'));
/** Another server's connections. */
const other = await openPostgres(inject('postgresUrl'));
afterAll(() => Promise.all([storage.close(), other.close()]));

defineServerSuites(() => storage);
describe('many at once', () =>
  defineConcurrencySuite(
    () => storage,
    () => other,
  ));
