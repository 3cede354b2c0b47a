import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePalette } from '../../theme/theme.ts';
import { Text } from '../../ui/Text.tsx';
import { diffWords } from './diffWords.ts';

/** A side of a conflict. What the other side does not have is underlined and bold, never told by colour alone. */
export function DiffText({ own, other }: { own: string; other: string }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const parts = useMemo(() => diffWords(own, other), [own, other]);
  if (parts.length === 0) return <Text tone="muted">{t('note.emptySection')}</Text>;
  return (
    <Text style={{ fontSize: 17, lineHeight: 28 }}>
      {parts.map(({ text, only }, index) =>
        only ? (
          <Text
            key={index}
            {...{ role: 'mark' as 'none' }}
            style={{
              fontSize: 17,
              lineHeight: 28,
              fontWeight: '700',
              textDecorationLine: 'underline',
              color: palette.onAmberContainer,
              backgroundColor: palette.amberContainer,
            }}
          >
            {text}
          </Text>
        ) : (
          text
        ),
      )}
    </Text>
  );
}
