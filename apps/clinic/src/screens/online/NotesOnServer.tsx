import type { ServerNotes } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Text } from '../../ui/Text.tsx';
import { NoteLink } from '../chart/NoteLink.tsx';
import { problems } from './NotRead.tsx';

/** Notes of a client as the server has them, newest first, page by page. */
export function NotesOnServer({ clientId, first }: { clientId: string; first: ServerNotes }) {
  const { t } = useTranslation();
  const { me } = useSession();
  const { busy, run } = useWork();
  const [pages, setPages] = useState([first]);
  const [problem, setProblem] = useState<keyof typeof problems>();
  const rows = pages.flatMap((page) => page.rows);
  const next = pages.at(-1)?.next ?? null;
  if (rows.length === 0) {
    return (
      <Text tone="muted">
        {me.role === 'administrator' ? t('online.noNotesForRole') : t('online.noNotes')}
      </Text>
    );
  }
  const readOn = (read: NonNullable<ServerNotes['next']>) =>
    run(async () => {
      const page = await read();
      setProblem(page.ok ? undefined : page.error.kind);
      if (page.ok) setPages((before) => [...before, page.value]);
    });
  return (
    <>
      <Card>
        {rows.map((note) => (
          <NoteLink key={note.noteId} clientId={clientId} note={note} />
        ))}
      </Card>
      {problem === undefined ? null : <Text role="alert">{t(problems[problem][0])}</Text>}
      {next === null ? null : (
        <Button
          kind="outlined"
          label={t('online.olderNotes')}
          busy={busy}
          testID={testIds.online.olderNotes}
          onPress={() => readOn(next)}
        />
      )}
    </>
  );
}
