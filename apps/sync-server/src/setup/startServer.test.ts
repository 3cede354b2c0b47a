import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@fieldchart/foundation';
import { expect, test } from 'vitest';
import { startServer } from './startServer.ts';

test('a first start creates the demonstration and its tickets, a second keeps the data, two never share a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldchart-start-'));
  const options = {
    folder,
    port: 0,
    demoSize: { clients: 4, notes: 8 },
    logger: silentLogger,
    onLine: () => undefined,
  };
  const first = await startServer(options);
  expect(first.tickets).toHaveLength(3);
  const download = await fetch(first.tickets[0]?.url ?? '');
  expect(await download.json()).toMatchObject({ format: 'fieldchart-ticket/1' });
  await expect(startServer(options)).rejects.toMatchObject({ code: 'FOLDER_IN_USE' });
  const organization = async (url: string) => (await fetch(`${url}/organization.json`)).json();
  const before = await organization(first.url);
  await first.close();
  const second = await startServer(options);
  expect(second.tickets).toEqual([]);
  expect(await organization(second.url)).toEqual(before);
  await second.close();
});
