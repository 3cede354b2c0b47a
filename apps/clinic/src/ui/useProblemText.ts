import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';

/** Why the server or the network refused, by stable code: FHIR issue types, the sync's own words, HTTP statuses. */
const sentences: Readonly<Record<string, ParseKeys>> = {
  'no-answer': 'problem.offline',
  'not-fhir': 'problem.notServer',
  'no-version': 'problem.notServer',
  unauthorised: 'problem.unauthorized',
  security: 'problem.unauthorized',
  login: 'problem.unauthorized',
  invalid_client: 'problem.unauthorized',
  clock_skew: 'problem.clock',
  forbidden: 'problem.forbidden',
  conflict: 'problem.conflict',
  duplicate: 'problem.conflict',
  invalid: 'problem.invalid',
  structure: 'problem.invalid',
  required: 'problem.invalid',
  value: 'problem.invalid',
  invariant: 'problem.rule',
  'business-rule': 'problem.rule',
  'not-found': 'problem.missing',
  deleted: 'problem.missing',
  'too-long': 'problem.tooLarge',
  'too-costly': 'problem.tooLarge',
  throttled: 'problem.busy',
  'http-400': 'problem.invalid',
  'http-401': 'problem.unauthorized',
  'http-403': 'problem.forbidden',
  'http-404': 'problem.missing',
  'http-409': 'problem.conflict',
  'http-410': 'problem.missing',
  'http-412': 'problem.conflict',
  'http-413': 'problem.tooLarge',
  'http-422': 'problem.rule',
  'http-429': 'problem.busy',
  'http-500': 'problem.busy',
  'http-502': 'problem.busy',
  'http-503': 'problem.busy',
  'http-504': 'problem.busy',
  DATABASE_IO: 'problem.storage',
  DATABASE_FULL: 'problem.full',
  DATABASE_READ_ONLY: 'problem.readOnly',
  DATABASE_CORRUPT: 'problem.damaged',
  DATABASE_KEY_OR_DAMAGE: 'problem.damaged',
};

/** A plain sentence for a problem's code. An unknown code is shown as it is, for whoever helps. */
export function useProblemText(): (code: string) => string {
  const { t } = useTranslation();
  return (code) => {
    const key = sentences[code];
    return key === undefined ? t('problem.other', { code }) : t(key as 'problem.offline');
  };
}
