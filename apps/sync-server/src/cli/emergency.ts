import type { ListedAccess } from '../emergency/emergencyDesk.ts';
import { type Operator, dataFolder, runCli } from './askOperator.ts';
import { printTable, shownTime } from './printTable.ts';
import { readOptions, refuse } from './readOptions.ts';

const usage = `
  npm run emergency -- list
  npm run emergency -- end ID
  npm run emergency -- reviewed ID
  Each takes [--data FOLDER].`;
const { values, positionals } = readOptions(
  { options: { data: { type: 'string' } }, allowPositionals: true, strict: true },
  usage,
);
const [action = '', id = ''] = positionals;
const changes: Readonly<Record<string, string>> = {
  end: 'Ended. The device lets the client go at its next contact; what it wrote late goes to the review inbox.',
  reviewed: 'Marked as looked at, in your name or the operator’s; its alert is closed.',
};
if ((action !== 'list' && changes[action] === undefined) || positionals.length > 2) {
  refuse(`Say what to do. Usage: ${usage}`);
}
if (action !== 'list' && id === '') refuse(`Say which one. Usage: ${usage}`);

await runCli(dataFolder(values.data), action === 'list' ? list : change);

async function list(operator: Operator): Promise<number> {
  const listed = await operator.get<ListedAccess[]>('/admin/emergency-access');
  if (!listed.ok) return 1;
  printTable(
    ['id', 'given', 'until', 'ended', 'looked at', 'to', 'client', 'reason'],
    listed.value.map((access) => [
      access.id,
      shownTime(access.grantedAt),
      shownTime(access.expiresAt),
      shownTime(access.endedAt),
      shownTime(access.reviewedAt),
      access.practitioner,
      access.clientId,
      access.reason,
    ]),
  );
  return 0;
}

async function change(operator: Operator): Promise<number> {
  const changed = await operator.post(`/admin/emergency-access/${action}`, { id });
  if (!changed.ok) {
    console.error('There is none of this id that stands. See: npm run emergency -- list');
    return 1;
  }
  console.log(changes[action]);
  return 0;
}
