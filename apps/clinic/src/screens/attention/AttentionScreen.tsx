import type { AttentionAnswer, Settled } from '@fieldchart/clinic-client';
import { router, useLocalSearchParams, type Href } from 'expo-router';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { ConflictSides } from './ConflictFieldCard.tsx';
import { DecideForm } from './DecideForm.tsx';
import { ExportPanel } from './ExportPanel.tsx';
import { FieldTexts } from './FieldTexts.tsx';
import { KeepTheirs } from './KeepTheirs.tsx';
import { MendForm } from './MendForm.tsx';
import { RefusedCard } from './RefusedCard.tsx';
import { ResendCard } from './ResendCard.tsx';
import { ReturnToDraft } from './ReturnToDraft.tsx';
import { SettledView } from './SettledView.tsx';
import { settleProblemKeys } from './settleProblems.ts';
import { useFieldWords } from './useFieldWords.ts';
import { type Settlement, type SettleWork, useSettling } from './useSettling.ts';

/** A refused change or a conflict: what happened, what is safe, and what may be done about it. */
export function AttentionScreen() {
  const { t } = useTranslation();
  const { mutationId } = useLocalSearchParams<{ mutationId: string }>();
  const detail = useLive({ kind: 'attention', mutationId });
  const work = useSettling((what, settled) => leadOn(what, settled, detail?.conflict ?? null));
  if (detail === undefined) return <Loading />;
  if (detail === null) return work.doing === null ? <SettledView mutationId={mutationId} /> : <Loading />;
  return (
    <Page
      title={detail.inConflict ? t('attention.titleConflict') : t('attention.title')}
      subtitle={detail.clientName ?? undefined}
      back="/sync"
      width={860}
      scroll={{ tabIndex: 0 }}
    >
      <RefusedCard detail={detail} />
      {work.problem === null ? null : <Problem problem={work.problem} />}
      <WhatToDo detail={detail} work={work} />
      <ExportPanel detail={detail} />
    </Page>
  );
}

function WhatToDo({ detail, work }: { detail: AttentionAnswer; work: SettleWork }) {
  const can = (choice: AttentionAnswer['choices'][number]) => detail.choices.includes(choice);
  const { conflict } = detail;
  return (
    <>
      {conflict !== null && can('decide') ? (
        <DecideForm key={detail.mutationId} detail={detail} fields={conflict.fields} work={work} />
      ) : can('mend') ? (
        <MendForm key={detail.mutationId} detail={detail} work={work} />
      ) : (
        <Texts detail={detail} />
      )}
      {can('resend') ? <ResendCard detail={detail} work={work} /> : null}
      {can('keep-theirs') ? <KeepTheirs detail={detail} work={work} /> : null}
      {can('return-to-draft') ? <ReturnToDraft detail={detail} work={work} /> : null}
    </>
  );
}

/** What was written, where it cannot be changed here. */
function Texts({ detail }: { detail: AttentionAnswer }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const differing = (detail.conflict?.fields ?? []).filter(({ mine, theirs }) => mine !== theirs);
  if (detail.fields.every(({ kind }) => kind === 'whole')) return null;
  return (
    <Section title={detail.signed ? t('attention.signedText') : t('attention.yourText')}>
      <Card style={{ gap: 16 }}>
        {differing.length === 0 ? <FieldTexts fields={detail.fields} /> : null}
        {differing.map((field) => (
          <Section key={field.code} title={words.label(field)}>
            <ConflictSides field={field} />
          </Section>
        ))}
      </Card>
    </Section>
  );
}

function Problem({ problem }: { problem: NonNullable<SettleWork['problem']> }) {
  const { t } = useTranslation();
  const key: ParseKeys = problem === 'failed' ? 'work.failedText' : settleProblemKeys[problem];
  return (
    <Notice
      tone="error"
      announce
      testID={testIds.attention.problem}
      title={t('attention.problem.title')}
      text={t(key as 'work.failedText')}
    />
  );
}

/** To the note that is to be read or signed; else back to the list, where the change now waits to be sent. */
function leadOn(what: Settlement, settled: Settled, conflict: AttentionAnswer['conflict']): void {
  // The draft of a signed text in conflict stays here, to be decided.
  if (what === 'return' && conflict !== null) return;
  const { resourceType, resourceId, clientId, signatureWithdrawn } = settled;
  const toNote = what === 'decide' || what === 'keep' || what === 'return' || signatureWithdrawn;
  const place =
    toNote && resourceType === 'Composition' && clientId !== null
      ? `/clients/${clientId}/notes/${resourceId}`
      : '/sync';
  router.replace(place as Href);
}
