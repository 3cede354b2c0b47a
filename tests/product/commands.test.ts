import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type StartedProduct,
  endAll,
  importCommand,
  newFolder,
  readTickets,
  refused,
  started,
  ticketCommand,
} from './support/product.ts';
import { writeExportedBundle } from './support/exportedBundle.ts';
import { storedOf } from './support/storedRecords.ts';

const folder = newFolder();
const data = ['--data', folder];

beforeAll(async () => {
  await (await started(folder)).interrupt();
});
afterAll(() => endAll());

/** The commands ask the running server, or open the data themselves: whoever types them sees no difference. */
function defineCommandSuite(family: string): void {
  test('a ticket is issued by a part of the name, printed and laid into the file asked for', async () => {
    const out = join(newFolder(), '../mine.fieldchart');
    const command = ticketCommand(['--clinician', 'okafor', '--out', out, ...data]);
    expect(await command.ended, command.output()).toBe(0);
    const [ticket, ...others] = readTickets(command.output());
    expect(others).toEqual([]);
    expect(ticket).toMatchObject({ practitioner: 'Ruth Okafor', role: 'clinician', file: out });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      format: 'fieldchart-ticket/1',
      ticket: ticket?.text,
    });
  });

  test('a name that fits nobody or several is answered with the names there are', async () => {
    for (const [name, answer] of [
      ['Nobody', 'There is nobody called "Nobody"'],
      ['r', '"r" fits more than one'],
    ] as const) {
      const command = ticketCommand(['--clinician', name, ...data]);
      expect(await command.ended).toBe(1);
      expect(command.output()).toContain(answer);
      expect(command.output()).toContain('  Ruth Okafor');
      expect(command.output()).not.toMatch(/\n\s+at /u);
    }
  });

  test('a bundle of another system is imported once: reported by type, into the caseload asked for', async () => {
    const exported = writeExportedBundle(family);
    const first = importCommand([exported.file, '--clinician', 'Daniel', ...data]);
    expect(await first.ended, first.output()).toBe(0);
    const lines = first.output().trim().split('\n');
    expect(lines[0]).toBe(`${exported.file} → caseload of Daniel Reyes`);
    for (const type of ['Patient', 'Organization', 'Practitioner', 'Condition']) {
      expect(lines).toContain(`  ${type}: 1 taken`);
    }
    expect(lines.find((line) => line.startsWith('  Encounter: 1 taken, 1 refused ('))).toBeDefined();
    expect(lines.find((line) => line.startsWith('  Claim: 0 taken, 1 refused ('))).toBeDefined();

    const again = importCommand([exported.file, '--clinician', 'Daniel', ...data]);
    expect(await again.ended, again.output()).toBe(0);
    expect(again.output()).not.toMatch(/[1-9]\d* taken/u);
    imported.push(exported.clientId);
  });

  test('a file that is not there or holds no bundle is a sentence', async () => {
    const broken = join(newFolder(), '../broken.json');
    writeFileSync(broken, '{"resourceType":');
    expect(await refused(importCommand([broken, ...data]))).toEqual({
      code: 1,
      sentence: expect.stringMatching(/is not JSON/u),
    });
    expect(await refused(importCommand([`${broken}.none`, ...data]))).toEqual({
      code: 1,
      sentence: expect.stringMatching(/cannot be read/u),
    });
  });
}

const imported: string[] = [];

describe('while the server runs', () => {
  let server: StartedProduct;
  beforeAll(async () => {
    server = await started(folder);
  });
  afterAll(async () => {
    await server.interrupt();
  });
  defineCommandSuite('Runningham');
});

describe('while it is stopped', () => {
  defineCommandSuite('Stoppard');

  test('every imported client stands once, with all that is theirs, in the caseload of the clinician', async () => {
    expect(imported).toHaveLength(2);
    for (const clientId of imported) {
      const stored = await storedOf(folder, clientId);
      expect(stored.versions.toSorted()).toEqual(['CareTeam 1', 'Condition 1', 'Encounter 1', 'Patient 1']);
      expect(stored.clinicians).toEqual(['Daniel Reyes']);
    }
  });
});

test('commands without an organisation, or with nonsense options, are a sentence', async () => {
  const none = ['--data', newFolder()];
  expect(await refused(ticketCommand(['--clinician', 'Ruth', ...none]))).toEqual({
    code: 1,
    sentence: expect.stringMatching(/^There is no organisation in/u),
  });
  expect(await refused(importCommand(data))).toEqual({
    code: 2,
    sentence: expect.stringMatching(/^Name the files/u),
  });
  expect(await refused(ticketCommand(['--bogus']))).toEqual({
    code: 2,
    sentence: expect.stringMatching(/^Unknown option '--bogus'/u),
  });
});
