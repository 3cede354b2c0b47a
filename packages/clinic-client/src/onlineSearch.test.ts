import type { Composition, FhirResource } from '@fieldchart/clinical';
import type { HttpAnswer, HttpRequest } from '@fieldchart/fhir-sync';
import { createFakeTimers, type FakeTimers } from '@fieldchart/foundation/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AUTHOR,
  CLIENT,
  NOTE,
  NOTE_KEY,
  note,
  openTestStore,
  patient,
  pulled,
  VISIT,
  visit,
} from '../../record-store/src/testing/storeFixture.ts';
import { openOnline } from './online.ts';
import type { OnlineAnswer, OnlineQuery } from './onlineViews.ts';

const STRANGER = '10000000-0000-4000-8000-000000000009';
const idOf = (at: number) => `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const written = (at: number, clientId = STRANGER) => note({ data: `Slept badly, ${at}` }, idOf(at), clientId);
const sleep: OnlineQuery = { subject: 'notes', search: 'sleep', narrowing: {} };

let fixture: Awaited<ReturnType<typeof openTestStore>>;
let timers: FakeTimers;
let online: ReturnType<typeof openOnline>;
let asked: HttpRequest[];
let underWay: number;
let mostUnderWay: number;
let answerWith: (request: HttpRequest) => Partial<HttpAnswer> | Promise<Partial<HttpAnswer>>;
let syncOnline: boolean;
let tellSync: () => void;

beforeEach(async () => {
  fixture = await openTestStore();
  await fixture.store.loadCaseload({ resources: [patient(), visit()], cursor: 'c' });
  timers = createFakeTimers((milliseconds) => fixture.clock.advance(milliseconds));
  asked = [];
  [underWay, mostUnderWay] = [0, 0];
  [syncOnline, tellSync] = [true, () => {}];
  answerWith = () => bundle([]);
  online = openOnline({
    store: fixture.store,
    clock: fixture.clock,
    timers,
    practitionerId: 'p1',
    sync: {
      transport: {
        async request(request) {
          asked.push(request);
          underWay += 1;
          mostUnderWay = Math.max(mostUnderWay, underWay);
          try {
            const aborted = request.cancelled?.then(() => Promise.reject(new Error('aborted')));
            // A fault thrown at once is a rejection as any other: the end of the request has somebody who waits for it.
            const answered = new Promise<Partial<HttpAnswer>>((resolve) => resolve(answerWith(request)));
            const answer = await Promise.race([answered, ...(aborted === undefined ? [] : [aborted])]);
            return { status: 200, headers: {}, body: '', ...answer };
          } finally {
            underWay -= 1;
          }
        },
      },
      summary: () => ({ online: syncOnline }) as never,
      subscribe: (listener) => {
        tellSync = listener;
        return () => {
          tellSync = () => {};
        };
      },
    },
  });
});
afterEach(async () => {
  online.stop();
  await fixture.end();
});

function bundle(
  matches: readonly FhirResource[],
  more: { next?: string; included?: readonly FhirResource[] } = {},
) {
  const entry = [
    ...matches.map((resource) => ({ resource, search: { mode: 'match' } })),
    ...(more.included ?? []).map((resource) => ({ resource, search: { mode: 'include' } })),
  ];
  const link = more.next === undefined ? [] : [{ relation: 'next', url: more.next }];
  const json = {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [{ relation: 'self', url: 'x' }, ...link],
    entry,
  };
  return { body: JSON.stringify(json) };
}

/** Starts a search; the answers as they come, and how to control it. */
function search(query: OnlineQuery = sleep) {
  const answers: OnlineAnswer[] = [];
  const control = online.api.searchServer(query, (answer) => answers.push(answer));
  const last = () => answers.at(-1) as OnlineAnswer;
  return { answers, last, ids: () => last().notes.map(({ noteId }) => noteId), ...control };
}
const askedForms = () => asked.map(({ body }) => [...new URLSearchParams(body)]);
const answered = async (found: { last: () => OnlineAnswer }) => {
  await timers.advance(600);
  await expect.poll(() => found.last().state).not.toBe('searching');
};

test('the question goes in the body after a pause of typing, once for the last text, and in no address', async () => {
  search({ ...sleep, search: 'slee' });
  await timers.advance(500);
  const found = search();
  expect(found.last().state).toBe('searching');
  await answered(found);
  expect(asked.map(({ method, path }) => [method, path])).toEqual([['POST', '/fhir/Composition/_search']]);
  expect(asked[0]?.body).toContain('_content=sleep');
  expect(found.last()).toMatchObject({ state: 'found', notes: [], more: false });
});

test('too little is not asked; a filter that only the device knows is not asked either, and that is said', async () => {
  for (const text of ['', 'sl', '?!…']) expect(search({ ...sleep, search: text }).last().state).toBe('none');
  const clients = { subject: 'clients', search: 'ana', sort: 'name', groups: {} } as const;
  expect(search({ ...clients, filter: 'waiting' }).last().state).toBe('device-only');
  await timers.advance(5000);
  expect(asked).toEqual([]);
  await answered(search({ ...clients, filter: 'all' }));
  expect(asked[0]?.path).toBe('/fhir/Patient/_search');
  expect(asked[0]?.body).not.toContain('_query');
});

test('filters alone are a question; the whole list, what waits to be sent and half a word are none', async () => {
  const clients = { subject: 'clients', search: '', sort: 'name', groups: {} } as const;
  const notes = { subject: 'notes', search: '', narrowing: {} } as const;
  for (const query of [
    { ...clients, filter: 'all' },
    { ...clients, filter: 'waiting' },
    { ...clients, filter: 'risk', search: 'an' },
    notes,
    { ...notes, search: 'sl', narrowing: { status: 'final' } },
  ] as const)
    expect(search(query).last().state).toBe('none');
  await timers.advance(5000);
  expect(asked).toEqual([]);
  for (const query of [
    { ...clients, filter: 'risk' },
    { ...clients, filter: 'all', groups: { team: 'Practitioner/p2' } },
    { ...notes, narrowing: { author: 'Practitioner/p2' } },
  ] as const)
    await answered(search(query));
  expect(
    askedForms().map((form) => form.filter(([name]) => !/^_(?:sort|count|include|query)$/u.test(name))),
  ).toEqual([
    [
      ['_content', ''],
      ['at-risk', 'true'],
    ],
    [
      ['_content', ''],
      ['team', 'Practitioner/p2'],
    ],
    [
      ['_content', ''],
      ['author', 'Practitioner/p2'],
    ],
  ]);
});

test('what the records say of clients the server is asked for too: each filter, and each group', async () => {
  const groups = { diagnosis: 'http://hl7.org/fhir/sid/icd-10-cm|F33.1', team: 'Practitioner/p2' } as const;
  const ofClients = { subject: 'clients', search: 'ana', sort: 'name', groups } as const;
  for (const filter of ['unsigned', 'not-seen-30-days', 'risk', 'consent-expiring', 'all'] as const) {
    await answered(search({ ...ofClients, filter }));
  }
  const today = new Date(fixture.clock.now()).toISOString().slice(0, 10);
  const said = askedForms().map((form) => form.filter(([name]) => !/^_(?:content|sort|count)$/u.test(name)));
  const inGroups = [
    ['_query', 'narrowed-clients'],
    ['team', 'Practitioner/p2'],
    ['diagnosis', 'http://hl7.org/fhir/sid/icd-10-cm|F33.1'],
  ];
  expect(said).toEqual([
    [...inGroups, ['unsigned-by', 'Practitioner/p1']],
    [...inGroups, ['not-seen-since', expect.stringMatching(/T.*Z$/u)]],
    [...inGroups, ['at-risk', 'true']],
    [...inGroups, ['consent-ends', `ge${today}`], ['consent-ends', expect.stringMatching(/^le/u)]],
    inGroups,
  ]);
});

test('one client’s notes are asked for by client, author, status, type and time, and without a word too', async () => {
  const narrowing = {
    author: 'Practitioner/p2',
    status: 'final',
    type: '11506-3',
    from: '2026-03-01T07:00:00.000Z',
    before: '2026-04-01T06:00:00.000Z',
  } as const;
  await answered(search({ subject: 'notes', search: '', narrowing, clientId: STRANGER }));
  expect([...new URLSearchParams(asked[0]?.body ?? '')].map((pair) => pair.join('='))).toEqual([
    '_content=',
    `patient=${STRANGER}`,
    'author=Practitioner/p2',
    'status=final',
    'type=11506-3',
    'date=ge2026-03-01T07:00:00.000Z',
    'date=lt2026-04-01T06:00:00.000Z',
    '_sort=-date',
    '_include=Composition:patient',
    '_count=50',
  ]);
  for (const text of ['s', 'sl', '?!…']) {
    expect(search({ ...sleep, search: text, clientId: STRANGER }).last().state).toBe('none');
  }
});

test('unsent work stands over the server: what the device has, has changed or has deleted is not said again', async () => {
  const { store } = fixture;
  const here = written(1, CLIENT);
  const gone = written(2, CLIENT);
  await store.loadCaseload({ resources: [patient(), visit(), here], cursor: 'c' });
  await store.recordChange({ resource: { ...here, title: 'Calm' }, basedOn: 1 }, AUTHOR);
  await store.applyPage({
    entries: [pulled(gone, 1), { ...pulled(gone, 2), resource: null }],
    cursor: 'c2',
  });
  answerWith = () =>
    bundle([written(3), here, gone, written(4, CLIENT)], { included: [patient('Zoe', STRANGER)] });
  const found = search();
  await answered(found);
  expect(found.last().notes).toMatchObject([
    { noteId: idOf(3), where: 'beyond-caseload', clientName: expect.stringContaining('Zoe') },
    { noteId: idOf(4), where: 'not-fetched' },
  ]);
  // What the device gets meanwhile is the device's to say.
  await store.applyPage({ entries: [pulled(written(4, CLIENT), 1)], cursor: 'c3' });
  await expect.poll(found.ids).toEqual([idOf(3)]);
});

test('what aged out is found again, and said to be kept on the server', async () => {
  await fixture.store.database.batch([
    {
      sql: `INSERT INTO aged_out (key, type, client_id, version_id, server_time) VALUES (?, 'Composition', ?, '1', 'x')`,
      params: [NOTE_KEY, CLIENT],
    },
  ]);
  answerWith = () => bundle([note({ data: 'Slept' })]);
  const found = search();
  await answered(found);
  expect(found.last().notes).toMatchObject([{ noteId: NOTE, where: 'aged-out' }]);
});

test('pages: one request at a time, on while they bring nothing new, then when asked; rows are only added', async () => {
  const held = written(1, CLIENT);
  await fixture.store.loadCaseload({ resources: [patient(), visit(), held], cursor: 'c' });
  const pages: Composition[][] = [[held], [held], [written(2)], [held], [written(3)], [written(4)]];
  answerWith = () =>
    bundle(
      pages[asked.length - 1] ?? [],
      asked.length < pages.length ? { next: 'Composition?a=1&b=%22' } : {},
    );
  const found = search();
  await answered(found);
  expect([asked.length, found.ids(), found.last().more]).toEqual([2, [], true]);
  expect(asked[1]?.body).toBe('a=1&b=%22');
  found.more();
  found.more();
  await expect.poll(() => [asked.length, found.last().state]).toEqual([4, 'found']);
  expect(found.ids()).toEqual([idOf(2)]);
  found.more();
  await expect.poll(() => found.last().more).toBe(false);
  expect([asked.length, found.ids()]).toEqual([6, [idOf(2), idOf(3), idOf(4)]]);
  expect(mostUnderWay).toBe(1);
});

test.each<[string, () => Partial<HttpAnswer>, string]>([
  [
    'no answer',
    () => {
      throw new Error('no network');
    },
    'unreachable',
  ],
  ['a hotel’s page', () => ({ body: '<html>' }), 'unreachable'],
  ['a server with no time', () => ({ status: 503 }), 'busy'],
  ['a refusal', () => ({ status: 403, body: '{"resourceType":"OperationOutcome"}' }), 'refused'],
  ['another type', () => bundle([patient()]), 'unreadable'],
  ['a record that is none', () => bundle([{ ...written(9), status: 'shoe' } as never]), 'unreadable'],
  ['no searchset', () => ({ body: '{"resourceType":"Bundle","type":"history"}' }), 'unreadable'],
])('%s changes nothing of what was found, and is said', async (_, fault, problem) => {
  answerWith = () =>
    bundle(
      [...Array(10).keys()].map((at) => written(at)),
      { next: 'Composition?a' },
    );
  const found = search();
  await answered(found);
  const before = found.ids();
  answerWith = fault;
  found.more();
  await expect.poll(() => found.last().state).toBe('failed');
  expect([found.last().problem, found.ids()]).toEqual([problem, before]);
  answerWith = () => bundle([written(11)]);
  found.again();
  await expect.poll(found.ids).toEqual([...before, idOf(11)]);
});

test('asked with no network, it asks again by itself when there is one', async () => {
  syncOnline = false;
  answerWith = () => Promise.reject(new Error('no network'));
  const found = search();
  await answered(found);
  expect(found.last()).toMatchObject({ state: 'failed', problem: 'unreachable' });
  answerWith = () => bundle([written(1)]);
  syncOnline = true;
  tellSync();
  await expect.poll(found.ids).toEqual([idOf(1)]);
});

test('a server that is still making its search says so, with what it has', async () => {
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'incomplete' }] };
  const entry = [
    { resource: outcome, search: { mode: 'outcome' } },
    { resource: written(1), search: { mode: 'match' } },
  ];
  answerWith = () => ({ body: JSON.stringify({ resourceType: 'Bundle', type: 'searchset', entry }) });
  const found = search();
  await answered(found);
  expect(found.last()).toMatchObject({ state: 'found', preparing: true, notes: [{ noteId: idOf(1) }] });
});

test('who comes back to the list finds it as it was, and the server is not asked again; later it is', async () => {
  answerWith = () => bundle([written(1)]);
  const first = search();
  await answered(first);
  first.stop();
  const second = search();
  await expect.poll(second.ids).toEqual([idOf(1)]);
  await timers.advance(1000);
  expect(asked.length).toBe(1);
  second.stop();
  await timers.advance(120_000);
  await answered(search());
  expect(asked.length).toBe(2);
});

test('E5: a lock in the middle ends the request; nothing is said any more, and what was heard is forgotten', async () => {
  answerWith = () => bundle([written(1)]);
  await answered(search());
  expect(online.api.wasFoundOnServer(`Composition/${idOf(1)}`)).toBe(true);
  answerWith = () => new Promise(() => {});
  const found = search({ ...sleep, search: 'sleeping' });
  await timers.advance(600);
  expect(underWay).toBe(1);
  const said = found.answers.length;
  online.stop();
  await timers.advance(0);
  expect([underWay, found.answers.length]).toEqual([0, said]);
  expect(online.api.wasFoundOnServer(`Composition/${idOf(1)}`)).toBe(false);
  expect(search().last().state).toBe('none');
});

test('E2: nothing that the server answered is written to the database', async () => {
  const sizes = async () =>
    await fixture.store.database.all<{ n: number }>(
      'SELECT (SELECT count(*) FROM records) + (SELECT count(*) FROM clients) + (SELECT count(*) FROM app_state) + (SELECT total_changes()) AS n',
    );
  const before = await sizes();
  answerWith = () => bundle([written(1)], { included: [patient('Zoe', STRANGER)] });
  await answered(search());
  expect(await sizes()).toEqual(before);
});

test('a note and a client are read to look at, each with what to beware of; a problem is said by its kind', async () => {
  const flag: FhirResource = {
    resourceType: 'Flag',
    id: 'f1',
    status: 'active',
    code: { text: 'Dog bites' },
    subject: { reference: `Patient/${STRANGER}` },
  };
  const consent: FhirResource = {
    resourceType: 'Consent',
    id: 's1',
    status: 'active',
    scope: { text: 'treatment' },
    category: [{ text: 'Consent to treatment' }],
    patient: { reference: `Patient/${STRANGER}` },
    policyRule: { text: 'treatment' },
  };
  answerWith = ({ method, path }) => {
    if (method === 'POST') {
      if (path.includes('Flag')) return bundle([flag]);
      if (path.includes('Encounter')) return bundle([visit(VISIT, STRANGER)]);
      return bundle(path.includes('Consent') ? [consent] : [written(1)]);
    }
    return { body: JSON.stringify(path.includes('Patient') ? patient('Zoe', STRANGER) : written(1)) };
  };
  expect(await online.api.readNoteOnServer(idOf(1))).toMatchObject({
    ok: true,
    value: { clientId: STRANGER, where: 'beyond-caseload', risks: [{ text: 'Dog bites' }], mine: true },
  });
  expect(online.api.wasFoundOnServer(`Patient/${STRANGER}`)).toBe(true);
  expect(await online.api.readClientOnServer(STRANGER)).toMatchObject({
    ok: true,
    value: {
      name: expect.stringContaining('Zoe'),
      risks: [{}],
      notes: { rows: [{ noteId: idOf(1) }], next: null },
      visits: { rows: [{ visitId: VISIT, place: 'HH' }], next: null },
      consents: { rows: [{ consentId: 's1', title: 'Consent to treatment', status: 'active' }], next: null },
    },
  });
  answerWith = () => ({ status: 404, body: '{"resourceType":"OperationOutcome"}' });
  expect(await online.api.readNoteOnServer(idOf(1))).toEqual({ ok: false, error: { kind: 'absent' } });
  answerWith = () => ({ body: JSON.stringify(written(2)) });
  expect(await online.api.readNoteOnServer(idOf(1))).toEqual({ ok: false, error: { kind: 'unreadable' } });
});
