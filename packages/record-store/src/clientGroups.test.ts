import type { CareTeam, Condition, EpisodeOfCare } from '@fieldchart/clinical';
import { resourceKey } from '@fieldchart/clinical';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { indexClients } from './clientIndex.ts';
import { CLIENT, openTestStore, patient, pulled } from './testing/storeFixture.ts';

const OTHER = '10000000-0000-4000-8000-000000000002';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const subject = (clientId: string) => ({ reference: `Patient/${clientId}` });

const condition = (id: string, clientId: string, clinical = 'active'): Condition => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: { coding: [{ code: clinical }] },
  code: { coding: [{ system: ICD, code: 'F33.1' }], text: 'Recurrent depression' },
  subject: subject(clientId),
});
const episode = (id: string, clientId: string, text: string): EpisodeOfCare => ({
  resourceType: 'EpisodeOfCare',
  id,
  status: 'active',
  type: [{ text }],
  patient: subject(clientId),
});
const team = (id: string, clientId: string, ...members: readonly string[]): CareTeam => ({
  resourceType: 'CareTeam',
  id,
  status: 'active',
  subject: subject(clientId),
  participant: members.map((name) => ({ member: { reference: `Practitioner/${name}`, display: name } })),
});

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
  const everybody = [
    patient('Ana', CLIENT),
    patient('Bo', OTHER),
    condition('c1', CLIENT),
    condition('c2', OTHER, 'resolved'),
    episode('e1', CLIENT, 'Assertive Outreach'),
    episode('e2', OTHER, 'assertive outreach '),
    team('t1', CLIENT, 'p1', 'p2'),
    team('t2', OTHER, 'p1'),
  ];
  await pull(...everybody);
});
afterEach(async () => await fixture.end());

const pull = async (...resources: readonly (Parameters<typeof pulled>[0] & { id: string })[]) => {
  await fixture.store.applyPage({
    entries: resources.map((one, at) => ({ ...pulled(one, at + 1), key: resourceKey(one) })),
    cursor: 'c',
  });
};
const ids = async (kind: 'program' | 'team' | 'diagnosis', value: string) =>
  (
    await fixture.store.listClients({
      groups: [{ kind, value }],
      sort: 'name',
      limit: 10,
      practitionerId: 'p1',
    })
  ).rows.map(({ clientId }) => clientId);

test('clients are counted by program, people who care for them, and diagnoses that are not over', async () => {
  expect(await fixture.store.clientGroups()).toEqual([
    { kind: 'diagnosis', value: `${ICD}|F33.1`, label: 'Recurrent depression', clients: 1 },
    { kind: 'program', value: 'assertive outreach', label: 'Assertive Outreach', clients: 2 },
    { kind: 'team', value: 'Practitioner/p1', label: 'p1', clients: 2 },
    { kind: 'team', value: 'Practitioner/p2', label: 'p2', clients: 1 },
  ]);
  expect(await ids('diagnosis', `${ICD}|F33.1`)).toEqual([CLIENT]);
  expect(await ids('program', 'assertive outreach')).toEqual([CLIENT, OTHER]);
  expect(await ids('team', 'Practitioner/p2')).toEqual([CLIENT]);
});

test('what changes moves its client from group to group, and who goes leaves none behind', async () => {
  await pull(patient('Ana', CLIENT), condition('c2', OTHER), condition('c1', CLIENT, 'remission'));
  expect(await ids('diagnosis', `${ICD}|F33.1`)).toEqual([CLIENT]);
  await fixture.store.applyPage({
    entries: [
      { ...pulled(condition('c2', OTHER), 9), key: 'Condition/c2' },
      { ...pulled(condition('c1', CLIENT, 'remission'), 9), key: 'Condition/c1' },
    ],
    cursor: 'd',
  });
  expect(await ids('diagnosis', `${ICD}|F33.1`)).toEqual([OTHER]);
  await fixture.store.applyPage({ entries: [{ kind: 'access-lost', clientId: OTHER }], cursor: 'e' });
  expect(await fixture.store.eraseClient(OTHER)).toBe('erased');
  expect(
    await fixture.store.database.all('SELECT 1 FROM client_groups WHERE client_id = ?', [OTHER]),
  ).toEqual([]);
});

test('clients of before are grouped beside the work, and a record that moves meanwhile undoes the portion', async () => {
  const { database } = fixture.store;
  const before = await fixture.store.clientGroups();
  await database.batch([{ sql: 'DELETE FROM client_groups' }, { sql: 'UPDATE clients SET analyser = 0' }]);
  expect(await fixture.store.clientGroups()).toEqual([]);
  const moving = {
    ...database,
    batch: async (statements: Parameters<typeof database.batch>[0]) => {
      await database.batch([
        { sql: "UPDATE records SET revision = revision + 1 WHERE key = 'Condition/c1'" },
      ]);
      return await database.batch(statements);
    },
  };
  await expect(indexClients(moving, 10)).rejects.toMatchObject({ code: 'DATABASE_GUARD' });
  expect(await fixture.store.clientGroups()).toEqual([]);
  expect(await indexClients(database, 10)).toBe(2);
  expect(await fixture.store.clientGroups()).toEqual(before);
});
