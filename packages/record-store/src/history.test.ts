import { type Composition, NOTE_FORMATS, noteSections, referencesOf } from '@fieldchart/clinical';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AUTHOR,
  CLIENT,
  note,
  openTestStore,
  patient,
  pulled,
  serverTime,
  visit,
} from './testing/storeFixture.ts';
import type { Batch } from './recordStore.ts';

const CODES = NOTE_FORMATS.DAP.sections.map(({ code }) => code);
const ids = [1, 2, 3].map((digit) => `30000000-0000-4000-8000-00000000000${digit}`);
const keyAt = (on: number) => `Composition/${ids[on] ?? ''}`;
const textsOf = (resource: unknown) =>
  Object.fromEntries(noteSections(resource as Composition).map(({ code, text }) => [code, text]));

const on = fc.nat({ max: 2 });
const section = fc.constantFrom(...CODES);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('type' as const), on, section, stale: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const), on }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('send' as const), outcomes: fc.array(fc.nat({ max: 9 })) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('theirs' as const), on, section }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const) }) },
);

test('D2, O2, O3, O4, C1: over random histories nothing saved is lost, nothing is resent changed, order holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 40 }), async (onServer, steps) => {
      const fixture = await openTestStore();
      try {
        let version = 0;
        let serial = 0;
        const server = new Map<
          string,
          { readonly versionId: string; readonly texts: Record<string, string> }
        >();
        const known = new Set<string>();
        const sentBytes = new Map<string, string>();
        /** Of each note and section, the token of the last edit that was reported as saved. */
        const saved = new Map<string, string>();
        const shown = new Map<
          string,
          { readonly revision: number; readonly texts: Record<string, string> }
        >();

        const nextVersion = () => {
          version += 1;
          return String(version);
        };
        const type = async (at: number, code: string, stale: boolean) => {
          const { store } = fixture;
          const key = keyAt(at);
          const current = await store.get(key);
          const seen = stale ? shown.get(key) : undefined;
          const from = seen ?? {
            revision: current?.revision ?? 0,
            texts: textsOf(current?.resource ?? note()),
          };
          serial += 1;
          const token = `<${serial}>`;
          const texts = { ...from.texts, [code]: `${from.texts[code] ?? ''} ${token}` };
          const change = { resource: note(texts, ids[at]), basedOn: from.revision, typing: true };
          const outcome = await store.recordChange(change, AUTHOR);
          saved.set(`${key} ${code}`, token);
          shown.set(key, { revision: outcome.revision, texts: textsOf(outcome.resource) });
        };
        const check = (batch: Batch) => {
          expect(new Set(batch.entries.map(({ key }) => key)).size).toBe(batch.entries.length);
          for (const { mutationId, body, ifMatch, key, kind } of batch.entries) {
            const bytes = `${body} ${ifMatch ?? ''}`;
            expect(sentBytes.get(mutationId) ?? bytes).toBe(bytes);
            sentBytes.set(mutationId, bytes);
            expect(kind === 'create').toBe(!known.has(key));
            const needed = referencesOf(JSON.parse(body) as Composition).filter(
              (reference) => reference.startsWith('Patient/') || reference.startsWith('Encounter/'),
            );
            for (const reference of needed) expect(known).toContain(reference);
          }
        };
        const send = async (outcomes: readonly number[]) => {
          const { store } = fixture;
          const batch = await store.nextBatch({ entries: 3, bytes: 100_000 });
          if (batch === undefined) return;
          check(batch);
          for (const [at, entry] of batch.entries.entries()) {
            const outcome = outcomes[at] ?? 0;
            if (outcome >= 8) continue;
            const held = server.get(entry.key);
            if (entry.kind === 'update' && held !== undefined && held.versionId !== entry.ifMatch) {
              const theirs = note(held.texts, entry.key.slice('Composition/'.length));
              const { versionId } = held;
              await store.conflict(entry.mutationId, {
                resource: theirs,
                versionId,
                serverTime: serverTime(1),
              });
            } else if (outcome === 7 && entry.key.startsWith('Composition/')) {
              await store.park(entry.mutationId, { code: '422', text: 'refused' });
            } else {
              const versionId = nextVersion();
              known.add(entry.key);
              const resource = JSON.parse(entry.body) as Composition;
              if (resource.resourceType === 'Composition') {
                server.set(entry.key, { versionId, texts: textsOf(resource) });
              }
              await store.acknowledge([
                { mutationId: entry.mutationId, version: { versionId, serverTime: serverTime(version) } },
              ]);
            }
          }
        };
        const changeElsewhere = async (at: number, code: string) => {
          const held = server.get(keyAt(at));
          if (held === undefined) return;
          serial += 1;
          const texts = { ...held.texts, [code]: `${held.texts[code] ?? ''} theirs ${serial}` };
          server.set(keyAt(at), { versionId: nextVersion(), texts });
          const entries = [pulled(note(texts, ids[at]), version)];
          await fixture.store.applyPage({ entries, cursor: `c${version}` });
        };

        if (onServer) {
          const held = [patient(), visit(), note({}, ids[0]), note({}, ids[1])];
          const entries = held.map((resource) => pulled(resource, Number(nextVersion())));
          for (const { key, versionId } of entries) {
            known.add(key);
            if (key.startsWith('Composition/')) server.set(key, { versionId, texts: textsOf(note()) });
          }
          await fixture.store.applyPage({ entries, cursor: 'c0' });
        } else {
          await fixture.store.recordChange({ resource: patient(), basedOn: 0 }, AUTHOR);
          await fixture.store.recordChange({ resource: visit(), basedOn: 0 }, AUTHOR);
        }
        for (const next of steps) {
          if (next.do === 'type') await type(next.on, next.section, next.stale);
          if (next.do === 'settle') await fixture.store.settle(keyAt(next.on));
          if (next.do === 'pause') fixture.clock.advance(11_000);
          if (next.do === 'send') await send(next.outcomes);
          if (next.do === 'theirs') await changeElsewhere(next.on, next.section);
          if (next.do === 'restart') {
            await fixture.restart();
            shown.clear();
          }
        }
        for (const [place, token] of saved) {
          const [key = '', code = ''] = place.split(' ');
          const record = await fixture.store.get(key);
          const texts = [
            textsOf(record?.resource)[code] ?? '',
            ...(await fixture.store.conflictsOf(key)).map(({ mine }) => textsOf(mine)[code] ?? ''),
          ];
          expect(
            texts.some((text) => text.includes(token)),
            `${place} ${token}`,
          ).toBe(true);
        }
        expect((await fixture.store.chart(CLIENT))?.notes.length).toBe(
          new Set([...[...saved.keys()].map((place) => place.split(' ')[0]), ...server.keys()]).size,
        );
      } finally {
        await fixture.end();
      }
    }),
    { numRuns: 150 },
  );
}, 120_000);
