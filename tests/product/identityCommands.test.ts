import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BroughtWork, bringWork } from './support/lateWork.ts';
import { type StartedProduct, endAll, newFolder, readTickets, run, started } from './support/product.ts';

// Tickets, devices and the policy from the command line, while the server runs and while it is stopped.

const folder = newFolder();
const command = async (name: string, ...args: string[]) => {
  const ran = run(`apps/sync-server/src/cli/${name}.ts`, [...args, '--data', folder]);
  return { code: await ran.ended, output: ran.output() };
};

let brought: BroughtWork;
let server: StartedProduct;
beforeAll(async () => {
  await (await started(folder)).interrupt();
  brought = await bringWork(folder, []);
  server = await started(folder);
});
afterAll(() => endAll());

/** Lines of a printed table that name the thing. */
const lineOf = (output: string, name: string) => output.split('\n').find((line) => line.includes(name)) ?? '';

test('a ticket is issued with a QR code, listed as open, withdrawn once, and its file does not stay', async () => {
  const qr = join(folder, 'ticket.svg');
  const issued = await command('ticket', '--clinician', 'okafor', '--days', '2', '--qr', qr);
  const [ticket] = readTickets(issued.output);
  expect(ticket, issued.output).toBeDefined();
  expect(readFileSync(qr, 'utf8')).toMatch(/^<svg/u);
  expect(existsSync(ticket?.file ?? '')).toBe(true);
  const listed = await command('ticket', 'list');
  const line = listed.output.split('\n')[1] ?? '';
  expect(line).toMatch(/^[0-9a-f-]{36} +Ruth Okafor +open /u);
  const [id = ''] = line.split(' ');
  expect(await command('ticket', 'revoke', id)).toEqual({
    code: 0,
    output: 'Withdrawn: no device can register with this ticket any more.\n',
  });
  expect(lineOf((await command('ticket', 'list')).output, id)).toContain(' revoked ');
  expect(existsSync(ticket?.file ?? '')).toBe(false);
  const again = await command('ticket', 'revoke', id);
  expect(again).toEqual({ code: 1, output: expect.stringMatching(/^There is no such ticket/u) });
  expect((await command('ticket', '--clinician', 'okafor', '--days', '0')).code).toBe(2);
  expect((await command('ticket', 'revoke')).code).toBe(2);
});

test('a device is listed with the fingerprint of its key, withdrawn, and asked to erase', async () => {
  const listed = await command('device', 'list');
  expect(listed.output.split('\n')[0]).toMatch(/ key$/u);
  expect(lineOf(listed.output, brought.deviceId)).toMatch(/ active .* (?:[0-9A-F]{4} ?){8}$/u);
  const revoked = await command('device', 'revoke', brought.deviceId);
  expect([revoked.code, revoked.output]).toEqual([0, expect.stringMatching(/^Withdrawn/u)]);
  expect(revoked.output).not.toContain('destroy');
  expect(lineOf((await command('device', 'list')).output, brought.deviceId)).toContain(' revoked ');

  expect(await server.interrupt()).toBe(0);
  const erased = await command('device', 'revoke', brought.deviceId, '--erase');
  expect(erased.output).toContain('asked to destroy what it holds');
  expect(lineOf((await command('device', 'list')).output, brought.deviceId)).toContain(' erase-requested ');
  const unknown = await command('device', 'revoke', 'none');
  expect(unknown).toEqual({ code: 1, output: expect.stringMatching(/^There is no such device/u) });
  expect(await command('device', 'sealed', brought.deviceId)).toMatchObject({ code: 1 });
  expect((await command('device', 'revoke')).code).toBe(2);
});

test('the policy is set and taken back, and says what it does and to whom', async () => {
  const set = await command('policy', '--erase-after', '20');
  expect([set.code, set.output]).toEqual([0, expect.stringMatching(/after 20 wrong PINs in a row/u)]);
  const never = await command('policy', '--erase-after', 'never');
  expect([never.code, never.output]).toEqual([0, expect.stringMatching(/let no device destroy its key/u)]);
  for (const wrong of ['4', '101', 'soon']) {
    expect((await command('policy', '--erase-after', wrong)).code, wrong).toBe(2);
  }
  expect((await command('policy')).code).toBe(2);
});

test('the policy of emergency access is set and taken back, and says from when it holds', async () => {
  const hours = await command('policy', '--emergency-access', '8');
  expect([hours.code, hours.output]).toEqual([0, expect.stringMatching(/given for 8 hours from now on/u)]);
  const off = await command('policy', '--emergency-access', 'never');
  expect([off.code, off.output]).toEqual([0, expect.stringMatching(/^Nobody is given emergency access/u)]);
  for (const wrong of ['0', '169', 'soon']) {
    expect((await command('policy', '--emergency-access', wrong)).code, wrong).toBe(2);
  }
});

test('the policy of what ages out is set and taken back, and says what goes from where', async () => {
  const days = await command('policy', '--keep-closed', '365');
  expect([days.code, days.output]).toEqual([0, expect.stringMatching(/closed 365 days ago or longer/u)]);
  const off = await command('policy', '--keep-closed', 'always');
  expect([off.code, off.output]).toEqual([0, expect.stringMatching(/^Closed records stay on devices/u)]);
  for (const wrong of ['29', '3651', 'never']) {
    expect((await command('policy', '--keep-closed', wrong)).code, wrong).toBe(2);
  }
});

test('emergency access is listed; what does not stand is neither ended nor looked at', async () => {
  expect(await command('emergency', 'list')).toEqual({ code: 0, output: 'None.\n' });
  for (const action of ['end', 'reviewed']) {
    const unknown = await command('emergency', action, 'none');
    expect(unknown, action).toEqual({ code: 1, output: expect.stringMatching(/^There is none of this id/u) });
    expect((await command('emergency', action)).code, action).toBe(2);
  }
  expect((await command('emergency', 'give', 'none')).code).toBe(2);
});
