import type { HttpAnswer, HttpTransport } from '@fieldchart/fhir-sync';
import type { BatchEntry, PulledEntry, RecordStore } from '@fieldchart/record-store';
import type { Tampering } from './device.ts';
import { isRecord } from './isRecord.ts';
import type { StatementFilter } from './memoryDatabase.ts';

/** A mistake that an engine could make, brought in from outside: between its parts, never by a switch inside them. */
export interface SeededBug {
  readonly name: string;
  readonly law: string;
  /** Fresh for each run. */
  readonly tampering: () => Tampering;
}

export const seededBugs: readonly SeededBug[] = [
  {
    name: 'an edit is merged into an entry that was attempted',
    law: 'O2',
    tampering: () => ({
      statements: rows(
        (sql) => sql.includes('WHERE key = ? ORDER BY sequence DESC LIMIT 1'),
        (found) => found.map((row) => (row['state'] === 'attempted' ? { ...row, state: 'waiting' } : row)),
      ),
    }),
  },
  {
    name: 'the bytes leave before their attempt is durable',
    law: 'O4',
    tampering: () => ({
      store: (store) => {
        const settle = async (mutationId: string) => {
          const sql = `UPDATE outbox SET state = 'attempted',
            body = coalesce(body, (SELECT resource FROM records r WHERE r.key = outbox.key))
            WHERE id = ? AND state = 'waiting'`;
          await store.database.batch([{ sql, params: [mutationId] }]);
        };
        return {
          ...store,
          nextBatch: async (limits) => {
            const batch = await store.nextBatch(limits);
            await store.database.batch([
              {
                sql: `UPDATE outbox SET state = 'waiting', body = NULL WHERE state = 'attempted'
                  AND sequence = (SELECT max(sequence) FROM outbox o WHERE o.key = outbox.key)`,
              },
            ]);
            return batch;
          },
          acknowledge: async (arrived) => {
            for (const { mutationId } of arrived) await settle(mutationId);
            await store.acknowledge(arrived);
          },
          park: async (mutationId, reason) => {
            await settle(mutationId);
            await store.park(mutationId, reason);
          },
          conflict: async (mutationId, theirs) => {
            await settle(mutationId);
            await store.conflict(mutationId, theirs);
          },
        };
      },
    }),
  },
  {
    name: 'a reference is ignored',
    law: 'O3',
    tampering: () => ({
      statements: rows(
        (sql) => sql.includes("AND kind = 'create'"),
        () => [],
      ),
    }),
  },
  {
    name: 'an acknowledgement goes to the wrong entry',
    law: 'O7',
    tampering: () => ({
      store: (store) => {
        let sent: readonly BatchEntry[] = [];
        return {
          ...store,
          nextBatch: async (limits) => {
            const batch = await store.nextBatch(limits);
            sent = batch?.entries ?? [];
            return batch;
          },
          acknowledge: async (arrived) => {
            const others = arrived.map(({ mutationId, version }) => {
              const at = sent.findIndex((entry) => entry.mutationId === mutationId);
              const next = sent[(at + 1) % sent.length] ?? sent[at];
              return { mutationId: next?.mutationId ?? mutationId, version };
            });
            await store.acknowledge(others);
          },
        };
      },
    }),
  },
  {
    name: 'a retry goes under a new id',
    law: 'O4',
    tampering: () => {
      const sent = new Set<string>();
      let serial = 0;
      const fresh = (id: string): string => {
        if (!sent.has(id)) {
          sent.add(id);
          return id;
        }
        serial += 1;
        return `${id.slice(0, -12)}${String(serial).padStart(12, '0')}`;
      };
      return {
        transport: bodies((body) => body.replaceAll(/(?<=urn:uuid:)[0-9a-f-]{36}/gu, fresh)),
      };
    },
  },
  {
    name: 'a group is sent as entries of their own',
    law: 'O6',
    tampering: () => ({
      transport: exchange(
        (body) => body.replace('"type":"transaction"', '"type":"batch"'),
        (answer, body) =>
          body.includes('"type":"transaction"')
            ? { ...answer, body: answer.body.replace('"batch-response"', '"transaction-response"') }
            : answer,
      ),
    }),
  },
  {
    name: 'what is sent is not frozen',
    law: 'O4',
    tampering: () => ({
      store: (store) => ({
        ...store,
        nextBatch: async (limits) => {
          const batch = await store.nextBatch(limits);
          if (batch === undefined) return undefined;
          const entries = [];
          for (const entry of batch.entries) {
            const record = await store.get(entry.key);
            entries.push(record === undefined ? entry : { ...entry, body: JSON.stringify(record.resource) });
          }
          return { ...batch, entries };
        },
      }),
    }),
  },
  {
    name: 'what depends on a refused entry is not held',
    law: 'O5',
    tampering: () => ({
      statements: texts((sql) =>
        sql.replace("SET state = 'held' WHERE id = ?", 'SET blocked = 0 WHERE id = ?'),
      ),
    }),
  },
  {
    name: 'a pulled version is written over what waits',
    law: 'D2',
    tampering: () => ({
      statements: rows(
        (sql) => sql === 'SELECT * FROM outbox WHERE key = ? ORDER BY sequence',
        (found) => found.filter((row) => row['state'] !== 'waiting'),
      ),
    }),
  },
  {
    name: 'the cursor is committed before its page',
    law: 'D2',
    tampering: () => ({
      store: (store) => ({
        ...store,
        applyPage: async (page) => {
          await store.applyPage({ entries: [], cursor: page.cursor });
          await store.applyPage(page);
        },
      }),
    }),
  },
  {
    name: 'a page of the feed is applied backwards',
    law: 'S1',
    tampering: () => ({
      store: (store) => ({
        ...store,
        applyPage: (page) =>
          store.applyPage({ ...page, entries: page.entries.toReversed() as readonly PulledEntry[] }),
      }),
    }),
  },
  {
    name: 'a merge takes the wrong ground for both texts',
    law: 'C1',
    tampering: () => ({
      statements: texts((sql) =>
        sql.replace('SELECT resource FROM bases WHERE key', 'SELECT resource FROM records WHERE key'),
      ),
    }),
  },
  {
    name: 'a refused entry is thrown away',
    law: 'D3',
    tampering: () => ({
      store: (store) => ({
        ...store,
        park: async (mutationId, reason) => {
          await store.park(mutationId, reason);
          await store.database.batch([{ sql: "DELETE FROM outbox WHERE state = 'parked'" }]);
        },
      }),
    }),
  },
  {
    name: '"saved" is shown before the commit',
    law: 'D1',
    tampering: () => ({
      store: (store): RecordStore => ({
        ...store,
        recordChange: (change, author) => {
          store.recordChange(change, author).catch(() => undefined);
          const { resource, basedOn } = change;
          const key = `${resource.resourceType}/${resource.id}`;
          return Promise.resolve({ key, revision: basedOn + 1, resource, merged: false });
        },
      }),
    }),
  },
  {
    name: 'a client is erased while something of theirs waits',
    law: 'S3',
    tampering: () => ({
      statements: rows(
        (sql) => sql.includes('FROM outbox o LEFT JOIN records r') || sql.includes('FROM conflicts c JOIN'),
        () => [],
      ),
      store: (store) => ({ ...store, lateWork: () => Promise.resolve([]) }),
    }),
  },
  {
    name: 'an unknown outcome is taken for a refusal',
    law: 'O4',
    tampering: () => ({
      transport: exchange(
        (body) => body,
        (answer, body) => (answer.status < 500 ? answer : refuseAll(body)),
      ),
    }),
  },
  {
    name: 'a conflict is taken for an acknowledgement',
    law: 'C1',
    tampering: () => ({
      store: (store) => ({
        ...store,
        conflict: async (mutationId, theirs) =>
          theirs === null
            ? await store.conflict(mutationId, theirs)
            : await store.acknowledge([{ mutationId, version: theirs }]),
      }),
    }),
  },
  {
    name: 'nobody knows any more what has aged out',
    law: 'S3',
    tampering: () => ({
      statements: texts((sql) => (sql.includes('INTO aged_out') ? `${sql} AND key = ''` : sql)),
    }),
  },
];

