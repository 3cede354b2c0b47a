import { LONGEST_RETENTION, SHORTEST_RETENTION } from '@fieldchart/clinical';
import type { Policy } from '../identity/policy.ts';
import { dataFolder, runCli } from './askOperator.ts';
import { readNumber, readOptions, refuse } from './readOptions.ts';

const usage =
  'npm run policy -- [--erase-after N|never] [--emergency-access HOURS|never] [--keep-closed DAYS|always] [--data FOLDER]';
const { values } = readOptions(
  {
    options: {
      'erase-after': { type: 'string' },
      'emergency-access': { type: 'string' },
      'keep-closed': { type: 'string' },
      data: { type: 'string' },
    },
    strict: true,
  },
  usage,
);
const eraseAfter = readLimit('erase-after', 5, 100);
const emergencyHours = readLimit('emergency-access', 1, 168);
const retentionDays = readLimit('keep-closed', SHORTEST_RETENTION, LONGEST_RETENTION, 'always');
if (eraseAfter === undefined && emergencyHours === undefined && retentionDays === undefined) {
  refuse(`Say what to change. Usage: ${usage}`);
}

await runCli(dataFolder(values.data), async (operator) => {
  const changed = await operator.post<Policy>('/admin/policy', { eraseAfter, emergencyHours, retentionDays });
  if (!changed.ok) return 1;
  if (eraseAfter !== undefined) console.log(describeErasing(changed.value).join('\n'));
  if (emergencyHours !== undefined) console.log(describeEmergency(changed.value));
  if (retentionDays !== undefined) console.log(describeRetention(changed.value));
  return 0;
});

function describeErasing(policy: Policy): readonly string[] {
  return [
    policy.eraseAfter === null
      ? 'Tickets issued from now on let no device destroy its key, however often a wrong PIN is typed.'
      : `Devices enrolled with tickets issued from now on destroy their key after ${policy.eraseAfter} wrong PINs in a row; what they hold opens by rescue.`,
    'Devices that are enrolled already keep the policy of their ticket.',
  ];
}

function describeEmergency(policy: Policy): string {
  return policy.emergencyHours === null
    ? 'Nobody is given emergency access from now on. What was given runs out at its time; to end it before: npm run emergency -- end ID'
    : `Emergency access is given for ${policy.emergencyHours} hours from now on. What was given before keeps its time.`;
}

function describeRetention({ retentionDays: days }: Policy): string {
  return days === null
    ? 'Closed records stay on devices for as long as their client does. What devices have erased already comes back when somebody fetches it there.'
    : `From their next contact on devices erase what was closed ${days} days ago or longer: signed notes, finished visits, ended consents. It stays here, and whoever may see the client can fetch it back.`;
}

/** A whole number within limits, null for no limit, undefined where the option was not given. */
function readLimit(
  name: 'erase-after' | 'emergency-access' | 'keep-closed',
  least: number,
  greatest: number,
  noLimit = 'never',
): number | null | undefined {
  const text = values[name];
  if (text === undefined || text === noLimit) return text === undefined ? undefined : null;
  const number = readNumber(`--${name}`, text, greatest) ?? 0;
  return number >= least
    ? number
    : refuse(`--${name} takes a whole number from ${least} to ${greatest}, or "${noLimit}".`);
}
