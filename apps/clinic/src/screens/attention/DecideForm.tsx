import type { AttentionAnswer, ConflictField } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Section } from '../../ui/Page.tsx';
import { Text } from '../../ui/Text.tsx';
import { ConflictFieldCard } from './ConflictFieldCard.tsx';
import { FieldTexts } from './FieldTexts.tsx';
import { KeptStrip } from './KeptStrip.tsx';
import { decidedTexts } from './pickedText.ts';
import type { SettleWork } from './useSettling.ts';
import { useMendDraft } from './useMendDraft.ts';

interface DecideFormProps {
  readonly detail: AttentionAnswer;
  readonly fields: readonly ConflictField[];
  readonly work: SettleWork;
}

/** Decides a conflict, field by field (C1). What is chosen and typed survives a kill. */
export function DecideForm({ detail, fields, work }: DecideFormProps) {
  const { t } = useTranslation();
  const mend = useMendDraft(detail.mutationId, detail.seen);
  const open = fields.filter((field) => field.open);
  const agreed = fields.filter((field) => !field.open && field.text !== '');
  const texts = decidedTexts(fields, mend.draft);
  const missing = open.filter(({ code }) => mend.draft.picks[code] === undefined).length;

  const decide = () => {
    if (texts === undefined) return;
    work.run('decide', async (session) => {
      const { mutationId, seen } = detail;
      const outcome = await session.decideConflict({ mutationId, seen, texts });
      if (outcome.ok) mend.keeper.forget();
      return outcome;
    });
  };
  return (
    <Section title={t('attention.decide.title')}>
      <Text tone="muted">{t('attention.decide.text')}</Text>
      {mend.begun && mend.draft.seen !== detail.seen ? (
        <Notice tone="warning" title={t('attention.movedSince')} text={t('attention.movedSinceText')} />
      ) : null}
      {open.map((field) => (
        <ConflictFieldCard key={field.code} field={field} work={mend} />
      ))}
      {agreed.length === 0 ? null : (
        <Card>
          <Text tone="muted">{t('attention.decide.agreed')}</Text>
          <FieldTexts fields={agreed} />
        </Card>
      )}
      <Card>
        {mend.begun ? <KeptStrip keeper={mend.keeper} /> : null}
        {missing === 0 ? null : <Text tone="muted">{t('attention.decide.missing', { count: missing })}</Text>}
        <Button
          label={t('attention.decide.send')}
          icon="check-decagram-outline"
          busy={work.doing === 'decide'}
          disabled={texts === undefined || work.doing !== null}
          testID={testIds.attention.decide}
          onPress={decide}
        />
      </Card>
    </Section>
  );
}
