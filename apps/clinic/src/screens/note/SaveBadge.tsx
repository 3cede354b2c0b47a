import type { NoteEditor, SaveState } from '@fieldchart/clinic-client';
import type { TFunction } from 'i18next';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';

const icons: Record<SaveState['name'], IconName> = {
  saved: 'check-circle',
  saving: 'progress-pencil',
  'not-saved': 'alert-circle',
};

/** A commit takes a moment; words that changed at every key would only flicker and chatter. */
const SPOKEN_AFTER_MS = 1_500;

/** Whether every character is on the disk (D1). Read at each change, never guessed. */
export function SaveBadge({ editor }: { editor: Pick<NoteEditor, 'saveState' | 'subscribe'> }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const state = useSyncExternalStore(
    useCallback((listener) => editor.subscribe(listener), [editor]),
    () => editor.saveState(),
  );
  const words =
    state.name === 'saved'
      ? t('save.saved')
      : state.name === 'saving'
        ? t('save.saving')
        : notSavedWords(t, state.code);
  const color =
    state.name === 'not-saved' ? palette.error : state.name === 'saved' ? palette.primary : palette.muted;
  return (
    <View
      testID={testIds.note.saveState}
      {...{ dataSet: { state: state.name } }}
      style={{ flexDirection: 'row', alignItems: 'center', gap: 8, flexShrink: 1 }}
    >
      <Icon name={icons[state.name]} size={20} color={color} />
      <Text size="small" style={{ color, fontWeight: '600', flexShrink: 1 }}>
        {words}
      </Text>
      <SpokenSaveState words={words} urgent={state.name === 'not-saved'} />
    </View>
  );
}

function notSavedWords(t: TFunction, code: string): string {
  switch (code) {
    case 'DATABASE_FULL':
      return t('save.full');
    case 'DATABASE_READ_ONLY':
      return t('save.readOnly');
    case 'SAVE_SLOW':
      return t('save.slow');
    default:
      return t('save.notSaved', { code });
  }
}

/** The same words for screen readers, once they have stood for a while. */
function SpokenSaveState({ words, urgent }: { words: string; urgent: boolean }) {
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const waiting = setTimeout(() => setSpoken(words), SPOKEN_AFTER_MS);
    return () => clearTimeout(waiting);
  }, [words]);
  return (
    <View
      aria-live={urgent ? 'assertive' : 'polite'}
      style={{ position: 'absolute', width: 1, height: 1, overflow: 'hidden' }}
    >
      <Text size="small">{spoken}</Text>
    </View>
  );
}
