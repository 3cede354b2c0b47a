import { copyFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HandedTicket, ListedTicket } from '../identity/ticketDesk.ts';
import { type Operator, dataFolder, explainName, runCli } from './askOperator.ts';
import { describeTicket } from './describeTicket.ts';
import { printTable, shownTime } from './printTable.ts';
import { drawQrCode } from './qrCode.ts';
import { readNumber, readOptions, refuse } from './readOptions.ts';

const usage = `
  npm run ticket -- --clinician "NAME" [--out FILE] [--qr FILE.svg] [--days 14]
  npm run ticket -- list
  npm run ticket -- revoke TICKET
  Each takes [--data FOLDER].`;
const { values, positionals } = readOptions(
  {
    options: {
      clinician: { type: 'string' },
      out: { type: 'string' },
      qr: { type: 'string' },
      days: { type: 'string' },
      data: { type: 'string' },
    },
    allowPositionals: true,
    strict: true,
  },
  usage,
);
const [action = 'issue', id] = positionals;
const days = readNumber('--days', values.days, 90);
const { clinician, out, qr } = values;

const actions: Readonly<Record<string, (operator: Operator) => Promise<number>>> = { issue, list, revoke };
const run = actions[action];
if (run === undefined || positionals.length > 2)
  refuse(`There is no "${positionals.join(' ')}". Usage: ${usage}`);
if (action === 'issue' && clinician === undefined) refuse(`Say for whom. Usage: ${usage}`);
if (action === 'revoke' && id === undefined) refuse(`Say which ticket. Usage: ${usage}`);
if (days === 0) refuse('--days takes a whole number from 1 to 90.');

await runCli(dataFolder(values.data), run);

async function issue(operator: Operator): Promise<number> {
  const handed = await operator.post<HandedTicket>('/admin/tickets', {
    clinician,
    ...(days === undefined ? {} : { days }),
  });
  if (!handed.ok) {
    console.error(explainName(clinician ?? '', handed.error));
    return 1;
  }
  const path = out === undefined ? handed.value.path : resolve(out);
  if (out !== undefined) copyFileSync(handed.value.path, path);
  console.log(describeTicket({ ...handed.value, path }));
  if (qr !== undefined) {
    writeFileSync(resolve(qr), drawQrCode(handed.value.ticket), { mode: 0o600 });
    console.log(`  QR code          ${resolve(qr)} (the ticket alone; the caseload follows by sync)`);
  }
  return 0;
}

async function list(operator: Operator): Promise<number> {
  const listed = await operator.get<ListedTicket[]>('/admin/tickets');
  if (!listed.ok) return 1;
  printTable(
    ['ticket', 'for', 'state', 'issued', 'good until', 'used by device'],
    listed.value.map((ticket) => [
      ticket.id,
      ticket.practitioner,
      ticket.state,
      shownTime(ticket.issuedAt),
      shownTime(ticket.expiresAt),
      ticket.device ?? '',
    ]),
  );
  return 0;
}

async function revoke(operator: Operator): Promise<number> {
  const revoked = await operator.post('/admin/tickets/revoke', { id });
  if (revoked.ok) console.log('Withdrawn: no device can register with this ticket any more.');
  else console.error('There is no such ticket, or a device has used it. See: npm run ticket -- list');
  return revoked.ok ? 0 : 1;
}
