import type { AttentionAnswer } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import type { ParseKeys } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Section } from '../../ui/Page.tsx';
import { Text } from '../../ui/Text.tsx';
import { newClientForm } from '../register/newClientForm.ts';
import { localDay } from '../register/localDay.ts';
import { KeptStrip } from './KeptStrip.tsx';
import { MendField } from './MendField.tsx';
import type { SettleWork } from './useSettling.ts';
import { useMendDraft } from './useMendDraft.ts';

/** Writes a refused text anew, right where the refusal is shown. What is typed survives a kill. */
export function MendForm({ detail, work }: { detail: AttentionAnswer; work: SettleWork }) {
  const { t } = useTranslation();
  const { draft, begun, keeper, type, moveCaret } = useMendDraft(detail.mutationId, detail.seen);
  const [asked, setAsked] = useState(false);
  const textOf = (code: string, text: string) => draft.texts[code] ?? text;
  const errors = useErrors(detail, textOf);
  const { position } = draft;

  const send = () => {
    setAsked(true);
    if (Object.keys(errors).length > 0) return;
    const texts = Object.fromEntries(detail.fields.map(({ code, text }) => [code, textOf(code, text)]));
    work.run('mend', async (session) => {
      const outcome = await session.mendRefused({ mutationId: detail.mutationId, seen: detail.seen, texts });
      if (outcome.ok) keeper.forget();
      return outcome;
    });
  };
  return (
    <Section title={t('attention.mend.title')}>
      <Text tone="muted">{t('attention.mend.text')}</Text>
      {begun && draft.seen !== detail.seen ? (
        <Notice tone="warning" title={t('attention.movedSince')} text={t('attention.movedSinceText')} />
      ) : null}
      <Card style={{ gap: 18 }}>
        {detail.fields.map((field) => (
          <MendField
            key={field.code}
            field={field}
            name={field.code}
            text={textOf(field.code, field.text)}
            error={asked ? errors[field.code] : undefined}
            initialCaret={position?.field === field.code ? position : null}
            onText={type}
            onCaret={moveCaret}
          />
        ))}
        {begun ? <KeptStrip keeper={keeper} /> : null}
        <Button
          label={t('attention.mend.send')}
          icon="send-check-outline"
          busy={work.doing === 'mend'}
          disabled={work.doing !== null}
          testID={testIds.attention.mend}
          onPress={send}
        />
      </Card>
    </Section>
  );
}

/** What the registration form would say of a client's fields. */
function useErrors(
  detail: AttentionAnswer,
  textOf: (code: string, text: string) => string,
): Readonly<Record<string, string>> {
  const { t } = useTranslation();
  const form = useMemo(() => newClientForm(localDay(systemClock.now())), []);
  if (detail.resourceType !== 'Patient') return {};
  const texts = Object.fromEntries(detail.fields.map(({ code, text }) => [code, textOf(code, text)]));
  const issues = form.safeParse(texts).error?.issues ?? [];
  return Object.fromEntries(
    issues
      // A choice that was never made is no slip of the person who mends.
      .filter(({ code }) => code !== 'invalid_value')
      .map(({ path, message }) => [String(path[0]), t(message as ParseKeys as 'register.error.date')]),
  );
}
