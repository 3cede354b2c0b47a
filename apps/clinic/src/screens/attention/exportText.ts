import type { RecordField, RefusedExport } from '@fieldchart/clinic-client';

/** The sentences of an exported file, in the user's language. */
export interface ExportWords {
  readonly title: string;
  readonly warning: string;
  /** When and by whom. */
  readonly origin: string;
  readonly reason: string;
  readonly serverSays: (text: string) => string;
  readonly record: (record: RefusedExport['records'][number]) => string;
  readonly label: (field: RecordField) => string;
  readonly value: (field: RecordField) => string;
  readonly empty: string;
  readonly mine: string;
  readonly theirs: string;
  readonly deleted: string;
  readonly machine: string;
}

const RULE = '-'.repeat(72);

/** The file that is handed to somebody who can help: a reading on top, all of it for a machine below. */
export function exportText(unit: RefusedExport, words: ExportWords): string {
  const fieldsText = (fields: readonly RecordField[]) =>
    fields
      .filter(({ kind, text }) => kind === 'section' || (kind !== 'whole' && text !== ''))
      .map((field) => {
        const value = field.text === '' ? words.empty : words.value(field);
        return field.kind === 'section'
          ? `${words.label(field)}\n${value}\n`
          : `${words.label(field)}: ${value}`;
      })
      .join('\n');
  const { reason } = unit;
  return [
    words.title,
    words.warning,
    '',
    words.origin,
    words.reason,
    ...(reason.text === '' ? [] : [words.serverSays(reason.text)]),
    '',
    ...unit.records.flatMap((record) => [RULE, words.record(record), '', fieldsText(record.fields), '']),
    ...unit.conflicts.flatMap(({ mine, theirs }) => [
      RULE,
      words.mine,
      '',
      fieldsText(mine),
      '',
      RULE,
      words.theirs,
      '',
      theirs === null ? words.deleted : fieldsText(theirs),
      '',
    ]),
    RULE,
    words.machine,
    '',
    unit.json,
    '',
  ].join('\n');
}
