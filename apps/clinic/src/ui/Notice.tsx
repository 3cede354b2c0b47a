import type { ReactNode } from 'react';
import { View } from 'react-native';
import { usePalette } from '../theme/theme.ts';
import { Icon, type IconName } from './Icon.tsx';
import { Text } from './Text.tsx';

type NoticeTone = 'info' | 'good' | 'warning' | 'error';

interface NoticeProps {
  readonly tone: NoticeTone;
  readonly title: string;
  readonly text?: string | undefined;
  readonly children?: ReactNode;
  readonly testID?: string;
  /** Spoken at once when it appears. */
  readonly announce?: boolean;
}

const icons: Record<NoticeTone, IconName> = {
  info: 'information-outline',
  good: 'check-circle-outline',
  warning: 'clock-alert-outline',
  error: 'alert-circle-outline',
};

/** A message in a box: what happened, what is safe, what to do. */
export function Notice({ tone, title, text, children, testID, announce }: NoticeProps) {
  const palette = usePalette();
  const [back, ink] = {
    info: [palette.secondaryContainer, palette.onSecondaryContainer],
    good: [palette.primaryContainer, palette.onPrimaryContainer],
    warning: [palette.amberContainer, palette.onAmberContainer],
    error: [palette.errorContainer, palette.onErrorContainer],
  }[tone] as [string, string];
  return (
    <View
      {...(announce === true ? { role: 'alert' as const } : {})}
      testID={testID}
      style={{ flexDirection: 'row', gap: 12, padding: 16, borderRadius: 14, backgroundColor: back }}
    >
      <Icon name={icons[tone]} color={ink} />
      <View style={{ flex: 1, gap: 4 }}>
        <Text size="strong" style={{ color: ink }}>
          {title}
        </Text>
        {text === undefined ? null : <Text style={{ color: ink }}>{text}</Text>}
        {children}
      </View>
    </View>
  );
}