/** Other SQL in the place of what the store says. */
function texts(rewrite: (sql: string) => string): StatementFilter {
  return (connection) => ({
    ...connection,
    run: (sql, params) => connection.run(rewrite(sql), params),
    all: (sql, params) => connection.all(rewrite(sql), params),
  });
}

type FoundRow = Readonly<Record<string, string | number | null | Uint8Array>>;

/** Other rows in the place of what the database answers. */
function rows(
  concerns: (sql: string) => boolean,
  change: (found: readonly FoundRow[]) => readonly FoundRow[],
): StatementFilter {
  return (connection) => ({
    ...connection,
    all: async (sql, params) => {
      const found = await connection.all(sql, params);
      return concerns(sql) ? change(found) : found;
    },
  });
}

function bodies(change: (body: string) => string): (transport: HttpTransport) => HttpTransport {
  return exchange(change, (answer) => answer);
}

/** Another body on its way there, another answer on its way back; of what is pushed alone. */
function exchange(
  there: (body: string) => string,
  back: (answer: HttpAnswer, body: string) => HttpAnswer,
): (transport: HttpTransport) => HttpTransport {
  return (transport) => ({
    async request(request) {
      const { body, path } = request;
      if (body === undefined || path !== '/fhir') return await transport.request(request);
      return back(await transport.request({ ...request, body: there(body) }), body);
    },
  });
}

function refuseAll(body: string): HttpAnswer {
  const bundle: unknown = JSON.parse(body);
  const count = isRecord(bundle) && Array.isArray(bundle['entry']) ? bundle['entry'].length : 0;
  const type = body.includes('"type":"transaction"') ? 'transaction-response' : 'batch-response';
  const entry = Array.from({ length: count }, () => ({ response: { status: '422 Unprocessable Content' } }));
  return { status: 200, headers: {}, body: JSON.stringify({ resourceType: 'Bundle', type, entry }) };
}
