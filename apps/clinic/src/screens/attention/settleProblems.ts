import type { SettleProblem } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';

/** Why a settlement did not come about; nothing was changed then. */
export const settleProblemKeys: Readonly<Record<SettleProblem, ParseKeys>> = {
  settled: 'attention.problem.settled',
  moved: 'attention.problem.moved',
  signed: 'attention.problem.signed',
  conflict: 'attention.problem.conflict',
  undecided: 'attention.problem.undecided',
  invalid: 'attention.problem.invalid',
  'no-draft': 'attention.problem.noDraft',
};
