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

type Problem = Exclude<Extract<UnlockOutcome, { ok: false }>['error']['kind'], 'delayed'>;

const problemKeys: Record<Problem, { readonly title: ParseKeys; readonly text: ParseKeys }> = {
  'wrong-secret': { title: 'unlock.wrong.title', text: 'unlock.wrong.text' },
  erased: { title: 'unlock.erased.title', text: 'unlock.erased.text' },
  damaged: { title: 'unlock.damaged.title', text: 'unlock.damaged.text' },
  'device-secret-missing': { title: 'unlock.deviceMissing.title', text: 'unlock.deviceMissing.text' },
  'device-secret-changed': { title: 'unlock.deviceChanged.title', text: 'unlock.deviceChanged.text' },
  cancelled: { title: 'unlock.cancelled.title', text: 'unlock.cancelled.text' },
  'database-damaged': { title: 'unlock.databaseDamaged.title', text: 'unlock.databaseDamaged.text' },
  storage: { title: 'unlock.storage.title', text: 'unlock.storage.text' },
};

const reasonKeys: Record<LockReason, ParseKeys> = {
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

/** The door. Nothing of any client is behind it until the secret is right. */
export function UnlockScreen({ users, reason, onAddUser }: UnlockScreenProps) {
  const { t } = useTranslation();
  const shell = useShell();
  const [chosen, setChosen] = useState(users[0]?.userId ?? '');
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<TextInput>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [until, setUntil] = useState(0);
  const seconds = useSecondsUntil(until);
  const user = users.find(({ userId }) => userId === chosen) ?? users[0];

  const attempt = async () => {
    if (user === undefined || secret === '' || seconds > 0) return;
    setBusy(true);
    setProblem(null);
    const outcome = await shell.unlock({ userId: user.userId, secret });
    setBusy(false);
    if (outcome.ok) return;
    setSecret('');
    field.current?.focus();
    if (outcome.error.kind === 'delayed') {
      setUntil(outcome.error.untilMs);
      return;
    }
    setProblem(outcome.error.kind);
    if (outcome.error.kind === 'wrong-secret') setUntil(systemClock.now() + outcome.error.delayMs);
  };
  const unlock = () => {
    attempt().catch((cause: unknown) => {
      setBusy(false);
      setProblem('storage');
      rethrowLater(cause);
    });
  };

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
            setProblem(null);
          }}
          options={users.map(({ userId, label }) => ({
            value: userId,
            label,
            testID: testIds.unlock.user(userId),
          }))}
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
        onSubmitEditing={unlock}
        testID={testIds.unlock.secret}
      />
      {problem === null ? null : (
        <Notice
          tone="error"
          announce
          testID={testIds.unlock.problem}
          title={t(problemKeys[problem].title as 'unlock.wrong.title')}
          text={t(problemKeys[problem].text as 'unlock.wrong.text')}
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
        onPress={unlock}
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
