import type { OpenedTicket, TicketProblem } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { groupActivationCode } from '../../i18n/format.ts';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useShell } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Text } from '../../ui/Text.tsx';
import { TicketFileButton, type ChosenFile } from './TicketFileButton';

const problemKeys: Record<TicketProblem, { readonly title: ParseKeys; readonly text: ParseKeys }> = {
  'wrong-code': { title: 'ticket.wrongCode.title', text: 'ticket.wrongCode.text' },
  'code-mistyped': { title: 'ticket.codeMistyped.title', text: 'ticket.codeMistyped.text' },
  'wrong-kind': { title: 'ticket.wrongKind.title', text: 'ticket.wrongKind.text' },
  truncated: { title: 'ticket.truncated.title', text: 'ticket.truncated.text' },
  altered: { title: 'ticket.altered.title', text: 'ticket.altered.text' },
  forged: { title: 'ticket.forged.title', text: 'ticket.forged.text' },
  expired: { title: 'ticket.expired.title', text: 'ticket.expired.text' },
  malformed: { title: 'ticket.malformed.title', text: 'ticket.malformed.text' },
  'too-large': { title: 'ticket.tooLarge.title', text: 'ticket.tooLarge.text' },
  'wrong-organization': { title: 'ticket.wrongOrganization.title', text: 'ticket.wrongOrganization.text' },
  'organization-unknown': {
    title: 'ticket.organizationUnknown.title',
    text: 'ticket.organizationUnknown.text',
  },
  'already-enrolled': { title: 'ticket.alreadyEnrolled.title', text: 'ticket.alreadyEnrolled.text' },
};

/** Ticket by file or by text, and the activation code. */
export function TicketStep({ onOpened }: { onOpened: (ticket: OpenedTicket) => void }) {
  const { t } = useTranslation();
  const shell = useShell();
  const palette = usePalette();
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [text, setText] = useState('');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<TicketProblem | null>(null);

  const check = async () => {
    setBusy(true);
    setProblem(null);
    const outcome = await shell.openTicket({ text: (file?.text ?? text).trim(), activationCode: code });
    setBusy(false);
    if (outcome.ok) onOpened(outcome.value);
    else setProblem(outcome.error.kind);
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
          <TicketFileButton onChosen={setFile} />
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
          title={t(problemKeys[problem].title as 'ticket.expired.title')}
          text={t(problemKeys[problem].text as 'ticket.expired.text')}
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
