import { readFileSync, writeFileSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import type { ListedDevice } from '../identity/deviceDesk.ts';
import { type Operator, dataFolder, runCli } from './askOperator.ts';
import { printTable, shownTime } from './printTable.ts';
import { readOptions, refuse } from './readOptions.ts';
import { openWithRescueKey } from './rescueKey.ts';

const usage = `
  npm run device -- list
  npm run device -- revoke DEVICE [--erase]
  npm run device -- sealed DEVICE
  npm run device -- sealed DEVICE --key rescue-key.json --out FILE.json
  npm run device -- open SEALED-FILE --key rescue-key.json --out FILE.json
  npm run device -- alerts
  Each takes [--data FOLDER].`;
const { values, positionals } = readOptions(
  {
    options: {
      erase: { type: 'boolean', default: false },
      key: { type: 'string' },
      out: { type: 'string' },
      data: { type: 'string' },
    },
    allowPositionals: true,
    strict: true,
  },
  usage,
);
const [action = '', id] = positionals;
const actions: Readonly<Record<string, (operator: Operator) => Promise<number>>> = {
  list,
  revoke,
  sealed,
  open,
  alerts,
};
const run = actions[action];
if (run === undefined || positionals.length > 2) refuse(`Say what to do. Usage: ${usage}`);
if ((action === 'revoke' || action === 'sealed') && id === undefined)
  refuse(`Say which device. Usage: ${usage}`);
if (action === 'open' && (id === undefined || values.key === undefined || values.out === undefined))
  refuse(`It takes the sealed file, --key and --out. Usage: ${usage}`);
if (action === 'sealed' && (values.key === undefined) !== (values.out === undefined)) {
  refuse(`--key names the rescue key, --out the file to write; with neither it lists. Usage: ${usage}`);
}

await runCli(dataFolder(values.data), run);

async function list(operator: Operator): Promise<number> {
  const listed = await operator.get<ListedDevice[]>('/admin/devices');
  if (!listed.ok) return 1;
  printTable(
    ['device', 'of', 'state', 'registered', 'withdrawn', 'sealed work', 'key'],
    listed.value.map((device) => [
      device.id,
      device.practitioner,
      device.state,
      shownTime(device.registeredAt),
      shownTime(device.revokedAt),
      describeUploads(device),
      device.fingerprint,
    ]),
  );
  return 0;
}

function describeUploads({ sealedWork }: ListedDevice): string {
  if (sealedWork.length === 0) return '';
  const waiting = sealedWork.filter(({ readAt }) => readAt === null).length;
  return waiting === 0 ? `${sealedWork.length} read` : `${waiting} to read`;
}

async function revoke(operator: Operator): Promise<number> {
  const revoked = await operator.post('/admin/devices/revoke', { id, erase: values.erase });
  if (!revoked.ok) {
    console.error('There is no such device. See: npm run device -- list');
    return 1;
  }
  console.log(
    [
      'Withdrawn: from now on it gets nothing and sends nothing but its sealed unsent work.',
      ...(values.erase ? ['It is asked to destroy what it holds once that work has arrived.'] : []),
      'It learns of this when it is next unlocked with a signal. Until then it opens as before.',
    ].join('\n'),
  );
  return 0;
}

async function sealed(operator: Operator): Promise<number> {
  const listed = await operator.get<ListedDevice[]>('/admin/devices');
  const uploads = listed.ok ? (listed.value.find((device) => device.id === id)?.sealedWork ?? []) : [];
  if (uploads.length === 0) {
    console.error('No sealed work of this device has arrived. See: npm run device -- list');
    return 1;
  }
  const { key, out } = values;
  if (key === undefined || out === undefined) {
    printTable(
      ['upload', 'received', 'read'],
      uploads.map((upload) => [upload.sha256, shownTime(upload.receivedAt), shownTime(upload.readAt)]),
    );
    return 0;
  }
  const rescueKey = readFileSync(resolve(key), 'utf8');
  const written: string[] = [];
  for (const [at, { sha256 }] of uploads.entries()) {
    const found = await operator.post<{ work: string }>('/admin/sealed-work', { device: id, sha256 });
    const opened = found.ok ? await openWithRescueKey(found.value.work, rescueKey) : undefined;
    if (opened === undefined) {
      console.error(
        `This key does not open upload ${sha256}. It takes the rescue key of the organisation that issued the ticket.`,
      );
      continue;
    }
    const path = numbered(resolve(out), uploads.length === 1 ? undefined : at + 1);
    writeFileSync(path, opened, { mode: 0o600 });
    written.push(path);
    await operator.post('/admin/sealed-work/opened', { device: id, sha256 });
  }
  if (written.length > 0) {
    console.log(
      `Written, oldest first:\n${written.map((path) => `  ${path}\n`).join('')}It is clients' records in the clear: move it to where those belong.`,
    );
  }
  return written.length === uploads.length ? 0 : 1;
}

/** Opens sealed work that somebody carried here as a file, where the device could not send it. */
async function open(): Promise<number> {
  const { key = '', out = '' } = values;
  const sealedText = readFileSync(resolve(id ?? ''), 'utf8').trim();
  const opened = await openWithRescueKey(sealedText, readFileSync(resolve(key), 'utf8'));
  if (opened === undefined) {
    console.error(
      'This key does not open this file. It takes the rescue key of the organisation that issued the ticket.',
    );
    return 1;
  }
  writeFileSync(resolve(out), opened, { mode: 0o600 });
  console.log(
    `Written:\n  ${resolve(out)}\nIt is clients' records in the clear: move it to where those belong.`,
  );
  return 0;
}

/** `work.json` is the only upload's file; of several the names are `work-1.json`, `work-2.json`, … */
function numbered(path: string, number: number | undefined): string {
  if (number === undefined) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${String(number)}${ext}`);
}

interface ShownAlert {
  readonly kind: string;
  readonly device_id: string | null;
  readonly details: Readonly<Record<string, string>>;
  readonly raised_at: number;
  readonly closed_at: number | null;
}

async function alerts(operator: Operator): Promise<number> {
  const listed = await operator.get<ShownAlert[]>('/admin/alerts');
  if (!listed.ok) return 1;
  printTable(
    ['raised', 'closed', 'what', 'device', 'details'],
    listed.value.map((alert) => [
      shownTime(alert.raised_at),
      shownTime(alert.closed_at),
      alert.kind,
      alert.device_id ?? '',
      Object.entries(alert.details)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ]),
  );
  return 0;
}
