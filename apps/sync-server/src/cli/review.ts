import type { ListedReview, ReviewItem } from '../review/reviewDesk.ts';
import { type Operator, type OperatorProblem, dataFolder, runCli } from './askOperator.ts';
import { printTable, shownTime } from './printTable.ts';
import { readOptions, refuse } from './readOptions.ts';

const usage = `
  npm run review -- list [--all]
  npm run review -- show ITEM
  npm run review -- accept ITEM
  npm run review -- set-aside ITEM --reason "TEXT"
  Each takes [--data FOLDER].`;
const { values, positionals } = readOptions(
  {
    options: {
      all: { type: 'boolean', default: false },
      reason: { type: 'string' },
      data: { type: 'string' },
    },
    allowPositionals: true,
    strict: true,
  },
  usage,
);
const [action = '', id = ''] = positionals;
const actions: Readonly<Record<string, (operator: Operator) => Promise<number>>> = {
  list,
  show,
  accept,
  'set-aside': setAside,
};
const run = actions[action];
if (run === undefined || positionals.length > 2) refuse(`Say what to do. Usage: ${usage}`);
if (action !== 'list' && id === '') refuse(`Say which item. Usage: ${usage}`);
if (action === 'set-aside' && (values.reason ?? '').trim() === '') {
  refuse(`--reason says why it is not taken over: it stays with the work for ever. Usage: ${usage}`);
}

await runCli(dataFolder(values.data), run);

async function list(operator: Operator): Promise<number> {
  const listed = await operator.get<ListedReview[]>('/admin/review');
  if (!listed.ok) return 1;
  const shown = listed.value.filter(({ state }) => values.all || state === 'open');
  printTable(
    ['item', 'of', 'client', 'received', 'what', 'state'],
    shown.map((item) => [
      item.id,
      item.practitioner,
      item.clients.join(' '),
      shownTime(item.receivedAt),
      item.entries.map(({ key }) => key.split('/')[0]).join(', '),
      item.state === 'open' ? 'waits' : `${item.state} ${shownTime(item.decidedAt)}`,
    ]),
  );
  return 0;
}

async function show(operator: Operator): Promise<number> {
  const found = await operator.post<ReviewItem>('/admin/review/read', { id });
  if (!found.ok) return explain(found.error);
  const item = found.value;
  console.log(
    [
      `By ${item.practitioner}, from device ${item.deviceId}, received ${shownTime(item.receivedAt)}: ${item.state}`,
      `Client ${item.clients.join(' ')}`,
      ...(item.reason === null ? [] : [`Set aside: ${item.reason}`]),
      ...item.content.map((entry) => JSON.stringify(entry, undefined, 2)),
    ].join('\n'),
  );
  return 0;
}

async function accept(operator: Operator): Promise<number> {
  const accepted = await operator.post<{ written: { key: string; version: number }[] }>(
    '/admin/review/accept',
    { id },
  );
  if (!accepted.ok) return explain(accepted.error);
  console.log('Written, in the name of its author:');
  for (const { key, version } of accepted.value.written) console.log(`  ${key}, version ${version}`);
  return 0;
}

async function setAside(operator: Operator): Promise<number> {
  const done = await operator.post('/admin/review/set-aside', { id, reason: values.reason });
  if (!done.ok) return explain(done.error);
  console.log('Set aside. It is kept with your reason, and can be read with: npm run review -- show ITEM');
  return 0;
}

interface Refused extends OperatorProblem {
  readonly at?: number;
  readonly reason?: string;
}

function explain(problem: Refused): number {
  switch (problem.kind) {
    case 'not-found':
      console.error('There is no such item. See: npm run review -- list --all');
      return 1;
    case 'decided':
      console.error('Somebody has decided about it already. See: npm run review -- list --all');
      return 1;
    default:
      console.error(
        `It cannot be written as it is: ${problem.reason ?? problem.kind} (entry ${(problem.at ?? 0) + 1}). ` +
          'It stays open; once the cause is gone accept it again, or set it aside.',
      );
      return 1;
  }
}
