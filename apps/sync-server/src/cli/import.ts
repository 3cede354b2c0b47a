import { readFileSync } from 'node:fs';
import type { ImportOutcome } from '../setup/importBundle.ts';
import { dataFolder, explainName, runCli } from './askOperator.ts';
import { readOptions, refuse } from './readOptions.ts';

const usage = 'npm run import -- FILE… [--clinician "NAME"] [--data FOLDER]';
const { values, positionals } = readOptions(
  {
    options: { clinician: { type: 'string' }, data: { type: 'string' } },
    allowPositionals: true,
    strict: true,
  },
  usage,
);
const folder = dataFolder(values.data);

if (positionals.length === 0) refuse(`Name the files. Usage: ${usage}`);

await runCli(folder, async (operator) => {
  const { clinician } = values;
  let failures = 0;
  for (const file of positionals) {
    const bundle = readBundle(file);
    if (typeof bundle === 'string') {
      console.error(bundle);
      failures += 1;
      continue;
    }
    const body = { bundle: bundle.json, ...(clinician === undefined ? {} : { clinician }) };
    const imported = await operator.post<ImportOutcome>('/admin/import', body);
    if (!imported.ok) {
      console.error(explainName(clinician ?? '', imported.error));
      return 1;
    }
    console.log(describe(file, imported.value));
  }
  return failures === 0 ? 0 : 1;
});

function readBundle(file: string): { readonly json: unknown } | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return `${file} cannot be read. Is the path right?`;
  }
  try {
    return { json: JSON.parse(text) };
  } catch {
    return `${file} is not JSON. Expected is a FHIR R4 bundle in JSON.`;
  }
}

function describe(file: string, { clinician, report, refusedLate }: ImportOutcome): string {
  const lines = [`${file} → caseload of ${clinician}`];
  for (const [type, { taken, refused }] of Object.entries(report.byType)) {
    const no = refused.map(({ reason, count }) => `${count} refused (${reason})`);
    lines.push(`  ${[`${type}: ${taken} taken`, ...no].join(', ')}`);
  }
  for (const { type, reason } of refusedLate) lines.push(`  ${type}: not stored after all (${reason})`);
  if (report.referencesLeftOut > 0) {
    lines.push(`  ${report.referencesLeftOut} references to what was not taken were left out`);
  }
  return lines.join('\n');
}
