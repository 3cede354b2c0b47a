import { type Composition, noteSections, withNoteSections } from '@fieldchart/clinical';
import { CodedError, isCodedError, type Logger, type Timers } from '@fieldchart/foundation';
import type { RecordStore, StoredRecord } from '@fieldchart/record-store';
import { mergeText } from '@fieldchart/record-store';
import type { EditorPosition, NoteEditor, SaveState } from './api.ts';
import { createCoalescingSaver } from './coalescingSaver.ts';
import { sectionLabelKey } from './noteLabels.ts';

type Texts = Readonly<Record<string, string>>;

interface Draft {
  readonly texts: Texts;
  readonly position: EditorPosition | null;
}

/** The editor, and what the session needs to end it. */
export interface OpenNoteEditor extends NoteEditor {
  /** Resolves when the newest keystroke is on the disk. */
  saved(): Promise<void>;
  /** Leaves the note without what is not on the disk yet. */
  abandon(): void;
}

/**
 * The keystroke path, from the screen's side: every change is offered to the saver, which commits text, outbox
 * entry and cursor in one transaction (D1, D2). What a pull merges into the note meanwhile is woven into the text
 * on the screen.
 */
export async function openNoteEditor(options: {
  readonly store: RecordStore;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly noteId: string;
  readonly author: string;
  readonly onClose: () => void;
}): Promise<OpenNoteEditor> {
  const { store, noteId } = options;
  const key = `Composition/${noteId}`;
  const opened = await store.get(key);
  const note = draftOf(opened);
  const clientId = note.subject?.reference?.replace('Patient/', '') ?? '';

  /** What is committed: the ground that the next change stands on. */
  let known = { resource: note, revision: opened?.revision ?? 0, texts: textsOf(note) };
  let current: Draft = { texts: known.texts, position: opened?.position ?? null };
  const listeners = new Set<() => void>();
  const mergeListeners = new Set<(texts: Texts) => void>();

  /**
   * Weaves texts that arrived under the feet of the writer into what is on the screen. Where both changed the same
   * lines since `written`, the change goes to the store on its old ground: it keeps both texts (C1).
   */
  const adopt = (resource: Composition, revision: number, written: Texts) => {
    const incoming = textsOf(resource);
    const merges = Object.entries(incoming).map(
      ([code, theirs]) => [code, mergeText(written[code] ?? '', current.texts[code] ?? '', theirs)] as const,
    );
    if (merges.some(([, { conflict }]) => conflict)) {
      saver.offer(current);
      return;
    }
    const woven = Object.fromEntries(merges.map(([code, { text }]) => [code, text]));
    const changed = !sameTexts(woven, current.texts);
    known = { resource, revision, texts: incoming };
    current = { ...current, texts: woven };
    if (changed) for (const listener of mergeListeners) listener(woven);
    if (!sameTexts(woven, incoming)) saver.offer(current);
  };

  const write = async (draft: Draft) => {
    const position = draft.position === null ? {} : { position: draft.position };
    if (sameTexts(draft.texts, known.texts)) {
      if (draft.position !== null) await store.savePosition(key, draft.position);
      return;
    }
    const resource = withNoteSections(known.resource, draft.texts);
    const outcome = await store.recordChange(
      { resource, basedOn: known.revision, typing: true, ...position },
      options.author,
    );
    const committed = compositionOf(outcome.resource);
    if (outcome.merged) adopt(committed, outcome.revision, draft.texts);
    else known = { resource: committed, revision: outcome.revision, texts: draft.texts };
  };

  const saver = createCoalescingSaver<Draft>({
    write,
    timers: options.timers,
    onState: () => {
      for (const listener of listeners) listener();
    },
  });

  /** A pull may have moved the note while nobody typed; what is being typed meets it in `write` instead. */
  const catchUp = async () => {
    const stored = await store.get(key);
    if (stored === undefined || stored.revision <= known.revision) return;
    if (sameTexts(current.texts, known.texts)) {
      adopt(compositionOf(stored.resource), stored.revision, known.texts);
    }
  };
  const stopWatching = store.onCommit((commit) => {
    if (!commit.keys.has(key) || saver.state().name !== 'saved') return;
    catchUp().catch((error: unknown) => {
      options.logger.warn('note-catch-up-failed', { code: isCodedError(error) ? error.code : 'UNKNOWN' });
    });
  });
  let closed = false;
  const end = () => {
    closed = true;
    stopWatching();
    saver.stop();
    options.onClose();
  };
  const offer = (draft: Draft) => {
    current = draft;
    saver.offer(current);
  };

  return {
    noteId,
    clientId,
    sections: noteSections(note).map(({ code, text }) => ({ code, text, labelKey: sectionLabelKey(code) })),
    position: current.position,
    change(sectionCode, text, position) {
      if (closed) options.logger.warn('edit-after-close');
      offer({ texts: { ...current.texts, [sectionCode]: text }, position });
    },
    moveCursor(position) {
      offer({ ...current, position });
    },
    saveState: (): SaveState => saver.state(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onMerged(listener) {
      mergeListeners.add(listener);
      return () => mergeListeners.delete(listener);
    },
    saved: () => saver.saved(),
    abandon: end,
    async close() {
      await saver.saved();
      end();
      await store.settle(key);
    },
  };
}

function draftOf(record: StoredRecord | undefined): Composition {
  if (record === undefined) throw new CodedError('NOTE_UNKNOWN', 'There is no such note on this device');
  const note = compositionOf(record.resource);
  if (note.status !== 'preliminary') throw new CodedError('NOTE_SIGNED', 'A signed note is not edited');
  return note;
}

function compositionOf(resource: StoredRecord['resource']): Composition {
  if (resource.resourceType !== 'Composition')
    throw new CodedError('NOTE_UNKNOWN', 'This record is not a note');
  return resource;
}

function textsOf(note: Composition): Texts {
  return Object.fromEntries(noteSections(note).map(({ code, text }) => [code, text]));
}

function sameTexts(a: Texts, b: Texts): boolean {
  const codes = Object.keys(a);
  return codes.length === Object.keys(b).length && codes.every((code) => a[code] === b[code]);
}
