import type { DeviceUser, RescueOutcome, RescueView } from '@fieldchart/clinic-client';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { CenteredPage } from '../../ui/CenteredPage.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { NewSecretStep } from '../enrol/NewSecretStep.tsx';
import { AnswerStep } from './AnswerStep.tsx';
import { RequestStep } from './RequestStep.tsx';
import { rescueProblemKeys } from './rescueProblems.ts';

type Problem = Extract<RescueOutcome<null>, { ok: false }>['error']['kind'];

interface RescueScreenProps {
  readonly user: DeviceUser;
  readonly onBack: () => void;
}

/** A forgotten PIN: a new secret, the request to the provider, and its answer. The record stays where it is. */
export function RescueScreen({ user, onBack }: RescueScreenProps) {
  const { t } = useTranslation();
  const shell = useShell();
  const [request, setRequest] = useState<RescueView | null>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const { userId } = user;

  useEffect(() => {
    shell.pendingRescue(userId).then(setRequest).catch(rethrowLater);
  }, [shell, userId]);
  const cancel = useCallback(() => {
    shell.cancelRescue(userId).then(onBack).catch(rethrowLater);
  }, [shell, userId, onBack]);

  if (request === undefined) return <Loading />;
  return (
    <CenteredPage
      title={t('rescue.title', { user: user.label })}
      text={request === null ? t('rescue.begin') : t('rescue.waiting')}
      testID={testIds.phase.rescue}
    >
      {problem === null ? null : (
        <Notice
          tone="error"
          announce
          testID={testIds.rescue.problem}
          title={t('rescue.notAsked')}
          text={t(rescueProblemKeys[problem] as 'rescue.problem.unreachable')}
        />
      )}
      {request === null ? (
        <NewSecretStep
          finish={t('rescue.ask')}
          onChosen={async (secret) => {
            setProblem(null);
            const asked = await shell.requestRescue({ userId, ...secret });
            if (asked.ok) setRequest(asked.value);
            else setProblem(asked.error.kind);
          }}
        />
      ) : (
        <>
          <RequestStep userId={userId} request={request} />
          <AnswerStep user={user} />
          <Button kind="plain" label={t('rescue.cancel')} testID={testIds.rescue.cancel} onPress={cancel} />
        </>
      )}
      <Button kind="plain" label={t('rescue.back')} testID={testIds.rescue.back} onPress={onBack} />
    </CenteredPage>
  );
}
