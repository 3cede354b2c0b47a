import type { ChartAnswer, ClinicSession } from '@fieldchart/clinic-client';
import { expect, test } from 'vitest';
import { changePolicy } from '../../apps/sync-server/src/identity/policy.ts';
import { system } from '../../apps/sync-server/src/testing/testServer.ts';
import {
  deps,
  enrol,
  linkActions,
  newDevice,
  newSecret,
  oldSecret,
  server,
  ticketFor,
  until,
  work,
} from './clinicDevices.ts';

// The policy on what ages out, from the administrator to the chart: the app's use cases against the real server.

const DAY = 86_400_000;

function chartOf(session: ClinicSession, clientId: string) {
  let chart: ChartAnswer | null = null;
  session.watch({ kind: 'chart', clientId }, (answer) => (chart = answer));
  const read = (): ChartAnswer | null => chart;
  return read;
}

test('old notes leave the device that wrote them, and a new one before its first contact; asked for offline they come with the network', async () => {
  const author = await newDevice();
  const session = await enrol(await author.openShell(), await ticketFor('ana'));
  author.goOnline();
  const { clientId, noteId } = await work(session, oldSecret, 'Told in the first week.');
  const chart = chartOf(session, clientId);
  await until(() => chart()?.visits.length === 1, 'the chart');
  const visitId = chart()?.visits[0]?.visitId ?? '';
  await session.finishVisit(visitId);
  await session.syncNow();
  await until(() => session.syncStatus().waiting === 0, 'everything to be sent');

  await changePolicy(deps(), { retentionDays: 90 }, system);
  server.clock.advance(80 * DAY);
  await session.syncNow();
  expect(chart()?.notes.map((note) => note.noteId)).toEqual([noteId]);

  server.clock.advance(11 * DAY);
  await session.syncNow();
  await until(() => chart()?.older.notes === 1, 'the note to age out');
  expect(chart()).toMatchObject({ notes: [], visits: [], older: { visits: 1, asked: false } });

  const tablet = await newDevice();
  const second = await enrol(await tablet.openShell(), await ticketFor('ana'), newSecret);
  const offline = chartOf(second, clientId);
  await until(
    () => offline()?.older.notes === 1,
    'the note of the ticket’s caseload to age out, with no network',
  );
  expect(await second.fetchOlder(clientId)).toBe('waits');
  await until(() => offline()?.older.asked === true, 'the wish to be shown');
  tablet.goOnline();
  await until(() => offline()?.notes.length === 1, 'the note to come back');
  expect(offline()).toMatchObject({ visits: [{ visitId }], older: { notes: 0, asked: false } });
  expect(offline()?.older.hereUntil).not.toBeNull();
  await second.syncNow();
  await until(async () => (await linkActions()).includes('fetched-back'), 'the audit links');
  expect(await linkActions()).toContain('aged-out');

  server.clock.advance(8 * DAY);
  await second.syncNow();
  await until(() => offline()?.older.notes === 1, 'the note to age out again');
});
