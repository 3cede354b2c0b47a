import {
  CURSOR_HEADER,
  type BundleEntry,
  REVIEW_PATH,
  finalizeNote,
  withNoteSections,
} from '@fieldchart/clinical';
import { linkOf, statusesOf } from './answers.ts';
import {
  type EntryOptions,
  NOW,
  bundle,
  clientEntries,
  clientId,
  entryOf,
  noteOf,
  provenanceOf,
  visitEntry,
  withMembers,
} from './contractEntries.ts';
import type { SimulatedIdentity, SimulatedServer } from './simulatedServer.ts';

/** What a server brings so that the contract can be run over it. */
export interface ContractHarness {
  readonly server: SimulatedServer;
  readonly ana: SimulatedIdentity;
  readonly tablet: SimulatedIdentity;
  readonly ben: SimulatedIdentity;
  readonly sue: SimulatedIdentity;
  /** Asks, and keeps question and answer for the comparison. */
  readonly ask: (device: SimulatedIdentity | undefined, question: Question) => Promise<Answered>;
  readonly advance: (milliseconds: number) => void;
}

export interface Question {
  readonly path: string;
  /** Given: POST. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** One rule of the server as devices see it. It fails by throwing; the answers word for word are compared beside. */
export interface ContractCase {
  readonly title: string;
  readonly run: (harness: ContractHarness) => Promise<void>;
}

export const serverContract: readonly ContractCase[] = [
  {
    title: 'S2: a mutation id has one effect, is answered again alike, and is nobody else’s',
    async run({ ask, ana, tablet, ben, advance }) {
      const entries = clientEntries('ana', 1);
      expectEach(await ask(ana, { path: '/fhir', body: bundle('transaction', entries) }), 201, 201, 201);
      advance(60_000);
      expectEach(await ask(tablet, { path: '/fhir', body: bundle('transaction', entries) }), 201, 201, 201);
      expectStatus(await ask(ben, { path: '/fhir', body: bundle('transaction', entries) }), 409);
      const part = entries.slice(0, 1);
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', part) }), 201);
      expectStatus(
        await ask(ana, { path: '/fhir', body: bundle('transaction', [...part, visitEntry(1, 2)]) }),
        409,
      );
      await ask(ana, { path: `/fhir/Patient/${clientId(1)}/_history` });
      await ask(ben, { path: `/fhir/Patient/${clientId(1)}/_history` });
    },
  },
  {
    title: 'versions: an update names the one it derives from, a create meets none',
    async run({ ask, ana, tablet }) {
      await ask(ana, { path: '/fhir', body: bundle('transaction', clientEntries('ana', 1)) });
      const note = noteOf('ana', 1, 1);
      const put = async (text: string, more: Partial<EntryOptions>) =>
        await ask(ana, {
          path: '/fhir',
          body: bundle('batch', [entryOf(withNoteSections(note, { data: text }), { id: 20, ...more })]),
        });
      expectEach(await put('first', { id: 20, ifMatch: '1' }), 404);
      expectEach(await put('first', { id: 21 }), 201);
      expectEach(await put('again', { id: 22 }), 412);
      expectEach(await put('second', { id: 23, ifMatch: '1' }), 200);
      expectEach(await put('late', { id: 24, ifMatch: '1' }), 412);
      expectEach(await put('blind', { id: 25, ifMatch: undefined, neither: true }), 412);
      expectEach(await put('third', { id: 26, ifMatch: '2' }), 200);
      await ask(tablet, { path: `/fhir/Composition/${note.id}/_history?_count=50` });
      const page = await ask(tablet, { path: `/fhir/Composition/${note.id}/_history?_count=2` });
      await ask(tablet, { path: `/fhir/${linkOf(page.body, 'next') ?? ''}` });
      await ask(tablet, { path: '/fhir/Composition/nothing/_history' });
    },
  },
  {
    title: 'O3, O5: what refers to nothing is refused by itself; in a transaction with all that it came with',
    async run({ ask, ana }) {
      await ask(ana, { path: '/fhir', body: bundle('transaction', clientEntries('ana', 1)) });
      const good = visitEntry(1, 2);
      const bad = visitEntry(1, 3, 'Practitioner/nobody');
      expectStatus(await ask(ana, { path: '/fhir', body: bundle('transaction', [good, bad]) }), 422);
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', [bad, good]) }), 422, 201);
      const orphan = entryOf(noteOf('ana', 1, 9), { id: 30 });
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', [orphan]) }), 422);
      const dependents = [visitEntry(1, 9), entryOf(noteOf('ana', 1, 9), { id: 31 })];
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', dependents) }), 201, 201);
    },
  },
  {
    title: 'C2, O6: a note is signed with its signature in one transaction, and never changes after',
    async run({ ask, ana, ben }) {
      await ask(ana, { path: '/fhir', body: bundle('transaction', clientEntries('ana', 1)) });
      const draft = withNoteSections(noteOf('ana', 1, 1), { data: 'said' });
      await ask(ana, { path: '/fhir', body: bundle('batch', [entryOf(draft, { id: 20 })]) });
      const final = finalizeNote(draft, { attesterId: 'ana', now: NOW });
      const signature = await provenanceOf(final, ana, 'ana');
      const forged = { ...final, title: 'something else' };
      const send = async (type: 'batch' | 'transaction', entries: readonly BundleEntry[]) =>
        await ask(ana, { path: '/fhir', body: bundle(type, entries) });
      const change = entryOf(final, { id: 21, ifMatch: '1' });
      expectStatus(await send('transaction', [change]), 422);
      expectEach(await send('batch', [change, entryOf(signature, { id: 22 })]), 422, 422);
      expectStatus(
        await send('transaction', [
          entryOf(forged, { id: 23, ifMatch: '1' }),
          entryOf(signature, { id: 24 }),
        ]),
        422,
      );
      const others = await provenanceOf(final, ben, 'ana');
      expectStatus(await send('transaction', [change, entryOf(others, { id: 25 })]), 422);
      expectEach(await send('transaction', [change, entryOf(signature, { id: 22 })]), 200, 201);
      expectEach(await send('batch', [entryOf(forged, { id: 26, ifMatch: '2' })]), 422);
      const mistake = { ...final, status: 'entered-in-error' as const };
      expectEach(await send('batch', [entryOf(mistake, { id: 27, ifMatch: '2' })]), 200);
      await ask(ana, { path: `/fhir/Composition/${final.id}/_history` });
    },
  },
  {
    title: 'S1, S3: the feed opens, goes on in order, and says who is gained and lost',
    async run({ ask, ana, ben, sue, advance }) {
      const pages = async (device: SimulatedIdentity, from: string | undefined, count: number) => {
        let path = from ?? `$changes?_count=${String(count)}`;
        for (let left = 40; left > 0; left -= 1) {
          const { body } = await ask(device, { path: `/fhir/${path}` });
          path = linkOf(body, 'next') ?? linkOf(body, 'resume') ?? '';
          if (linkOf(body, 'next') === undefined) break;
        }
        return path;
      };
      await ask(ana, { path: '/fhir', body: bundle('transaction', clientEntries('ana', 1)) });
      let anas = await pages(ana, undefined, 100);
      let bens = await pages(ben, undefined, 100);
      const [, team] = clientEntries('ana', 1);
      const share = (members: readonly string[], version: string, id: number) =>
        bundle('transaction', [entryOf(withMembers(team?.resource, members), { id, ifMatch: version })]);
      expectStatus(await ask(ana, { path: '/fhir', body: share(['ana', 'ben'], '1', 40) }), 403);
      expectEach(await ask(sue, { path: '/fhir', body: share(['ana', 'ben'], '1', 41) }), 200);
      advance(1000);
      await ask(ben, { path: '/fhir', body: bundle('batch', [visitEntry(1, 5)]) });
      await ask(ben, { path: `/fhir/Patient/${clientId(1)}/$everything?_count=200` });
      anas = await pages(ana, anas, 1);
      bens = await pages(ben, bens, 1);
      expectEach(await ask(sue, { path: '/fhir', body: share(['ben'], '2', 42) }), 200);
      await pages(ana, anas, 100);
      await pages(ben, bens, 100);
      // Who opens anew is told of the client who left as well, in small pages as in large ones.
      for (const count of [100, 2]) {
        await pages(ana, undefined, count);
        await pages(ben, undefined, count);
      }
      expectStatus(await ask(ana, { path: `/fhir/Patient/${clientId(1)}/$everything` }), 404);
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', [visitEntry(1, 6)]) }), 403);
      await ask(sue, { path: `/fhir/Patient/${clientId(1)}/$everything` });
    },
  },
  {
    title: 'D3: late work of a former member is kept for review, once, and sealed work with its receipt',
    async run({ ask, ana, ben, sue }) {
      await ask(ana, { path: '/fhir', body: bundle('transaction', clientEntries('ana', 1)) });
      const [, team] = clientEntries('ana', 1);
      const lost = entryOf(withMembers(team?.resource, ['cat']), { id: 41, ifMatch: '1' });
      await ask(sue, { path: '/fhir', body: bundle('transaction', [lost]) });
      const late = bundle('batch', [visitEntry(1, 7), visitEntry(2, 8)]);
      expectEach(await ask(ana, { path: REVIEW_PATH, body: late }), 202, 403);
      expectEach(await ask(ana, { path: REVIEW_PATH, body: late }), 202, 403);
      expectEach(await ask(ben, { path: REVIEW_PATH, body: late }), 409, 403);
      expectStatus(
        await ask(ben, { path: REVIEW_PATH, body: bundle('transaction', [visitEntry(1, 9)]) }),
        403,
      );
      const written = clientEntries('ana', 1);
      expectEach(await ask(ana, { path: REVIEW_PATH, body: bundle('transaction', written) }), 201, 201, 201);
      const work = ['sealed', '', 'iv', 'YQ', 'tag'].join('.');
      expectStatus(await ask(ana, { path: '/device/sealed-work', body: { work } }), 201);
      expectStatus(await ask(ana, { path: '/device/sealed-work', body: { work: 'plain' } }), 400);
    },
  },
  {
    title: 'what is no bundle, no resource or no id of a mutation is refused',
    async run({ ask, ana }) {
      expectStatus(await ask(ana, { path: '/fhir', body: '{"resourceType":' }), 400);
      expectStatus(await ask(ana, { path: '/fhir', body: { resourceType: 'Patient' } }), 400);
      expectStatus(await ask(ana, { path: '/fhir', body: { resourceType: 'Bundle', type: 'history' } }), 400);
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', []) }));
      const [patient] = clientEntries('ana', 1);
      const wrong = [
        { ...patient, resource: { ...patient?.resource, gender: 'many' } },
        { ...patient, request: { ...patient?.request, url: 'Patient/other' } },
        { ...patient, request: { ...patient?.request, method: 'DELETE' } },
        { ...patient, request: { ...patient?.request, ifNoneMatch: undefined, ifMatch: 'one' } },
      ];
      for (const entry of wrong)
        await ask(ana, { path: '/fhir', body: bundle('batch', [entry as BundleEntry]) });
    },
  },
  {
    title: 'who is not known gets nothing; the health is for everybody',
    async run({ ask }) {
      expectStatus(await ask(undefined, { path: '/fhir/$changes' }), 401);
      expectStatus(await ask(undefined, { path: '/health' }), 200);
    },
  },
  {
    title: 'a restored server ends cursors, remembers what the backup held, and numbers above all before',
    async run({ ask, ana, server, advance }) {
      await ask(ana, { path: '/fhir', body: bundle('transaction', clientEntries('ana', 1)) });
      await server.backUp();
      const opened = await ask(ana, { path: '/fhir/$changes' });
      const resume = linkOf(opened.body, 'resume') ?? '';
      const cursor = new URLSearchParams(resume.slice(resume.indexOf('?'))).get('_cursor') ?? '';
      const headers = { [CURSOR_HEADER]: cursor };
      await ask(ana, { path: '/fhir', body: bundle('batch', [visitEntry(1, 5)]), headers });
      advance(5000);
      await server.restore();
      expectStatus(await ask(ana, { path: `/fhir/${resume}` }), 410);
      expectStatus(
        await ask(ana, { path: '/fhir', body: bundle('batch', [visitEntry(1, 5)]), headers }),
        410,
      );
      expectStatus(
        await ask(ana, { path: REVIEW_PATH, body: bundle('batch', [visitEntry(1, 5)]), headers }),
        410,
      );
      expectStatus(await ask(ana, { path: '/fhir/$changes?_cursor=nonsense' }), 410);
      await ask(ana, { path: '/fhir/$changes' });
      expectEach(await ask(ana, { path: '/fhir', body: bundle('batch', [visitEntry(1, 5)]) }), 201);
      const again = bundle('transaction', clientEntries('ana', 1));
      expectEach(await ask(ana, { path: '/fhir', body: again }), 201, 201, 201);
      await ask(ana, { path: '/fhir/$changes' });
    },
  },
];

function expectStatus(answer: Answered, status: number): void {
  if (answer.status !== status) {
    throw new Error(
      `answered ${String(answer.status)}, not ${String(status)}: ${JSON.stringify(answer.body)}`,
    );
  }
}

function expectEach(answer: Answered, ...statuses: readonly number[]): void {
  const found = statusesOf(answer.body);
  if (answer.status !== 200 || found.join() !== statuses.join()) {
    throw new Error(`answered ${found.join()}, not ${statuses.join()}: ${JSON.stringify(answer.body)}`);
  }
}
