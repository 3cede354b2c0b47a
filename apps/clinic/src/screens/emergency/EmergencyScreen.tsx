import type { EmergencyOutcome } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { router } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupIsoDate } from '../../i18n/format.ts';
import { useSync } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { type EmergencyForm, emergencyErrors, emptyEmergency, toEmergencyRequest } from './emergencyForm.ts';

type Problem = Extract<EmergencyOutcome, { ok: false }>['error']['kind'] | 'not-arrived';
type Explained = Exclude<Problem, 'unreachable'>;

const problemKeys: Record<Explained, { readonly title: ParseKeys; readonly text: ParseKeys }> = {
  'not-found': { title: 'emergency.problem.notFound', text: 'emergency.problem.notFoundText' },
  'not-allowed': { title: 'emergency.problem.notAllowed', text: 'emergency.problem.notAllowedText' },
  'too-many': { title: 'emergency.problem.tooMany', text: 'emergency.problem.tooManyText' },
  refused: { title: 'emergency.problem.refused', text: 'emergency.problem.refusedText' },
  reason: { title: 'emergency.problem.refused', text: 'emergency.error.reason' },
  'not-arrived': { title: 'emergency.problem.notArrived', text: 'emergency.problem.notArrivedText' },
};

/** Asks for a client of somebody else's caseload: who exactly, why, and that it is written down and looked at. */
export function EmergencyScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const { online } = useSync();
  const [form, setForm] = useState(emptyEmergency);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { busy, failed, run } = useWork();
  const errors = emergencyErrors(form);
  const change = (part: Partial<EmergencyForm>) => setForm({ ...form, ...part });
  const errorOf = (field: keyof EmergencyForm) => {
    const key = tried ? errors[field] : undefined;
    return key === undefined ? undefined : t(key as 'register.error.required');
  };

  const ask = () => {
    setTried(true);
    setProblem(null);
    if (Object.keys(errors).length > 0) return;
    run(async () => {
      const asked = await session.askEmergencyAccess(toEmergencyRequest(form));
      if (!asked.ok) setProblem(asked.error.kind);
      else if (asked.value.arrived) router.replace(`/clients/${asked.value.clientId}`);
      else setProblem('not-arrived');
    });
  };

  return (
    <Page title={t('emergency.title')} back="/clients" width={620}>
      <Notice tone="warning" title={t('emergency.warning')} text={t('emergency.warningText')} />
      {online || problem === 'unreachable' ? null : <OfflineNotice />}
      <Choice
        label={t('emergency.by')}
        value={form.by}
        onChange={(by) => change({ by })}
        options={[
          { value: 'name', label: t('emergency.byName'), testID: testIds.emergency.by('name') },
          {
            value: 'identifier',
            label: t('emergency.byIdentifier'),
            testID: testIds.emergency.by('identifier'),
          },
        ]}
      />
      {form.by === 'name' ? (
        <>
          <TextField
            label={`${t('register.family')} *`}
            required
            error={errorOf('family')}
            value={form.family}
            onChangeText={(family) => change({ family })}
            testID={testIds.emergency.family}
          />
          <TextField
            label={`${t('register.birthDate')} *`}
            hint={t('register.birthDateHint')}
            required
            inputMode="numeric"
            error={errorOf('birthDate')}
            value={form.birthDate}
            onChangeText={(typed) => change({ birthDate: groupIsoDate(typed) })}
            testID={testIds.emergency.birthDate}
          />
        </>
      ) : (
        <TextField
          label={`${t('emergency.identifier')} *`}
          hint={t('emergency.identifierHint')}
          required
          autoCapitalize="none"
          error={errorOf('identifier')}
          value={form.identifier}
          onChangeText={(identifier) => change({ identifier })}
          testID={testIds.emergency.identifier}
        />
      )}
      <TextField
        label={`${t('emergency.reason')} *`}
        hint={t('emergency.reasonHint')}
        required
        multiline
        error={errorOf('reason')}
        value={form.reason}
        onChangeText={(reason) => change({ reason })}
        testID={testIds.emergency.reason}
      />
      {problem === null ? null : <ProblemNotice problem={problem} />}
      {failed ? <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} /> : null}
      <Button
        label={t('emergency.ask')}
        icon="shield-key-outline"
        busy={busy}
        testID={testIds.emergency.ask}
        onPress={ask}
      />
    </Page>
  );
}

function ProblemNotice({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  if (problem === 'unreachable') return <OfflineNotice />;
  const { title, text } = problemKeys[problem];
  return (
    <Notice
      tone={problem === 'not-arrived' ? 'info' : 'error'}
      announce
      testID={testIds.emergency.problem}
      title={t(title as 'emergency.problem.notFound')}
      text={t(text as 'emergency.problem.notFoundText')}
    />
  );
}

/** The one thing that takes the network, and what goes without it. */
function OfflineNotice() {
  const { t } = useTranslation();
  return (
    <Notice
      tone="error"
      announce
      testID={testIds.emergency.offline}
      title={t('emergency.offline')}
      text={t('emergency.offlineText')}
    >
      <Button
        kind="outlined"
        icon="account-plus-outline"
        label={t('caseload.newClient')}
        testID={testIds.emergency.register}
        onPress={() => router.replace('/clients/new')}
      />
    </Notice>
  );
}
