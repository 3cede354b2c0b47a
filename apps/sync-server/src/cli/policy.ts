import type { Policy } from '../identity/policy.ts';
import { dataFolder, runCli } from './askOperator.ts';
import { readNumber, readOptions, refuse } from './readOptions.ts';

const usage = 'npm run policy -- --erase-after N|never [--data FOLDER]';
const { values } = readOptions(
  { options: { 'erase-after': { type: 'string' }, data: { type: 'string' } }, strict: true },
  usage,
);
const text = values['erase-after'] ?? refuse(`Say what to change. Usage: ${usage}`);
const eraseAfter = text === 'never' ? null : (readNumber('--erase-after', text, 100) ?? 0);
if (eraseAfter !== null && eraseAfter < 5)
  refuse('--erase-after takes a whole number from 5 to 100, or "never".');

await runCli(dataFolder(values.data), async (operator) => {
  const changed = await operator.post<Policy>('/admin/policy', { eraseAfter });
  if (!changed.ok) return 1;
  console.log(
    changed.value.eraseAfter === null
      ? 'Tickets issued from now on let no device destroy its key, however often a wrong PIN is typed.'
      : `Devices enrolled with tickets issued from now on destroy their key after ${changed.value.eraseAfter} wrong PINs in a row; what they hold opens by rescue.`,
  );
  console.log('Devices that are enrolled already keep the policy of their ticket.');
  return 0;
});
