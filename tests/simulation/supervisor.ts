import { type ResourceKey, mutationIdExtension } from '@fieldchart/clinical';
import { marksIn } from './marks.ts';
import type { World } from './runPlan.ts';
import { PEOPLE } from './server/simulatedServer.ts';
import { type Random, createSeededRandom, randomUuid } from '@fieldchart/foundation';

/**
 * A supervisor lets a colleague into a client's care team, takes somebody out of it, or does so by mistake and mends it
 * at once, at a desk with a good connection.
 */
export async function supervise(
  world: World,
  what: 'share' | 'unshare' | 'reshare',
  dice: number,
): Promise<void> {
  const random = createSeededRandom(Math.floor(dice * 2 ** 31));
  const teams = [...world.witness.current.values()].filter(
    ({ resource }) => resource.resourceType === 'CareTeam',
  );
  const team = teams[random.fraction() < 0.5 ? 0 : Math.floor(random.fraction() * teams.length)];
  const clinicians = PEOPLE.filter(([, , role]) => role === 'clinician');
  const [person = ''] = clinicians[Math.floor(random.fraction() * clinicians.length)] ?? [];
  if (team === undefined) return;
  if (what !== 'share') await changeTeam(world, team.key, person, 'leave', random);
  if (what !== 'unshare') await changeTeam(world, team.key, person, 'join', random);
}

async function changeTeam(
  { witness, chronicle, server, scheduler, supervisor }: World,
  key: ResourceKey,
  person: string,
  how: 'join' | 'leave',
  random: Random,
): Promise<void> {
  const team = witness.current.get(key);
  if (team?.resource.resourceType !== 'CareTeam') return;
  const { participant: members = [], ...rest } = team.resource;
  const others = members.filter(({ member }) => member?.reference !== `Practitioner/${person}`);
  const isMember = others.length < members.length;
  if (isMember === (how === 'join')) return;
  if (how === 'leave') {
    chronicle.accessLost(person, team.clientId ?? '');
    chronicle.givenUp([], marksIn(members.filter((member) => !others.includes(member))));
  }
  const participant =
    how === 'join' ? [...members, { member: { reference: `Practitioner/${person}` } }] : others;
  const resource = participant.length === 0 ? rest : { ...rest, participant };
  const request = {
    method: 'PUT',
    url: key,
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
  scheduler.note(`supervisor: ${person} shall ${how}: ${String(answer.status)}`);
  await witness.look();
}
