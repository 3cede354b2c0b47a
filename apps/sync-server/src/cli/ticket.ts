import { copyFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type HandedTicket, findPractitioner, handOutTicket } from '../identity/ticketDesk.ts';
import { createOperator, dataFolder, explainName, runCli } from './askOperator.ts';
import { readOptions } from './readOptions.ts';
import { describeTicket } from './describeTicket.ts';

const usage = 'npm run ticket -- --clinician "NAME" [--out FILE] [--data FOLDER]';
const { values } = readOptions(
  {
    options: { clinician: { type: 'string' }, out: { type: 'string' }, data: { type: 'string' } },
    strict: true,
  },
  usage,
);
const folder = dataFolder(values.data);

await runCli(folder, async () => {
  const { clinician, out } = values;
  if (clinician === undefined) {
    console.error(`Say for whom. Usage: ${usage}`);
    return 2;
  }
  const operator = await createOperator(folder);
  try {
    const handed = await operator.run<HandedTicket>('/admin/tickets', { clinician }, async (data) => {
      const found = await findPractitioner(data.db, clinician);
      return found.ok ? { ok: true, value: await handOutTicket(data, found.value) } : found;
    });
    if (!handed.ok) {
      console.error(explainName(clinician, handed.error));
      return 1;
    }
    const path = out === undefined ? handed.value.path : resolve(out);
    if (out !== undefined) copyFileSync(handed.value.path, path);
    console.log(describeTicket({ ...handed.value, path }));
    return 0;
  } finally {
    await operator.close();
  }
});
