import { type RetentionWord, bundleToRetentionWord } from '@fieldchart/clinical';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { signTicket } from '../identity/issueTicket.ts';
import { loadOrganization } from '../identity/organization.ts';
import type { Storage } from '../storage/openStorage.ts';
import { type TestDevice, type TestServer, openTestServer } from './testServer.ts';

const json = { 'content-type': 'application/json' };

/** For how long closed records stay on devices, on every database: what is said of it, and to whom. */
export function defineRetentionSuite(storage: () => Storage): void {
  let server: TestServer;
  let ada: TestDevice;
  beforeEach(async () => {
    server = await openTestServer(storage(), { admin: { token: 'operator', ticketFolder: '/nonexistent' } });
    ada = await server.addDevice('ada');
  });

  const policy = (body: object, device = ada) => server.ask(device, 'POST', '/admin/policy', body, json);
  const said = async (query = ''): Promise<RetentionWord | undefined> =>
    bundleToRetentionWord((await server.ask(server.ana, 'GET', `/fhir/$changes${query}`)).body);

  test('each page of the feed says the server’s time and the policy, the opening and those after it', async () => {
    const word = (days: number | null) => ({ serverTime: new Date(server.clock.now()).toISOString(), days });
    expect(await said()).toEqual(word(null));
    expect((await policy({ retentionDays: 90 })).body).toMatchObject({ retentionDays: 90 });
    const opening = await server.ask(server.ana, 'GET', '/fhir/$changes');
    expect(bundleToRetentionWord(opening.body)).toEqual(word(90));
    const cursor = new URL(opening.body.link[0].url, 'http://x/').searchParams.get('_cursor') ?? '';
    server.clock.advance(60_000);
    expect(await said(`?_cursor=${cursor}`)).toEqual(word(90));
    expect((await policy({ retentionDays: null })).body).toMatchObject({ retentionDays: null });
    expect(await said(`?_cursor=${cursor}`)).toEqual(word(null));
  });

  test('a ticket bears the policy of the day on which it was issued', async () => {
    const organization = await loadOrganization(storage().db);
    if (organization === undefined) throw new Error('no organisation');
    const deps = { db: storage().db, clock: server.clock, random: server.random };
    const claimsOf = async () => {
      const holder = { id: 'ana', name: 'Ana Ruiz', role: 'clinician' } as const;
      return (await signTicket(deps, organization, holder, { days: 1, claims: {} })).claims;
    };
    expect(await claimsOf()).not.toHaveProperty('retention_days');
    await policy({ retentionDays: 365 });
    expect(await claimsOf()).toMatchObject({ retention_days: 365 });
  });

  test('the policy has limits, by the route and by the database; other policies stay as they are', async () => {
    await policy({ emergencyHours: 5, eraseAfter: 9 });
    for (const wrong of [29, 3651, 1.5, 'always', true]) {
      expect((await policy({ retentionDays: wrong })).status, String(wrong)).toBe(400);
    }
    await expect(sql`update organization set retention_days = 29`.execute(storage().db)).rejects.toThrow();
    expect((await policy({ retentionDays: 30 })).body).toEqual({
      eraseAfter: 9,
      emergencyHours: 5,
      retentionDays: 30,
    });
  });

  test('S3: only an administrator changes it, and the audit trail says to what', async () => {
    expect((await policy({ retentionDays: 90 }, server.ana)).status).toBe(403);
    await policy({ retentionDays: 90 });
    await policy({ retentionDays: null });
    const rows = await storage()
      .db.selectFrom('audit')
      .select('body')
      .where('action', '=', 'policy-changed')
      .orderBy('number')
      .execute();
    const details = rows.map(({ body }) => JSON.stringify(body));
    expect(details.map((text) => /"retention-days"[^}]*?"(90|never)"/u.exec(text)?.[1])).toEqual([
      '90',
      'never',
    ]);
  });
}
