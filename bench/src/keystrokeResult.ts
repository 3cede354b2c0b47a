import type { Typed } from './device/typing.ts';
import { figure, ratio, sizeName, type SuiteResult } from './figures.ts';

/** The rows that both keystroke suites show. `atMost` is the target against the plain commit. */
export function keystrokeResult(
  devices: readonly { readonly notes: number }[],
  timings: readonly Typed[],
  atMost: number,
): SuiteResult {
  const measured = devices.map(({ notes }, at) => ({
    notes,
    keystroke: figure('keystroke → durable', notes, timings[at]?.keystrokes ?? []),
    plain: figure('plain one-row commit', notes, timings[at]?.plain ?? []),
  }));
  const largest = measured.at(-1);
  const [smallest] = measured;
  return {
    sizes: 'notes',
    figures: measured.flatMap(({ keystroke, plain }) => [keystroke, plain]),
    ratios: [
      ...measured.map(({ notes, keystroke, plain }) =>
        ratio(
          `keystroke / plain commit at ${sizeName(notes)}`,
          keystroke,
          plain,
          notes === largest?.notes ? atMost : null,
        ),
      ),
      ratio(
        `keystroke at ${sizeName(largest?.notes ?? 0)} / at ${sizeName(smallest?.notes ?? 0)}`,
        largest?.keystroke,
        smallest?.keystroke,
        1.2,
      ),
    ],
  };
}
