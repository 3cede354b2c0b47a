import type { ConsentSigning, Stroke } from '@fieldchart/clinic-client';
import { CONSENT_FORMS } from '@fieldchart/clinical';
import { router, useLocalSearchParams } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useLive } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { Text } from '../../ui/Text.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { SignProblem } from '../note/SignProblem.tsx';
import { useSigning } from '../note/useSigning.ts';
import { FormText } from './FormText.tsx';
import { SignaturePad } from './SignaturePad.tsx';

type Authority = ConsentSigning['signer']['authority'];
type MarkKind = ConsentSigning['mark']['kind'];

/** The client reads and signs on the clinician's device; the clinician witnesses with their own key. */
export function ConsentSigningScreen() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const { clientId } = useLocalSearchParams<{ clientId: string }>();
  const chart = useLive({ kind: 'chart', clientId });
  const [language, setLanguage] = useState<'en' | 'es'>(i18n.language === 'es' ? 'es' : 'en');
  const [typedName, setTypedName] = useState<string | null>(null);
  const [authority, setAuthority] = useState<Authority>('self');
  const [markKind, setMarkKind] = useState<MarkKind>('drawn');
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [drawing, setDrawing] = useState(false);
  const [secret, setSecret] = useState('');
  const { busy, problem, seconds, sign } = useSigning();
  // The person who signs reads in the language of the form, whatever the clinician's is.
  const read = i18n.getFixedT(language);
  const signer = typedName ?? (authority === 'self' ? (chart?.name ?? '') : '');
  const back = `/clients/${clientId}` as const;
  const marked = markKind === 'typed' || strokes.length > 0;

  const submit = () =>
    sign(async () => {
      const outcome = await session.signConsent({
        clientId,
        form: 'treatment',
        language,
        signer: { name: signer.trim(), authority },
        mark: markKind === 'drawn' ? { kind: 'drawn', strokes } : { kind: 'typed' },
        secret,
      });
      setSecret('');
      if (outcome.ok) {
        router.replace(
          outcome.consentId === undefined ? back : `/clients/${clientId}/consents/${outcome.consentId}`,
        );
      }
      return outcome;
    });

  // Without the strip of risks: this is the screen that the client, or who stands beside them, reads and signs.
  return (
    <Page
      title={t('chart.consent')}
      subtitle={chart?.name}
      back={back}
      width={720}
      scroll={{ scrollEnabled: !drawing }}
    >
      <Choice
        label={t('consent.language')}
        value={language}
        onChange={setLanguage}
        options={[
          { value: 'en', label: 'English', testID: testIds.consent.language('en') },
          { value: 'es', label: 'Español', testID: testIds.consent.language('es') },
        ]}
      />
      <View {...{ lang: language }} style={{ gap: 20 }}>
        <FormText form={CONSENT_FORMS.treatment[language]} disclosures={read('consent.disclosures')} />
        <Section title={read('consent.signer')}>
          <Choice
            label={read('consent.authority')}
            value={authority}
            onChange={(next) => {
              setAuthority(next);
              setTypedName(null);
            }}
            options={[
              { value: 'self', label: read('consent.self'), testID: testIds.consent.authority('self') },
              {
                value: 'guardian',
                label: read('consent.guardian'),
                testID: testIds.consent.authority('guardian'),
              },
              {
                value: 'representative',
                label: read('consent.representative'),
                testID: testIds.consent.authority('representative'),
              },
            ]}
          />
          <TextField
            label={read('consent.signerName')}
            required
            value={signer}
            onChangeText={setTypedName}
            testID={testIds.consent.signerName}
          />
        </Section>
        <Section title={read('consent.signature')}>
          <Choice
            label={read('consent.how')}
            value={markKind}
            onChange={setMarkKind}
            options={[
              { value: 'drawn', label: read('consent.draw'), testID: testIds.consent.markKind('drawn') },
              { value: 'typed', label: read('consent.type'), testID: testIds.consent.markKind('typed') },
            ]}
          />
          {markKind === 'drawn' ? (
            <SignaturePad
              label={read('consent.pad')}
              strokes={strokes}
              onChange={setStrokes}
              onDrawing={setDrawing}
            />
          ) : (
            <Notice
              tone="info"
              title={read('consent.typedAs', { name: signer })}
              text={read('consent.typedText')}
            />
          )}
        </Section>
      </View>
      <Section title={t('consent.witness')}>
        <Card>
          <Text>{t('consent.witnessText', { name: session.me.name })}</Text>
          <SecretField
            kind={session.me.secretKind}
            label={session.me.secretKind === 'pin' ? t('sign.pin') : t('sign.passphrase')}
            value={secret}
            onChangeText={setSecret}
            testID={testIds.consent.secret}
          />
          {problem === null ? null : <SignProblem problem={problem} testID={testIds.consent.problem} />}
          {seconds > 0 ? <Notice tone="warning" title={t('unlock.wait', { count: seconds })} /> : null}
          {marked && signer.trim() !== '' ? null : <Text tone="muted">{t('consent.missing')}</Text>}
          <Button
            label={t('consent.submit')}
            icon="file-sign"
            busy={busy}
            disabled={!marked || signer.trim() === '' || secret === '' || seconds > 0}
            testID={testIds.consent.submit}
            onPress={submit}
          />
        </Card>
      </Section>
    </Page>
  );
}
