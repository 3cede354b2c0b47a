import type { DeviceUser, LockReason, UnlockOutcome } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TextInput } from 'react-native';
import { systemClock } from '@fieldchart/foundation';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { CenteredPage } from '../../ui/CenteredPage.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { Text } from '../../ui/Text.tsx';
import { useSecondsUntil } from '../../ui/useSecondsUntil.ts';
import { RescueScreen } from '../rescue/RescueScreen.tsx';
import { SalvagePanel } from './SalvagePanel.tsx';
import { type UnlockProblem, unlockProblemKeys } from './unlockProblems.ts';

/** Why the door is closed. */
export const reasonKeys: Record<LockReason, ParseKeys> = {
  hand: 'unlock.reason.hand',
  idle: 'unlock.reason.idle',
  background: 'unlock.reason.background',
  takeover: 'unlock.reason.takeover',
  switch: 'unlock.reason.switch',
  withdrawn: 'unlock.reason.withdrawn',
  erased: 'unlock.reason.erased',
  left: 'unlock.reason.left',
};

interface UnlockScreenProps {
  readonly users: readonly DeviceUser[];
  readonly reason: LockReason | null;
  readonly onAddUser: () => void;
}

/** What the last try of one user met: it is theirs, and holds nobody else up. */
interface Refusal {
  readonly problem: UnlockProblem | null;
  readonly attemptsLeft: number | null;
  /** No try before this time. */
  readonly until: number;
}

const notRefused: Refusal = { problem: null, attemptsLeft: null, until: 0 };

function refusalOf(error: Extract<UnlockOutcome, { ok: false }>['error']): Partial<Refusal> {
  switch (error.kind) {
    case 'delayed':
      return { until: error.untilMs };
    case 'wrong-secret': {
      const { attemptsLeft, delayMs } = error;
      return { problem: error.kind, attemptsLeft, until: systemClock.now() + delayMs };
    }
    case 'damaged':
    case 'erased':
    case 'device-secret-missing':
    case 'device-secret-changed':
    case 'cancelled':
    case 'database-damaged':
    case 'database-missing':
    case 'journal-lost':
    case 'database-newer':
    case 'storage':
      return { problem: error.kind };
  }
}

/** The door. Nothing of any client is behind it until the secret is right. */
export function UnlockScreen({ users, reason, onAddUser }: UnlockScreenProps) {
  const { t } = useTranslation();
  const shell = useShell();
  const [chosen, setChosen] = useState(users[0]?.userId ?? '');
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<TextInput>(null);
  const [refusals, setRefusals] = useState<Readonly<Record<string, Refusal>>>({});
  const [rescuing, setRescuing] = useState(false);
  const user = users.find(({ userId }) => userId === chosen) ?? users[0];
  const { problem, attemptsLeft, until } = refusals[user?.userId ?? ''] ?? notRefused;
  const seconds = useSecondsUntil(until);
  const refuse = (userId: string, refusal: Partial<Refusal>) =>
    setRefusals((held) => ({ ...held, [userId]: { ...notRefused, ...refusal } }));

  const attempt = async (acceptLostJournal: boolean) => {
    if (user === undefined || secret === '' || seconds > 0) return;
    const { userId } = user;
    setBusy(true);
    refuse(userId, {});
    const outcome = await shell.unlock({ userId, secret, acceptLostJournal });
    setBusy(false);
    if (outcome.ok) return;
    refuse(userId, refusalOf(outcome.error));
    // The secret was right: what is offered next takes it again.
    if (outcome.error.kind === 'database-damaged' || outcome.error.kind === 'journal-lost') return;
    setSecret('');
    field.current?.focus();
  };
  const unlock = (acceptLostJournal = false) => {
    attempt(acceptLostJournal).catch((cause: unknown) => {
      setBusy(false);
      if (user !== undefined) refuse(user.userId, { problem: 'storage' });
      rethrowLater(cause);
    });
  };

  if (rescuing && user !== undefined) {
    return <RescueScreen user={user} onBack={() => setRescuing(false)} />;
  }
  const withdrawn = user?.state === 'withdrawn';
  return (
    <CenteredPage
      title={t('unlock.title')}
      {...(reason === null ? {} : { text: t(reasonKeys[reason] as 'unlock.reason.hand') })}
      testID={testIds.phase.locked}
    >
      {users.length > 1 ? (
        <Choice
          label={t('unlock.who')}
          value={chosen}
          onChange={(userId) => {
            setChosen(userId);
            setSecret('');
          }}
          options={users.map(({ userId, label }) => ({
            value: userId,
            label,
            testID: testIds.unlock.user(userId),
          }))}
        />
      ) : null}
      {withdrawn ? (
        <Notice
          tone="warning"
          testID={testIds.unlock.withdrawn}
          title={t('unlock.withdrawn.title')}
          text={t('unlock.withdrawn.text')}
        />
      ) : null}
      <SecretField
        kind={user?.secretKind ?? 'passphrase'}
        label={
          user?.secretKind === 'pin'
            ? t('unlock.pin', { user: user.label })
            : t('unlock.passphrase', { user: user?.label ?? '' })
        }
        value={secret}
        onChangeText={setSecret}
        autoFocus
        inputRef={field}
        onSubmitEditing={() => unlock()}
        testID={testIds.unlock.secret}
      />
      {problem === null ? null : (
        <Notice
          tone="error"
          announce
          testID={testIds.unlock.problem}
          title={t(unlockProblemKeys[problem].title as 'unlock.wrong.title')}
          text={t(unlockProblemKeys[problem].text as 'unlock.wrong.text')}
        />
      )}
      {user?.damaged === true && problem === null ? (
        <Notice
          tone="error"
          title={t(unlockProblemKeys['database-damaged'].title as 'unlock.databaseDamaged.title')}
          text={t('unlock.partlyDamaged')}
        />
      ) : null}
      {user !== undefined && (problem === 'database-damaged' || user.damaged) ? (
        <SalvagePanel userId={user.userId} secret={secret} />
      ) : null}
      {problem === 'journal-lost' ? (
        <Button
          kind="tonal"
          icon="folder-open-outline"
          label={t('unlock.openWithLoss')}
          busy={busy}
          disabled={secret === ''}
          testID={testIds.unlock.openWithLoss}
          onPress={() => unlock(true)}
        />
      ) : null}
      {attemptsLeft === null || problem !== 'wrong-secret' ? null : (
        <Notice
          tone="warning"
          testID={testIds.unlock.attemptsLeft}
          title={t('unlock.attemptsLeft', { count: attemptsLeft })}
          text={t('unlock.attemptsLeftText')}
        />
      )}
      {seconds > 0 ? (
        <Notice tone="warning" testID={testIds.unlock.wait} title={t('unlock.wait', { count: seconds })} />
      ) : null}
      <Button
        label={t('unlock.submit')}
        icon="lock-open-variant-outline"
        busy={busy}
        disabled={secret === '' || seconds > 0}
        testID={testIds.unlock.submit}
        onPress={() => unlock()}
      />
      <Button
        kind="plain"
        icon="lifebuoy"
        label={user?.rescueWaits === true ? t('unlock.rescueWaits') : t('unlock.forgotten')}
        testID={testIds.unlock.forgotten}
        onPress={() => setRescuing(true)}
      />
      <Text size="small" tone="muted">
        {t('unlock.safe')}
      </Text>
      <Button
        kind="plain"
        icon="account-plus-outline"
        label={t('unlock.addUser')}
        testID={testIds.unlock.addUser}
        onPress={onAddUser}
      />
    </CenteredPage>
  );
}
