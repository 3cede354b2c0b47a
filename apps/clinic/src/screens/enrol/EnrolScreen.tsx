import type {
  EnrolInput,
  EnrolOutcome,
  EnrolProgress,
  LockReason,
  OpenedTicket,
} from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActivityIndicator, View } from 'react-native';
import { systemClock } from '@fieldchart/foundation';
import { formatDateTime } from '../../i18n/format.ts';
import { applyAppearance, currentAppearance } from '../../session/useAppearance.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { CenteredPage } from '../../ui/CenteredPage.tsx';
import { Fact } from '../../ui/Fact.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Text } from '../../ui/Text.tsx';
import { reasonKeys } from '../unlock/UnlockScreen.tsx';
import { NewSecretStep } from './NewSecretStep.tsx';
import { TicketStep } from './TicketStep.tsx';

type Step =
  | { readonly name: 'ticket' }
  | { readonly name: 'confirm'; readonly ticket: OpenedTicket }
  | { readonly name: 'secret'; readonly ticket: OpenedTicket; readonly problem: EnrolProblem | null }
  | { readonly name: 'working'; readonly progress: EnrolProgress };

type EnrolProblem = Extract<EnrolOutcome, { ok: false }>['error']['kind'];

const problemKeys: Record<EnrolProblem, ParseKeys> = {
  'weak-secret': 'enrol.problem.weakSecret',
  'device-secret-cancelled': 'enrol.problem.cancelled',
  'device-secret-not-bound': 'enrol.problem.notBound',
  'caseload-damaged': 'enrol.problem.caseload',
  storage: 'enrol.problem.storage',
};

/** First sign-in, without network: ticket, what it says, a secret, and the starter caseload. */
export function EnrolScreen({
  onCancel,
  reason = null,
}: {
  onCancel?: () => void;
  reason?: LockReason | null;
}) {
  const { t } = useTranslation();
  const shell = useShell();
  const [step, setStep] = useState<Step>({ name: 'ticket' });

  const enrol = async (ticket: OpenedTicket, secret: Pick<EnrolInput, 'secret' | 'secretKind'>) => {
    setStep({ name: 'working', progress: { step: 'keys' } });
    const outcome = await shell.enrol({
      ticket,
      ...secret,
      onProgress: (progress) => setStep({ name: 'working', progress }),
    });
    if (!outcome.ok) setStep({ name: 'secret', ticket, problem: outcome.error.kind });
  };

  switch (step.name) {
    case 'ticket':
      return (
        <CenteredPage title={t('enrol.title')} text={t('enrol.text')} testID={testIds.phase.welcome}>
          <LanguageSwitch />
          {reason === null ? null : (
            <Notice tone="info" title={t(reasonKeys[reason] as 'unlock.reason.left')} />
          )}
          <TicketStep onOpened={(ticket) => setStep({ name: 'confirm', ticket })} />
          {onCancel === undefined ? null : (
            <Button kind="plain" label={t('enrol.cancel')} onPress={onCancel} />
          )}
        </CenteredPage>
      );
    case 'confirm':
      return (
        <ConfirmTicket
          ticket={step.ticket}
          onBack={() => setStep({ name: 'ticket' })}
          onConfirm={() => setStep({ name: 'secret', ticket: step.ticket, problem: null })}
        />
      );
    case 'secret':
      return (
        <CenteredPage title={t('secret.title')} text={t('secret.text')} testID={testIds.phase.welcome}>
          {step.problem === null ? null : (
            <Notice
              tone="error"
              announce
              testID={testIds.enrol.problem}
              title={t('enrol.problem.title')}
              text={t(problemKeys[step.problem] as 'enrol.problem.storage')}
            />
          )}
          <NewSecretStep onChosen={(secret) => enrol(step.ticket, secret)} />
        </CenteredPage>
      );
    case 'working':
      return <Working progress={step.progress} />;
  }
}

function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const other = i18n.language === 'es' ? 'en' : 'es';
  return (
    <View style={{ alignItems: 'flex-start' }}>
      <Button
        kind="outlined"
        icon="translate"
        label={t('enrol.otherLanguage')}
        testID={testIds.enrol.language(other)}
        onPress={() => applyAppearance({ ...currentAppearance(), language: other })}
      />
    </View>
  );
}

interface ConfirmTicketProps {
  readonly ticket: OpenedTicket;
  readonly onBack: () => void;
  readonly onConfirm: () => void;
}

function ConfirmTicket({ ticket, onBack, onConfirm }: ConfirmTicketProps) {
  const { t, i18n } = useTranslation();
  const hours = Math.max(0, Math.floor((ticket.expiresAt - systemClock.now()) / 3_600_000));
  return (
    <CenteredPage title={t('confirm.title')} text={t('confirm.text')} testID={testIds.phase.welcome}>
      <Card>
        <Fact
          size="strong"
          label={t('confirm.practitioner')}
          value={ticket.practitionerName}
          testID={testIds.enrol.practitioner}
        />
        <Fact
          size="strong"
          label={t('confirm.organization')}
          value={ticket.organizationName}
          testID={testIds.enrol.organization}
        />
        <Fact
          size="strong"
          label={t('confirm.fingerprint')}
          value={ticket.fingerprint}
          mono
          testID={testIds.enrol.fingerprint}
        />
        <Fact
          size="strong"
          label={t('confirm.expires')}
          value={`${formatDateTime(ticket.expiresAt, i18n.language)} (${t('confirm.hours', { count: hours })})`}
        />
        <Fact
          size="strong"
          label={t('confirm.caseload')}
          value={ticket.carriesCaseload ? t('confirm.caseloadInside') : t('confirm.caseloadLater')}
        />
        {ticket.eraseAfter === null ? null : (
          <Fact
            size="strong"
            label={t('confirm.policy')}
            value={t('confirm.policyErase', { count: ticket.eraseAfter })}
            testID={testIds.enrol.policy}
          />
        )}
      </Card>
      <Button label={t('confirm.yes')} icon="check" testID={testIds.enrol.confirm} onPress={onConfirm} />
      <Button kind="plain" label={t('confirm.no')} onPress={onBack} />
    </CenteredPage>
  );
}

function Working({ progress }: { progress: EnrolProgress }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const part = progress.step === 'keys' || progress.total === 0 ? 0 : progress.done / progress.total;
  const words =
    progress.step === 'keys'
      ? t('working.keys')
      : t('working.caseload', { done: progress.done, total: progress.total });
  return (
    <CenteredPage title={t('working.title')} text={t('working.text')} testID={testIds.phase.welcome}>
      <View
        role="progressbar"
        accessibilityLabel={words}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
        testID={testIds.enrol.progress}
        style={{ height: 12, borderRadius: 6, backgroundColor: palette.line }}
      >
        <View
          style={{
            height: 12,
            borderRadius: 6,
            width: `${Math.round(part * 100)}%`,
            backgroundColor: palette.primary,
          }}
        />
      </View>
      <View style={{ flexDirection: 'row', alignItems: 'center', gap: 12 }}>
        <ActivityIndicator size="small" color={palette.primary} accessibilityLabel={t('loading')} />
        <Text aria-live="polite" style={{ flexShrink: 1 }}>
          {words}
        </Text>
      </View>
    </CenteredPage>
  );
}
