import type { SecretKind } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useSession, useShell } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Section } from '../../ui/Page.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { Text } from '../../ui/Text.tsx';
import { NewSecretStep } from '../enrol/NewSecretStep.tsx';
import { type UnlockProblem, unlockProblemKeys } from '../unlock/unlockProblems.ts';

type Problem = UnlockProblem | 'delayed' | 'weak-secret' | 'unsent-work';

const problemKeys: Record<Problem, ParseKeys> = {
  ...(Object.fromEntries(Object.entries(unlockProblemKeys).map(([kind, { text }]) => [kind, text])) as Record<
    UnlockProblem,
    ParseKeys
  >),
  delayed: 'account.problem.delayed',
  'weak-secret': 'enrol.problem.weakSecret',
  'unsent-work': 'account.problem.unsent',
};

/** Who works on this device: handing it over, changing the secret, leaving it. */
export function AccountSettings() {
  const { t } = useTranslation();
  const shell = useShell();
  const [open, setOpen] = useState<'change' | 'leave' | null>(null);
  const toggle = (which: 'change' | 'leave') => setOpen(open === which ? null : which);
  return (
    <Section title={t('account.title')}>
      <View style={{ gap: 12 }}>
        <Button
          kind="outlined"
          icon="account-switch-outline"
          label={t('account.switch')}
          testID={testIds.account.switchUser}
          onPress={() => {
            shell.lock('switch').catch(rethrowLater);
          }}
        />
        <Button
          kind="outlined"
          icon="key-change"
          label={t('account.change')}
          expanded={open === 'change'}
          testID={testIds.account.change}
          onPress={() => toggle('change')}
        />
        {open === 'change' ? <ChangeSecret /> : null}
        <Button
          kind="outlined"
          icon="account-remove-outline"
          label={t('account.leave')}
          expanded={open === 'leave'}
          testID={testIds.account.leave}
          onPress={() => toggle('leave')}
        />
        {open === 'leave' ? <LeaveDevice /> : null}
      </View>
    </Section>
  );
}

function ChangeSecret() {
  const { t } = useTranslation();
  const session = useSession();
  const [current, setCurrent] = useState('');
  const [outcome, setOutcome] = useState<Problem | 'changed' | null>(null);
  const [kind, setKind] = useState<SecretKind>(session.me.secretKind);
  if (outcome === 'changed') {
    return (
      <Notice
        tone="good"
        announce
        testID={testIds.account.changed}
        title={t('account.changed')}
        text={t('account.changedText')}
      />
    );
  }
  return (
    <Card style={{ gap: 16 }}>
      <SecretField
        kind={kind}
        label={t('account.current')}
        value={current}
        onChangeText={setCurrent}
        testID={testIds.account.current}
      />
      {outcome === null ? null : <ProblemNotice problem={outcome} />}
      <NewSecretStep
        finish={t('account.changeNow')}
        pinOffered={session.pinPossible()}
        onChosen={async ({ secret, secretKind }) => {
          setOutcome(null);
          const changed = await session.changeSecret({ current, next: secret, nextKind: secretKind });
          if (changed.ok) setKind(secretKind);
          setOutcome(changed.ok ? 'changed' : changed.error.kind);
        }}
      />
    </Card>
  );
}

function LeaveDevice() {
  const { t } = useTranslation();
  const session = useSession();
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const leaving = useWork();
  return (
    <Card style={{ gap: 16 }}>
      <Text>{t('account.leaveText')}</Text>
      <SecretField
        kind={session.me.secretKind}
        label={t('account.current')}
        value={secret}
        onChangeText={setSecret}
        testID={testIds.account.leaveSecret}
      />
      {problem === null ? null : <ProblemNotice problem={problem} />}
      <Button
        icon="account-remove-outline"
        label={t('account.leaveNow')}
        busy={leaving.busy}
        disabled={secret === ''}
        testID={testIds.account.leaveNow}
        onPress={() =>
          leaving.run(async () => {
            setProblem(null);
            const left = await session.removeFromDevice({ secret });
            if (!left.ok) setProblem(left.error.kind);
          })
        }
      />
    </Card>
  );
}

function ProblemNotice({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  return (
    <Notice
      tone="error"
      announce
      testID={testIds.account.problem}
      title={t('account.notDone')}
      text={t(problemKeys[problem] as 'account.problem.unsent')}
    />
  );
}
