import type { RescueView } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useShell } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { QrCode } from '../../ui/QrCode.tsx';
import { shareText } from '../../ui/shareText.ts';
import { Text } from '../../ui/Text.tsx';
import { rescueProblemKeys } from './rescueProblems.ts';

/** The request on its way out: by the network, as a QR code, or as text; and the code to read out. */
export function RequestStep({ userId, request }: { userId: string; request: RescueView }) {
  const { t } = useTranslation();
  const shell = useShell();
  const sending = useWork();
  const copying = useWork();
  const [outcome, setOutcome] = useState<'sent' | 'unreachable' | 'refused' | 'copied' | null>(null);
  const [shown, setShown] = useState(false);

  const send = () =>
    sending.run(async () => {
      const sent = await shell.sendRescueRequest(userId);
      setOutcome(sent.ok ? 'sent' : sent.error.kind === 'refused' ? 'refused' : 'unreachable');
    });
  return (
    <Card style={{ gap: 14 }}>
      <View>
        <Text size="small" tone="muted">
          {t('rescue.code')}
        </Text>
        <Text size="title" testID={testIds.rescue.code} style={{ fontFamily: 'monospace', letterSpacing: 2 }}>
          {request.code}
        </Text>
        <Text>{t('rescue.codeText')}</Text>
      </View>
      <Button
        label={t('rescue.send')}
        icon="cloud-upload-outline"
        busy={sending.busy}
        testID={testIds.rescue.send}
        onPress={send}
      />
      {outcome === null ? null : (
        <Notice
          tone={outcome === 'sent' || outcome === 'copied' ? 'good' : 'warning'}
          announce
          testID={testIds.rescue.sent}
          title={
            outcome === 'sent'
              ? t('rescue.sent')
              : outcome === 'copied'
                ? t('rescue.copied')
                : t(rescueProblemKeys[outcome] as 'rescue.problem.unreachable')
          }
        />
      )}
      <Button
        kind="outlined"
        icon="qrcode"
        label={shown ? t('rescue.hideQr') : t('rescue.showQr')}
        expanded={shown}
        testID={testIds.rescue.showQr}
        onPress={() => setShown(!shown)}
      />
      {shown ? <QrCode text={request.text} label={t('rescue.qr')} testID={testIds.rescue.qr} /> : null}
      <Button
        kind="outlined"
        icon="content-copy"
        label={t('rescue.copy')}
        testID={testIds.rescue.copy}
        onPress={() =>
          copying.run(async () => {
            await shareText(request.text);
            setOutcome('copied');
          })
        }
      />
    </Card>
  );
}
