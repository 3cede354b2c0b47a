import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RESCUE_ANSWER_TYPE, type RescueAnswer, agreementJwk } from '@fieldchart/clinical';
import { base64UrlEncode, toCarriedText, utf8Encode } from '@fieldchart/foundation';
import { CompactEncrypt, importJWK } from 'jose';
import { hashText } from '../identity/hashText.ts';
import type { PreparedRescue } from '../identity/rescueDesk.ts';
import { type Operator, dataFolder, runCli } from './askOperator.ts';
import { printTable, shownTime } from './printTable.ts';
import { drawQrCode } from './qrCode.ts';
import { readOptions, refuse } from './readOptions.ts';
import { openWithRescueKey } from './rescueKey.ts';

const usage = `
  npm run rescue -- list
  npm run rescue -- answer REQUEST --key rescue-key.json --code XXXX-XXXX [--out FILE.txt] [--qr FILE.svg]
  REQUEST is an id from the list, a file with the request's text, or the text itself.
  Each takes [--data FOLDER].`;
const { values, positionals } = readOptions(
  {
    options: {
      key: { type: 'string' },
      code: { type: 'string' },
      out: { type: 'string' },
      qr: { type: 'string' },
      data: { type: 'string' },
    },
    allowPositionals: true,
    strict: true,
  },
  usage,
);
const [action = '', wanted = ''] = positionals;
const actions: Readonly<Record<string, (operator: Operator) => Promise<number>>> = { list, answer };
const run = actions[action];
if (run === undefined || positionals.length > 2) refuse(`Say what to do. Usage: ${usage}`);
if (action === 'answer' && (wanted === '' || values.key === undefined || values.code === undefined)) {
  refuse(
    `It takes the request, --key and --code: the code is what the clinician reads out to you, once you know that it is them. Usage: ${usage}`,
  );
}

await runCli(dataFolder(values.data), run);

interface ShownRequest {
  readonly id: string;
  readonly practitioner: string;
  readonly device: string;
  readonly request: string;
  readonly receivedAt: number;
  readonly answeredAt: number | null;
}

async function list(operator: Operator): Promise<number> {
  const listed = await operator.get<ShownRequest[]>('/admin/rescue');
  if (!listed.ok) return 1;
  // The codes are not shown: they come from the clinician, and only then are they a check.
  printTable(
    ['request', 'of', 'device', 'received', 'answered'],
    listed.value.map((one) => [
      one.id,
      one.practitioner,
      one.device,
      shownTime(one.receivedAt),
      shownTime(one.answeredAt),
    ]),
  );
  return 0;
}

async function answer(operator: Operator): Promise<number> {
  const text = await findText(operator);
  if (text === undefined) {
    console.error('There is no such request, no such file, and it is not a request itself.');
    return 1;
  }
  const read = await operator.post<PreparedRescue>('/admin/rescue/read', { request: text });
  if (!read.ok) {
    console.error(reasons[read.error.kind] ?? 'The request cannot be read.');
    return 1;
  }
  if (read.value.code !== plainCode(values.code ?? '')) {
    console.error(
      `The code does not belong to this request, which claims to come from ${read.value.practitioner}. ` +
        'Nothing was answered. Ask the clinician to read it out again; if it still differs, somebody else asked.',
    );
    return 1;
  }
  const dataKey = await openWithRescueKey(
    read.value.request.sealed,
    readFileSync(resolve(values.key ?? ''), 'utf8'),
  );
  if (dataKey === undefined) {
    console.error('This is not the rescue key that the device sealed its key to. Nothing was answered.');
    return 1;
  }
  const prepared = await operator.post<PreparedRescue & { ticket: string }>('/admin/rescue/prepare', {
    request: text,
  });
  if (!prepared.ok) return 1;
  const sealed = await sealAnswer(prepared.value, dataKey);
  dataKey.fill(0);
  const delivered = await operator.post('/admin/rescue/deliver', { id: prepared.value.id, answer: sealed });
  report(prepared.value.practitioner, sealed, delivered.ok);
  return 0;
}

/** Seals data key and ticket to the key that the device made for this answer alone. */
async function sealAnswer(rescue: PreparedRescue & { ticket: string }, dataKey: Uint8Array): Promise<string> {
  const content: RescueAnswer = {
    request: rescue.id,
    data_key: base64UrlEncode(dataKey),
    ticket: rescue.ticket,
  };
  const { kty, crv, x, y } = agreementJwk.parse(rescue.request.agreement_key);
  const jwe = await new CompactEncrypt(utf8Encode(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', typ: RESCUE_ANSWER_TYPE })
    .encrypt(await importJWK({ kty, crv, x, y }, 'ECDH-ES+A256KW'));
  return toCarriedText('rescueAnswer', jwe, hashText);
}

async function findText(operator: Operator): Promise<string | undefined> {
  if (wanted.startsWith('FIELDCHART')) return wanted;
  if (existsSync(wanted)) return readFileSync(wanted, 'utf8');
  const listed = await operator.get<ShownRequest[]>('/admin/rescue');
  return listed.ok ? listed.value.find(({ id }) => id === wanted)?.request : undefined;
}

function report(practitioner: string, sealed: string, delivered: boolean): void {
  console.log(`Answered for ${practitioner}. Only the device that asked can open it, with its new PIN.`);
  if (delivered) console.log('The device fetches it by itself when it has a signal.');
  if (values.out !== undefined) {
    writeFileSync(resolve(values.out), sealed, { mode: 0o600 });
    console.log(`As text: ${resolve(values.out)}`);
  }
  if (values.qr !== undefined) {
    writeFileSync(resolve(values.qr), drawQrCode(sealed), { mode: 0o600 });
    console.log(`As QR code: ${resolve(values.qr)}`);
  }
  if (values.out === undefined && values.qr === undefined && !delivered) console.log(sealed);
}

/** As people say and type codes: any case, with or without the hyphen, O for 0, I and L for 1. */
function plainCode(typed: string): string {
  const code = typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/gu, '')
    .replaceAll(/[IL]/gu, '1')
    .replaceAll('O', '0');
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

const reasons: Readonly<Record<string, string>> = {
  'wrong-kind': 'This is a ticket or an answer, not a request for rescue.',
  malformed: 'This is not a request for rescue.',
  truncated: 'The end of the request is missing: ask for it again.',
  altered: 'The request was changed on its way: ask for it again.',
  'too-large': 'This is too long for a request.',
  'unknown-practitioner': 'The request names somebody who does not work here.',
  'other-organization': 'The request is for another organisation.',
};
