import { afterAll } from 'vitest';
import { openPGlite } from './storage/openStorage.ts';
import { defineServerSuites } from './testing/serverSuites.ts';

const storage = await openPGlite();
afterAll(() => storage.close());

defineServerSuites(() => storage);
