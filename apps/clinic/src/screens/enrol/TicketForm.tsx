import type { TicketInput } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { groupActivationCode } from '../../i18n/format.ts';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { QrScanButton } from '../../ui/QrScanButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Text } from '../../ui/Text.tsx';
import { TicketFileButton, type ChosenFile } from './TicketFileButton';

interface TicketFormProps {
  /** Why the last try failed. */
  readonly problem: { readonly title: ParseKeys; readonly text: ParseKeys } | null;
  readonly onTicket: (ticket: TicketInput) => Promise<void>;
}

/** A ticket by file, by camera or as text, and its activation code. */
export function TicketForm({ problem, onTicket }: TicketFormProps) {
  const { t } = useTranslation();
  const palette = usePalette();
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [text, setText] = useState('');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);

  const check = async () => {
    setBusy(true);
    await onTicket({ text: (file?.text ?? text).trim(), activationCode: code });
    setBusy(false);
  };
  const open = () => {
    check().catch((cause: unknown) => {
      setBusy(false);
      rethrowLater(cause);
    });
  };

  const ready = (file !== null || text.trim() !== '') && code.replaceAll('-', '').length >= 16;
  return (
    <View style={{ gap: 20 }}>
      <View style={{ gap: 8 }}>
        {file === null ? (
          <>
            <TicketFileButton onChosen={setFile} />
            <QrScanButton label={t('scan.ticket')} testID={testIds.enrol.scan} onRead={setText} />
          </>
        ) : (
          <Notice tone="good" title={t('enrol.fileChosen')}>
            <Text numberOfLines={1} ellipsizeMode="middle" style={{ color: palette.onPrimaryContainer }}>
              {file.name}
            </Text>
            <View style={{ alignItems: 'flex-start', marginTop: 8 }}>
              <Button kind="outlined" label={t('enrol.fileRemove')} onPress={() => setFile(null)} />
            </View>
          </Notice>
        )}
      </View>
      {file === null ? (
        <TextField
          label={t('enrol.ticketText')}
          hint={t('enrol.ticketHint')}
          value={text}
          onChangeText={setText}
          multiline
          mono
          autoCapitalize="none"
          testID={testIds.enrol.ticketText}
        />
      ) : null}
      <TextField
        label={t('enrol.code')}
        hint={t('enrol.codeHint')}
        value={code}
        onChangeText={(typed) => setCode(groupActivationCode(typed))}
        mono
        autoCapitalize="characters"
        onSubmitEditing={() => {
          if (ready) open();
        }}
        testID={testIds.enrol.activationCode}
      />
      {problem === null ? null : (
        <Notice
          tone="error"
          announce
          testID={testIds.enrol.problem}
          title={t(problem.title as 'ticket.expired.title')}
          text={t(problem.text as 'ticket.expired.text')}
        />
      )}
      <Button
        label={t('enrol.open')}
        icon="ticket-confirmation-outline"
        busy={busy}
        disabled={!ready}
        testID={testIds.enrol.open}
        onPress={open}
      />
      <Text size="small" tone="muted">
        {t('enrol.offline')}
      </Text>
    </View>
  );
}
