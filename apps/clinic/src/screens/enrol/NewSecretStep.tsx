import type { SecretKind, SecretVerdict } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { Text } from '../../ui/Text.tsx';

type Refusal = Extract<SecretVerdict, { acceptable: false }>['reason'];

const reasonKeys: Record<Refusal, ParseKeys> = {
  'too-short': 'secret.reason.tooShort',
  'digits-only': 'secret.reason.digitsOnly',
  common: 'secret.reason.common',
  sequential: 'secret.reason.sequential',
  repeated: 'secret.reason.repeated',
  'too-guessable': 'secret.reason.tooGuessable',
};

interface NewSecretStepProps {
  /** Label of the button that ends the step. */
  readonly finish?: string;
  /** Whether a PIN may be chosen; asked of the device where it is not said. */
  readonly pinOffered?: boolean;
  readonly onChosen: (secret: { readonly secret: string; readonly secretKind: SecretKind }) => Promise<void>;
}

/** A PIN where the device binds it, or a passphrase; judged while it is typed, and typed twice. */
export function NewSecretStep({ finish, onChosen, ...props }: NewSecretStepProps) {
  const { t } = useTranslation();
  const shell = useShell();
  const [offered, setOffered] = useState(false);
  const pinOffered = props.pinOffered ?? offered;
  const [kind, setKind] = useState<SecretKind>('passphrase');
  const [secret, setSecret] = useState('');
  const [again, setAgain] = useState('');
  const verdict = useVerdict(secret, kind);

  useEffect(() => {
    shell.pinOffered().then(setOffered).catch(rethrowLater);
  }, [shell]);

  const differs = again.length > 0 && again !== secret;
  const ready = verdict?.acceptable === true && again === secret;
  return (
    <View style={{ gap: 20 }}>
      {pinOffered ? (
        <Choice
          label={t('secret.kind')}
          value={kind}
          onChange={(next) => {
            setKind(next);
            setSecret('');
            setAgain('');
          }}
          options={[
            {
              value: 'passphrase',
              label: t('secret.passphrase'),
              hint: t('secret.passphraseHint'),
              testID: testIds.enrol.kindPassphrase,
            },
            {
              value: 'pin',
              label: t('secret.pin'),
              hint: t('secret.pinHint'),
              testID: testIds.enrol.kindPin,
            },
          ]}
        />
      ) : null}
      <View style={{ gap: 10 }}>
        <SecretField
          kind={kind}
          label={kind === 'pin' ? t('secret.newPin') : t('secret.newPassphrase')}
          hint={kind === 'pin' ? t('secret.newPinHint') : t('secret.newPassphraseHint')}
          value={secret}
          onChangeText={setSecret}
          testID={testIds.enrol.secret}
        />
        {secret === '' || verdict === null ? null : <Strength verdict={verdict} kind={kind} />}
      </View>
      <SecretField
        kind={kind}
        label={t('secret.again')}
        value={again}
        onChangeText={setAgain}
        error={differs && again.length >= secret.length ? t('secret.differs') : undefined}
        testID={testIds.enrol.secretAgain}
      />
      <Button
        label={finish ?? t('secret.finish')}
        icon="shield-key-outline"
        disabled={!ready}
        testID={testIds.enrol.finish}
        onPress={() => {
          onChosen({ secret, secretKind: kind }).catch(rethrowLater);
        }}
      />
      <Text size="small" tone="muted">
        {t('secret.forgotten')}
      </Text>
    </View>
  );
}

/** The verdict on the secret as it stands; an answer that a later keystroke overtook is dropped. */
function useVerdict(secret: string, kind: SecretKind): SecretVerdict | null {
  const shell = useShell();
  const [judged, setJudged] = useState<{ readonly secret: string; readonly verdict: SecretVerdict }>();
  useEffect(() => {
    if (secret === '') return;
    let current = true;
    shell
      .judgeSecret(secret, kind)
      .then((verdict) => {
        if (current) setJudged({ secret, verdict });
      })
      .catch(rethrowLater);
    return () => {
      current = false;
    };
  }, [shell, secret, kind]);
  return judged?.secret === secret ? judged.verdict : null;
}

/** The vault takes a passphrase that needs 10^13 guesses or more. */
const ACCEPTED_LOG10 = 13;

function Strength({ verdict, kind }: { verdict: SecretVerdict; kind: SecretKind }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const words = verdict.acceptable
    ? t('secret.good')
    : t(reasonKeys[verdict.reason] as 'secret.reason.tooShort');
  // Full where a passphrase is accepted. A PIN is judged by rules: how hard it is to guess, the device decides.
  const part =
    kind === 'pin' || verdict.guessesLog10 === null
      ? null
      : Math.min(1, verdict.guessesLog10 / ACCEPTED_LOG10);
  return (
    <View style={{ gap: 6 }}>
      {part === null ? null : (
        <View
          aria-hidden
          testID={testIds.enrol.strength}
          {...{ dataSet: { percent: Math.round(part * 100) } }}
          style={{ height: 8, borderRadius: 4, backgroundColor: palette.line }}
        >
          <View
            style={{
              height: 8,
              borderRadius: 4,
              width: `${Math.round(part * 100)}%`,
              backgroundColor: verdict.acceptable ? palette.primary : palette.amber,
            }}
          />
        </View>
      )}
      <Text
        size="small"
        tone={verdict.acceptable ? 'primary' : 'amber'}
        aria-live="polite"
        testID={testIds.enrol.verdict}
      >
        {words}
      </Text>
    </View>
  );
}
