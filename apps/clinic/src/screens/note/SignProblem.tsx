import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/Notice.tsx';
import type { SigningProblem } from './useSigning.ts';

const keys: Record<SigningProblem, ParseKeys> = {
  'wrong-secret': 'sign.problem.wrongSecret',
  'empty-note': 'sign.problem.empty',
  'already-signed': 'sign.problem.alreadySigned',
  moved: 'sign.problem.moved',
  conflict: 'sign.problem.conflict',
  cancelled: 'sign.problem.cancelled',
  unavailable: 'sign.problem.unavailable',
  failed: 'sign.problem.failed',
};

/** Why nothing was signed. */
export function SignProblem({ problem, testID }: { problem: SigningProblem; testID: string }) {
  const { t } = useTranslation();
  return (
    <Notice
      tone="error"
      announce
      testID={testID}
      title={t('sign.problem.title')}
      text={t(keys[problem] as 'sign.problem.empty')}
    />
  );
}
