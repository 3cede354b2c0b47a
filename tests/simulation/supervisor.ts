import { type CareTeam, mutationIdExtension } from '@fieldchart/clinical';
import { marksIn } from './marks.ts';
import type { World } from './runPlan.ts';
import { ORGANIZATION, PEOPLE } from './server/simulatedServer.ts';
import { createSeededRandom, randomUuid } from '@fieldchart/foundation';

/** A supervisor lets a colleague into a client's care team, or somebody out of it, at a desk with a good connection. */
export async function supervise(world: World, what: 'share' | 'unshare', dice: number): Promise<void> {
  const { witness, chronicle, server, scheduler, supervisor } = world;
  const random = createSeededRandom(Math.floor(dice * 2 ** 31));
  const teams = [...witness.current.values()].filter(({ resource }) => resource.resourceType === 'CareTeam');
  const team = teams[Math.floor(random.fraction() * teams.length)];
  if (team === undefined || team.clientId === null) return;
  const careTeam = team.resource as CareTeam;
  const members = careTeam.participant ?? [];
  const clinicians = PEOPLE.filter(([, , role]) => role === 'clinician');
  const [person = ''] = clinicians[Math.floor(random.fraction() * clinicians.length)] ?? [];
  const others = members.filter(({ member }) => member?.reference !== `Practitioner/${person}`);
  const isMember = others.length < members.length;
  if (isMember === (what === 'share')) return;
  if (what === 'unshare') chronicle.accessLost(person, team.clientId);
  const participant =
    what === 'share' ? [...members, { member: { reference: `Practitioner/${person}` } }] : others;
  chronicle.givenUp([], marksIn(members.filter((member) => !participant.includes(member))));
  const { participant: _before, ...rest } = careTeam;
  const resource = participant.length === 0 ? rest : { ...rest, participant };
  const request = {
    method: 'PUT',
    url: team.key,
    ifMatch: `W/"${String(team.version)}"`,
    extension: [mutationIdExtension(randomUuid(random))],
  };
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource, request }] };
  const answer = await scheduler.outside(
    server.handle({
      deviceId: supervisor.deviceId,
      method: 'POST',
      path: '/fhir',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(bundle),
    }),
  );
  scheduler.note(`supervisor ${what} ${person} in ${ORGANIZATION}: ${String(answer.status)}`);
  await witness.look();
}
