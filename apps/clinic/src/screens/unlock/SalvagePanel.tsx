import type { SalvageReport } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Text } from '../../ui/Text.tsx';
import { saveTextFile } from '../../ui/saveTextFile.ts';
import { unlockProblemKeys } from './unlockProblems.ts';

/** For a record that is damaged: saves what can be read, sealed for the provider, and says what came of it. */
export function SalvagePanel({ userId, secret }: { userId: string; secret: string }) {
  const { t } = useTranslation();
  const shell = useShell();
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<SalvageReport | null>(null);
  const [refused, setRefused] = useState(false);

  const salvage = () => {
    setBusy(true);
    setRefused(false);
    shell
      .salvage({ userId, secret })
      .then((outcome) => {
        if (outcome.ok) setReport(outcome.value);
        else setRefused(true);
      })
      .catch((cause: unknown) => {
        setRefused(true);
        rethrowLater(cause);
      })
      .finally(() => setBusy(false));
  };
  const nothing = report?.work === null;
  return (
    <>
      {report === null ? null : (
        <Notice
          tone={nothing ? 'error' : 'good'}
          announce
          testID={testIds.salvage.report}
          title={nothing ? t('salvage.none.title') : t('salvage.title')}
          text={nothing ? t('salvage.none.text') : undefined}
        >
          {nothing ? null : <Findings report={report} />}
        </Notice>
      )}
      {refused ? (
        <Notice
          tone="error"
          announce
          title={t(unlockProblemKeys.storage.title as 'unlock.storage.title')}
          text={t(unlockProblemKeys.storage.text as 'unlock.storage.text')}
        />
      ) : null}
      {report?.sent === true ? null : (
        <Button
          kind="tonal"
          icon="lifebuoy"
          busy={busy}
          disabled={secret === ''}
          label={busy ? t('salvage.working') : report === null ? t('salvage.start') : t('salvage.sendAgain')}
          testID={report === null ? testIds.salvage.start : testIds.salvage.sendAgain}
          onPress={salvage}
        />
      )}
      <SaveFile work={report?.work ?? null} />
    </>
  );
}

function Findings({ report }: { report: SalvageReport }) {
  const { t } = useTranslation();
  const { waiting, records, unproven, unreadable, sent } = report;
  return (
    <>
      <Text>{t('salvage.found', { waiting, records })}</Text>
      {unproven === 0 ? null : <Text>{t('salvage.unproven', { count: unproven })}</Text>}
      {unreadable === 0 ? null : <Text>{t('salvage.unreadable', { count: unreadable })}</Text>}
      <Text>{sent ? t('salvage.sent') : t('salvage.notSent')}</Text>
      <Text>{t('salvage.next')}</Text>
    </>
  );
}

function SaveFile({ work }: { work: string | null }) {
  const { t } = useTranslation();
  if (work === null) return null;
  return (
    <Button
      kind="plain"
      icon="download"
      label={t('salvage.saveFile')}
      testID={testIds.salvage.saveFile}
      onPress={() => {
        saveTextFile('fieldchart-salvaged-work.jwe', work).catch(rethrowLater);
      }}
    />
  );
}
