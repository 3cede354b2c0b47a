import { type AuditLink, FIRST_PREVIOUS, auditLinkContent, auditLinkToEvent } from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { beforeEach, expect, test } from 'vitest';
import { loadOrganization } from '../identity/organization.ts';
import { prepareRescue } from '../identity/rescueDesk.ts';
import type { Storage } from '../storage/openStorage.ts';
import { register, rescueTextOf, sha256 } from './enrolling.ts';
import { tokenForm } from './requests.ts';
import { type TestDevice, type TestServer, openTestServer, system } from './testServer.ts';

const json = { 'content-type': 'application/json' };

/** The devices' own audit chains, through rescues too. */
export function defineDeviceAuditSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });
  const desk = () => ({ db: storage().db, clock: server.clock, random: server.random });

  const chain = (length: number): AuditLink[] => {
    const links: AuditLink[] = [];
    for (let number = 1; number <= length; number += 1) {
      const link = {
        number,
        at: toInstant(server.clock.now() + number),
        action: 'unlock',
        details: { try: String(number) },
        previous: links.at(-1)?.hash ?? FIRST_PREVIOUS,
      } as const;
      links.push({ ...link, hash: sha256(auditLinkContent(link)) });
    }
    return links;
  };
  const send = (links: readonly AuditLink[], device = server.ana) => {
    const { id: deviceId, practitionerId } = device;
    const events = links.map((link) =>
      auditLinkToEvent(link, { id: server.uuid(), deviceId, practitionerId }),
    );
    return server.ask(device, 'POST', '/device/audit', { events }, json);
  };
  const alerts = () =>
    storage().db.selectFrom('alert').select(['kind', 'subject', 'closed_at']).orderBy('number').execute();

  test('a device’s audit links are kept once each; a whole chain raises nothing', async () => {
    const links = chain(5);
    expect((await send(links.slice(0, 3))).body).toEqual({ up_to: 3 });
    expect((await send(links)).body).toEqual({ up_to: 5 });
    expect(await alerts()).toEqual([]);
    const kept = await storage()
      .db.selectFrom('audit')
      .select('id')
      .where('action', '=', 'device-link')
      .execute();
    expect(kept).toHaveLength(5);
  });

  test('a missing link is reported, and closed when it comes; an altered one is reported for good', async () => {
    const links = chain(4);
    const [first, second, third, fourth] = links;
    if (!first || !second || !third || !fourth) throw new Error('no chain');
    expect((await send([first, third])).body).toEqual({ up_to: 1 });
    expect(await alerts()).toMatchObject([{ kind: 'audit-gap', closed_at: null }]);
    expect((await send([second])).body).toEqual({ up_to: 3 });
    expect(await alerts()).toMatchObject([{ kind: 'audit-gap', closed_at: server.clock.now() }]);

    await send([{ ...fourth, details: { try: 'another' } }]);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 4` });
    const rewritten = { ...second, details: { try: 'never' } };
    await send([{ ...rewritten, hash: sha256(auditLinkContent(rewritten)) }]);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 2` });
    const other = { ...fourth, number: 5, previous: first.hash };
    await send([{ ...other, hash: sha256(auditLinkContent(other)) }]);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 5` });
  });

  /** The ticket that answers a rescue, and the device that it is for. */
  const answerRescue = async (device: Pick<TestDevice, 'id' | 'practitionerId'>) => {
    const { request, signing, text } = await rescueTextOf(server, device);
    const organization = await loadOrganization(storage().db);
    if (organization === undefined) throw new Error('no organisation');
    const prepared = await prepareRescue({ ...desk(), organization }, text, system);
    if (!prepared.ok) throw new Error(prepared.error.kind);
    const rescued = { ...signing, id: request.device_id, practitionerId: device.practitionerId };
    return { ticket: prepared.value.ticket, rescued };
  };
  const takeUp = async ({
    ticket,
    rescued,
  }: Awaited<ReturnType<typeof answerRescue>>): Promise<TestDevice> => {
    expect((await register(server, ticket, { deviceId: rescued.id, keys: rescued })).status).toBe(201);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const assertion = tokenForm(await server.assertion(rescued));
    const granted = await server.ask(undefined, 'POST', '/auth/token', assertion, form);
    return { ...rescued, token: String(granted.body.access_token) };
  };

  test('a rescued device goes on with the chain of the database that it opened, what had not been sent included', async () => {
    const links = chain(6);
    await send(links.slice(0, 2));
    const rescued = await takeUp(await answerRescue(server.ana));
    expect((await send(links.slice(2, 4), rescued)).body).toEqual({ up_to: 4 });
    const again = await takeUp(await answerRescue(rescued));
    expect((await send(links.slice(4), again)).body).toEqual({ up_to: 6 });
    expect(await alerts()).toEqual([]);
    const kept = await storage().db.selectFrom('device_audit_link').select(['chain', 'number']).execute();
    expect(kept).toEqual(links.map(({ number }) => ({ chain: server.ana.id, number })));
  });

  test('a rescue of a device that a rescue made and that never came takes the place of the one before them', async () => {
    const links = chain(3);
    await send(links.slice(0, 1));
    const { rescued: lost } = await answerRescue(server.ana);
    const rescued = await takeUp(await answerRescue(lost));
    expect((await send(links.slice(1), rescued)).body).toEqual({ up_to: 3 });
    expect(await alerts()).toEqual([]);
    expect((await server.ask(server.ana, 'GET', '/fhir/$changes')).status).toBe(401);
  });

  test('what a rescued device leaves out or changes is reported as of any other', async () => {
    const links = chain(4);
    await send(links.slice(0, 1));
    const rescued = await takeUp(await answerRescue(server.ana));
    expect((await send(links.slice(2, 3), rescued)).body).toEqual({ up_to: 1 });
    const gap = { kind: 'audit-gap', subject: `${server.ana.id} 2` };
    expect(await alerts()).toMatchObject([{ ...gap, closed_at: null }]);
    expect((await send(links.slice(1, 2), rescued)).body).toEqual({ up_to: 3 });
    expect(await alerts()).toMatchObject([{ ...gap, closed_at: server.clock.now() }]);
    const [, second, , fourth] = links;
    if (!second || !fourth) throw new Error('no chain');
    const forged = { ...fourth, previous: second.hash };
    await send([{ ...forged, hash: sha256(auditLinkContent(forged)) }], rescued);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 4` });
  });

  test('a request that names another practitioner’s device takes neither its place nor its chain', async () => {
    await send(chain(2));
    const rescued = await takeUp(await answerRescue({ id: server.ana.id, practitionerId: 'ben' }));
    expect((await send(chain(1), rescued)).body).toEqual({ up_to: 1 });
    expect((await server.ask(server.ana, 'GET', '/fhir/$changes')).status).toBe(200);
    const chains = await storage().db.selectFrom('device_audit_link').select(['chain', 'number']).execute();
    expect(chains).toContainEqual({ chain: rescued.id, number: 1 });
    expect(await alerts()).toEqual([]);
  });

  test('what is no link is refused whole', async () => {
    const [first] = chain(1);
    if (first === undefined) throw new Error('no chain');
    const event = auditLinkToEvent(first, { id: server.uuid(), deviceId: 'x', practitionerId: 'ana' });
    const answer = await server.ask(server.ana, 'POST', '/device/audit', { events: [event, {}] }, json);
    expect(answer.status).toBe(400);
    expect(await storage().db.selectFrom('device_audit_link').selectAll().execute()).toEqual([]);
  });
}
