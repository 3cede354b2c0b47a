import { router, useLocalSearchParams } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { SecretField } from '../../ui/SecretField.tsx';
import { Text } from '../../ui/Text.tsx';
import { AttentionNotice } from '../attention/AttentionNotice.tsx';
import { SignProblem } from './SignProblem.tsx';
import { NoteText } from './NoteView.tsx';
import { useSigning } from './useSigning.ts';

/** The whole text that is about to be fixed, and the secret as the sign of intent. */
export function SignNoteScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const { clientId, noteId } = useLocalSearchParams<{ clientId: string; noteId: string }>();
  const note = useLive({ kind: 'note', noteId });
  const [secret, setSecret] = useState('');
  const { busy, problem, seconds, sign } = useSigning();
  const back = `/clients/${clientId}/notes/${noteId}` as const;
  if (note === undefined || note === null) return <Loading />;

  const submit = () => {
    sign(async () => {
      const outcome = await session.signNote({ noteId, revision: note.revision, secret });
      setSecret('');
      if (outcome.ok) router.replace(back);
      return outcome;
    });
  };
  return (
    <Page clientId={clientId} title={t('sign.title')} subtitle={note.clientName} back={back} width={720}>
      {note.attentionId === null ? null : (
        <AttentionNotice attentionId={note.attentionId} inConflict={note.inConflict} />
      )}
      <Text>{t('sign.text')}</Text>
      <NoteText sections={note.sections} />
      <Card>
        <Text>{t('sign.statement', { name: session.me.name })}</Text>
        <SecretField
          kind={session.me.secretKind}
          label={session.me.secretKind === 'pin' ? t('sign.pin') : t('sign.passphrase')}
          value={secret}
          onChangeText={setSecret}
          onSubmitEditing={submit}
          testID={testIds.sign.secret}
        />
        {problem === null ? null : <SignProblem problem={problem} testID={testIds.sign.problem} />}
        {seconds > 0 ? <Notice tone="warning" title={t('unlock.wait', { count: seconds })} /> : null}
        <Button
          label={t('sign.submit')}
          icon="draw-pen"
          busy={busy}
          disabled={secret === '' || seconds > 0}
          testID={testIds.sign.submit}
          onPress={submit}
        />
        <Button kind="plain" label={t('sign.back')} onPress={() => router.replace(back)} />
      </Card>
    </Page>
  );
}
