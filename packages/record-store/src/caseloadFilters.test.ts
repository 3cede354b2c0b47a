import {
  type Appointment,
  type Consent,
  type FhirResource,
  type Flag,
  resourceKey,
} from '@fieldchart/clinical';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClientQuery } from './search.ts';
import { CLIENT, openTestStore, patient, pulled, START } from './testing/storeFixture.ts';

let fixture: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  fixture = await openTestStore();
});
afterEach(async () => await fixture.end());

const OTHER = '10000000-0000-4000-8000-000000000002';
const THIRD = '10000000-0000-4000-8000-000000000003';
const day = (offset: number) => new Date(START + offset * 86_400_000).toISOString();
const of = (clientId: string) => ({ reference: `Patient/${clientId}` });

const flag = (id: string, clientId: string, status: Flag['status']): Flag => ({
  resourceType: 'Flag',
  id,
  status,
  code: { text: 'Loose dog in the yard' },
  subject: of(clientId),
});
const booking = (id: string, clientId: string, start: string, status: Appointment['status'] = 'booked') =>
  ({
    resourceType: 'Appointment',
    id,
    status,
    start,
    end: start,
    participant: [{ actor: of(clientId), status: 'accepted' }],
  }) satisfies Appointment;
const consent = (
  id: string,
  clientId: string,
  end: string,
  status: Consent['status'] = 'active',
): Consent => ({
  resourceType: 'Consent',
  id,
  status,
  scope: { text: 'treatment' },
  category: [{ text: 'consent' }],
  patient: of(clientId),
  dateTime: day(-100),
  policyRule: { text: 'treatment' },
  provision: { period: { end } },
});

const pull = async (...resources: readonly FhirResource[]) => {
  await fixture.store.applyPage({
    entries: resources.map((resource, at) => ({ ...pulled(resource, at + 1), key: resourceKey(resource) })),
    cursor: 'e.9',
  });
};
const list = async (query: Partial<ClientQuery>) =>
  (await fixture.store.listClients({ sort: 'name', limit: 10, practitionerId: 'p1', ...query })).rows;
const ids = async (query: Partial<ClientQuery>) => (await list(query)).map(({ clientId }) => clientId);

const everybody = [patient('Ana', CLIENT), patient('Bo', OTHER), patient('Cy', THIRD)];

test('by risk: those with a flag that stands', async () => {
  await pull(...everybody, flag('f1', OTHER, 'active'), flag('f2', THIRD, 'inactive'));
  expect(await ids({ filter: 'risk' })).toEqual([OTHER]);
});

test('by consent: those with one in force that ends within thirty days, today included', async () => {
  await pull(
    ...everybody,
    consent('s1', CLIENT, day(0)),
    consent('s2', OTHER, day(31).slice(0, 10)),
    consent('s3', THIRD, day(3), 'inactive'),
  );
  expect(await ids({ filter: 'consent-expiring' })).toEqual([CLIENT]);
  await pull(consent('s4', OTHER, day(30).slice(0, 10)));
  expect(await ids({ filter: 'consent-expiring' })).toEqual([CLIENT, OTHER]);
});

test('by the next visit: the earliest booking that has not passed, those without one last', async () => {
  await pull(
    ...everybody,
    booking('a1', CLIENT, day(5)),
    booking('a2', CLIENT, day(-1)),
    booking('a3', THIRD, day(2)),
    booking('a4', THIRD, day(1), 'cancelled'),
  );
  const rows = await list({ sort: 'next-visit' });
  expect(rows.map(({ clientId, nextVisit }) => [clientId, nextVisit])).toEqual([
    [THIRD, day(2)],
    [CLIENT, day(5)],
    [OTHER, null],
  ]);
});
