import type { RecordField, RefusedExport } from '@fieldchart/clinic-client';
import { expect, test } from 'vitest';
import { exportText, type ExportWords } from './exportText.ts';

const section = (text: string): RecordField => ({
  code: 'data',
  labelKey: 'note.section.data',
  kind: 'section',
  text,
});
const unit: RefusedExport = {
  exportedAt: 0,
  reason: { code: 'business-rule', text: 'the plan is missing' },
  records: [
    { resourceType: 'Composition', kind: 'update', clientName: 'Rosa Marsh', fields: [section('Seen.')] },
  ],
  conflicts: [{ mine: [section('mine')], theirs: null }],
  json: '{"reason":{}}',
};
const words: ExportWords = {
  title: 'A refused change',
  warning: 'Not encrypted',
  origin: 'Exported today by Ana',
  reason: 'Against a rule',
  serverSays: (text) => `The server says: ${text}`,
  record: ({ clientName }) => `Note of ${clientName ?? ''}`,
  label: ({ code }) => code,
  value: ({ text }) => text,
  empty: 'Nothing written',
  mine: 'Yours',
  theirs: 'At the server',
  deleted: 'Deleted there',
  machine: 'For a machine',
};

test('the file reads from the top: warning, reason, texts, both sides; a machine finds all of it below', () => {
  const lines = exportText(unit, words)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('---'));
  expect(lines).toEqual([
    'A refused change',
    'Not encrypted',
    'Exported today by Ana',
    'Against a rule',
    'The server says: the plan is missing',
    'Note of Rosa Marsh',
    'data',
    'Seen.',
    'Yours',
    'data',
    'mine',
    'At the server',
    'Deleted there',
    'For a machine',
    '{"reason":{}}',
  ]);
});
