import type { ReactNode } from 'react';
import { ScrollView, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { usePalette } from '../theme/theme.ts';
import { Icon } from './Icon.tsx';
import { Heading, Text } from './Text.tsx';

interface CenteredPageProps {
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
  readonly testID: string;
}

/** A screen outside of the record: one column under the app's name, nothing of any client. */
export function CenteredPage({ title, text, children, testID }: CenteredPageProps) {
  const palette = usePalette();
  const insets = useSafeAreaInsets();
  return (
    <View role="main" testID={testID} style={{ flex: 1, backgroundColor: palette.background }}>
      <ScrollView
        keyboardShouldPersistTaps="handled"
        contentContainerStyle={{
          flexGrow: 1,
          alignItems: 'center',
          justifyContent: 'center',
          padding: 20,
          paddingTop: 32 + insets.top,
          paddingBottom: 32 + insets.bottom,
        }}
      >
        <View style={{ width: '100%', maxWidth: 520, gap: 20 }}>
          <View style={{ flexDirection: 'row', alignItems: 'center', gap: 10 }}>
            <View
              style={{
                width: 40,
                height: 40,
                borderRadius: 12,
                alignItems: 'center',
                justifyContent: 'center',
                backgroundColor: palette.primary,
              }}
            >
              <Icon name="clipboard-pulse-outline" size={24} color={palette.onPrimary} />
            </View>
            <Text size="title">Fieldchart</Text>
          </View>
          <View style={{ gap: 8 }}>
            <Heading level={1} style={{ fontSize: 26, lineHeight: 34 }}>
              {title}
            </Heading>
            {text === undefined ? null : <Text tone="muted">{text}</Text>}
          </View>
          {children}
        </View>
      </ScrollView>
    </View>
  );
}
