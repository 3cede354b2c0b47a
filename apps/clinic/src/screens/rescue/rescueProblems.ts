import type { RescueOutcome } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';

type Problem = Extract<RescueOutcome<null>, { ok: false }>['error']['kind'];

/** One sentence for each thing that can stand in a rescue's way: what happened and what to do. Nothing was changed. */
export const rescueProblemKeys: Record<Problem, ParseKeys> = {
  'wrong-secret': 'rescue.problem.wrongSecret',
  delayed: 'rescue.problem.delayed',
  damaged: 'rescue.problem.damaged',
  erased: 'rescue.problem.damaged',
  'device-secret-missing': 'rescue.problem.deviceSecret',
  'device-secret-changed': 'rescue.problem.deviceSecret',
  'device-secret-cancelled': 'rescue.problem.deviceSecret',
  'device-secret-not-bound': 'rescue.problem.notBound',
  cancelled: 'rescue.problem.deviceSecret',
  'database-damaged': 'unlock.databaseDamaged.text',
  'database-missing': 'unlock.databaseMissing.text',
  'journal-lost': 'unlock.journalLost.text',
  'database-newer': 'unlock.databaseNewer.text',
  storage: 'unlock.storage.text',
  'weak-secret': 'enrol.problem.weakSecret',
  'rescue-impossible': 'rescue.problem.impossible',
  'no-request': 'rescue.problem.noRequest',
  unreachable: 'rescue.problem.unreachable',
  refused: 'rescue.problem.refused',
  'not-accepted': 'rescue.problem.notAccepted',
  'answer-wrong-kind': 'rescue.problem.wrongKind',
  'answer-malformed': 'rescue.problem.malformed',
  'answer-truncated': 'rescue.problem.truncated',
  'answer-altered': 'rescue.problem.altered',
  'answer-too-large': 'rescue.problem.malformed',
  'answer-not-for-this': 'rescue.problem.notForThis',
};
