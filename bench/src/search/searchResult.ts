import { CLIENTS, type Searched } from '../device/searching.ts';
import type { TypedBesideIndex } from '../device/typingBesideIndex.ts';
import { type Figure, figure, type Limit, type SuiteResult } from '../figures.ts';

/** Milliseconds: a frame. */
const FRAME = 16;

/** The rows that both search suites show; a target is set for the 95th of a hundred answers. */
export function searchResult(
  notes: number,
  searched: Searched,
  more: {
    readonly figures: readonly Figure[];
    readonly remarks: readonly string[];
    readonly inFrame: boolean;
    readonly typed: TypedBesideIndex;
  },
): SuiteResult {
  const questions = Object.entries(searched.took);
  const limits: Limit[] = questions.map(([name, values]) => ({
    what: `${name}, 95 of 100 answers within`,
    value: percentile(values, 0.95),
    unit: 'ms',
    atMost: FRAME,
  }));
  return {
    sizes: 'notes',
    figures: [
      ...questions.map(([name, values]) => figure(name, notes, values)),
      ...typedFigures(notes, more.typed),
      ...more.figures,
    ],
    ratios: [],
    ...(more.inFrame ? { limits } : {}),
    remarks: [
      `${CLIENTS.toLocaleString('en')} clients. p95: ${questions
        .map(([name, values]) => `${name} ${percentile(values, 0.95).toFixed(1)} ms`)
        .join('; ')}.`,
      `Rows found: ${Object.entries(searched.rows)
        .map(([name, rows]) => `${name} ${rows}`)
        .join('; ')}.`,
      ...more.remarks,
    ],
  };
}

function typedFigures(notes: number, typed: TypedBesideIndex): readonly Figure[] {
  return [
    figure('keystroke after a pause, the index at work', notes, typed.first),
    figure('keystroke after a pause, no index at work', notes, typed.firstAlone),
    figure('keystrokes behind it, the index waiting', notes, typed.others),
    figure('keystrokes behind it, no index', notes, typed.othersAlone),
  ];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
