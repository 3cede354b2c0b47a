import type { UnlockOutcome } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';

/** Why a secret opened nothing, but for a delay, which is shown as a countdown. */
export type UnlockProblem = Exclude<Extract<UnlockOutcome, { ok: false }>['error']['kind'], 'delayed'>;

/** What happened, what is safe and what to do, for each of them. */
export const unlockProblemKeys: Record<
  UnlockProblem,
  { readonly title: ParseKeys; readonly text: ParseKeys }
> = {
  'wrong-secret': { title: 'unlock.wrong.title', text: 'unlock.wrong.text' },
  erased: { title: 'unlock.erased.title', text: 'unlock.erased.text' },
  damaged: { title: 'unlock.damaged.title', text: 'unlock.damaged.text' },
  'device-secret-missing': { title: 'unlock.deviceMissing.title', text: 'unlock.deviceMissing.text' },
  'device-secret-changed': { title: 'unlock.deviceChanged.title', text: 'unlock.deviceChanged.text' },
  cancelled: { title: 'unlock.cancelled.title', text: 'unlock.cancelled.text' },
  'database-damaged': { title: 'unlock.databaseDamaged.title', text: 'unlock.databaseDamaged.text' },
  'database-missing': { title: 'unlock.databaseMissing.title', text: 'unlock.databaseMissing.text' },
  'journal-lost': { title: 'unlock.journalLost.title', text: 'unlock.journalLost.text' },
  'database-newer': { title: 'unlock.databaseNewer.title', text: 'unlock.databaseNewer.text' },
  storage: { title: 'unlock.storage.title', text: 'unlock.storage.text' },
};
