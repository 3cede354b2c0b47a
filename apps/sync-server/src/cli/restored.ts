import type { StartedEpoch } from '../restore/startEpoch.ts';
import { dataFolder, runCli } from './askOperator.ts';
import { shownTime } from './printTable.ts';
import { readOptions } from './readOptions.ts';

const usage = 'npm run restored [-- --data FOLDER]';
const { values } = readOptions({ options: { data: { type: 'string' } }, strict: true }, usage);

await runCli(dataFolder(values.data), async (operator) => {
  const started = await operator.post<StartedEpoch>('/admin/restored', {});
  if (!started.ok) return 1;
  const ends = shownTime(started.value.lastWritten);
  console.log(
    `The devices will know that this database was restored. Its newest write is of ${ends}.

What happens by itself: at its next sync each device reads its caseload anew and sends again what this server had
acknowledged and does not have. Nobody has to do anything on a device, and nothing has to be entered twice.

What you have to do, for what happened after ${ends}:
  - withdraw again the devices that were withdrawn (npm run device -- list, revoke);
  - withdraw again the tickets that were withdrawn, and those that were used: they would let a device in once more
    (npm run ticket -- list, revoke);
  - issue tickets anew: those issued since are unknown, and so are devices that were let in since. Such a device keeps
    its work, says under Sync that it is not registered, and goes on with a new ticket for the same clinician;
  - answer again the rescue requests that were answered, decide again what was decided in the review inbox
    (npm run review -- list), and set the policy again if it was changed;
  - end again the emergency access that was ended (npm run emergency -- list). Access given since is unknown here: its
    device keeps the client and sends nothing for them until the clinician asks for it again.`,
  );
  return 0;
});
