import type { ClinicSession } from '@fieldchart/clinic-client';

const KEYSTROKES = 200;

/** A visit and a note typed through the app's editor: what the app holds in memory while a clinician works. */
export async function writeNote(session: ClinicSession): Promise<void> {
  const clientId = await anyClient(session);
  const { visitId } = await session.startVisit({ clientId, place: 'HH', location: '' });
  const { noteId } = await session.createNote({ clientId, visitId });
  const editor = await session.openEditor(noteId);
  const code = editor.sections[0]?.code ?? '';
  for (let typed = 1; typed <= KEYSTROKES; typed += 1) {
    const position = { section: code, selectionStart: typed, selectionEnd: typed, scroll: 0 };
    editor.change(code, 'x'.repeat(typed), position);
    // Lets the saver commit between keystrokes, as a person's typing does.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await editor.close();
}

function anyClient(session: ClinicSession): Promise<string> {
  return new Promise((resolve, reject) => {
    session.watch(
      { kind: 'caseload', search: '', filter: 'all', sort: 'name', limit: 1 },
      ({ rows: [row] }) => {
        if (row === undefined) reject(new Error('The caseload is empty'));
        else resolve(row.clientId);
      },
    );
  });
}
