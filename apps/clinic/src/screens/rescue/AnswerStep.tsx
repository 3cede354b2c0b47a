import type { DeviceUser, RescueOutcome } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShell } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { QrScanButton } from '../../ui/QrScanButton.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { Text } from '../../ui/Text.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useSecondsUntil } from '../../ui/useSecondsUntil.ts';
import { rescueProblemKeys } from './rescueProblems.ts';

type Problem = Extract<RescueOutcome<null>, { ok: false }>['error']['kind'] | 'no-answer-yet';

/** The answer on its way in: from the network, scanned, or pasted; opened with the new secret. */
export function AnswerStep({ user }: { user: DeviceUser }) {
  const { t } = useTranslation();
  const shell = useShell();
  const looking = useWork();
  const opening = useWork();
  const [answer, setAnswer] = useState('');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [until, setUntil] = useState(0);
  const seconds = useSecondsUntil(until);
  const { userId } = user;

  const look = () =>
    looking.run(async () => {
      setProblem(null);
      const found = await shell.fetchRescueAnswer(userId);
      if (!found.ok) setProblem(found.error.kind);
      else if (found.value === null) setProblem('no-answer-yet');
      else setAnswer(found.value);
    });
  const open = () =>
    opening.run(async () => {
      setProblem(null);
      const outcome = await shell.finishRescue({ userId, secret, answer });
      if (outcome.ok) return;
      setProblem(outcome.error.kind);
      if (outcome.error.kind === 'delayed') setUntil(outcome.error.untilMs);
      if (outcome.error.kind === 'wrong-secret') setUntil(systemClock.now() + outcome.error.delayMs);
    });
  return (
    <Card style={{ gap: 14 }}>
      <Text size="strong">{t('rescue.answerTitle')}</Text>
      <Button
        kind="tonal"
        icon="cloud-download-outline"
        label={t('rescue.look')}
        busy={looking.busy}
        testID={testIds.rescue.look}
        onPress={look}
      />
      <QrScanButton label={t('rescue.scan')} testID={testIds.rescue.scan} onRead={setAnswer} />
      <TextField
        label={t('rescue.answer')}
        value={answer}
        onChangeText={setAnswer}
        multiline
        mono
        autoCapitalize="none"
        testID={testIds.rescue.answer}
      />
      <SecretField
        kind="passphrase"
        label={t('rescue.newSecret')}
        hint={t('rescue.newSecretHint')}
        value={secret}
        onChangeText={setSecret}
        testID={testIds.rescue.secret}
      />
      {problem === null ? null : (
        <Notice
          tone={problem === 'no-answer-yet' ? 'info' : 'error'}
          announce
          testID={testIds.rescue.problem}
          title={
            problem === 'no-answer-yet'
              ? t('rescue.notYet')
              : t(rescueProblemKeys[problem] as 'rescue.problem.unreachable')
          }
        />
      )}
      {seconds > 0 ? <Notice tone="warning" title={t('unlock.wait', { count: seconds })} /> : null}
      <Button
        label={t('rescue.open')}
        icon="lock-open-variant-outline"
        busy={opening.busy}
        disabled={answer.trim() === '' || secret === '' || seconds > 0}
        testID={testIds.rescue.open}
        onPress={open}
      />
    </Card>
  );
}
