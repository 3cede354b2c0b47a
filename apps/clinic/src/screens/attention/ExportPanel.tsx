import type { AttentionAnswer, RefusedExport } from '@fieldchart/clinic-client';
import { toInstant } from '@fieldchart/foundation';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '../../i18n/format.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { saveTextFile } from '../../ui/saveTextFile.ts';
import { Heading, Text } from '../../ui/Text.tsx';
import { useProblemText } from '../../ui/useProblemText.ts';
import { useChangeWords } from '../sync/useChangeWords.ts';
import { exportText, type ExportWords } from './exportText.ts';
import { useFieldWords } from './useFieldWords.ts';

/** Hands a refused change out as a file, for somebody who can help; says first that it is not encrypted. */
export function ExportPanel({ detail }: { detail: AttentionAnswer }) {
  const { t } = useTranslation();
  const session = useSession();
  const wordsOf = useExportWords();
  const { busy, failed, run } = useWork();
  const [step, setStep] = useState<'closed' | 'asking' | 'saved'>('closed');
  const save = () =>
    run(async () => {
      const unit = await session.exportRefused(detail.mutationId);
      if (unit === null) return;
      const day = toInstant(unit.exportedAt).slice(0, 10);
      await saveTextFile(`fieldchart-refused-${day}.txt`, exportText(unit, wordsOf(unit)));
      setStep('saved');
    });
  return (
    <Card>
      <Heading level={2}>{t('attention.export.title')}</Heading>
      <Text>{t('attention.export.text')}</Text>
      {step === 'asking' ? (
        <>
          <Notice
            tone="warning"
            announce
            title={t('attention.export.warning')}
            text={t('attention.export.warningText')}
          />
          <Button
            label={t('attention.export.save')}
            icon="file-download-outline"
            busy={busy}
            testID={testIds.attention.exportSave}
            onPress={save}
          />
          <Button kind="plain" label={t('attention.cancel')} onPress={() => setStep('closed')} />
        </>
      ) : (
        <Button
          kind="outlined"
          label={t('attention.export.begin')}
          icon="file-export-outline"
          testID={testIds.attention.export}
          onPress={() => setStep('asking')}
        />
      )}
      {step === 'saved' ? (
        <Notice
          tone="good"
          announce
          testID={testIds.attention.exported}
          title={t('attention.export.saved')}
          text={t('attention.export.savedText')}
        />
      ) : null}
      {failed ? <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} /> : null}
    </Card>
  );
}

function useExportWords(): (unit: RefusedExport) => ExportWords {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const problemText = useProblemText();
  const changeWords = useChangeWords();
  const fields = useFieldWords();
  return (unit) => ({
    title: t('attention.export.file.title'),
    warning: t('attention.export.warning'),
    origin: t('attention.export.file.origin', {
      time: formatDateTime(unit.exportedAt, i18n.language),
      name: session.me.name,
      organization: session.organization.name,
    }),
    reason: t('attention.export.file.reason', {
      reason: problemText(unit.reason.code),
      code: unit.reason.code,
    }),
    serverSays: (text) => t('attention.serverSays', { text }),
    record: ({ resourceType, kind, clientName }) =>
      [changeWords(resourceType, kind), clientName].filter((part) => part !== null).join(' · '),
    label: (field) => fields.label(field),
    value: (field) => fields.value(field, field.text),
    empty: t('note.emptySection'),
    mine: t('attention.mine'),
    theirs: t('attention.theirs'),
    deleted: t('attention.gone'),
    machine: t('attention.export.file.machine'),
  });
}
