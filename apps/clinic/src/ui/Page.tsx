import { router, type Href } from 'expo-router';
import type { ReactNode, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { ScrollView, View, type ScrollViewProps } from 'react-native';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { IconButton } from './Button.tsx';
import { RiskStrip } from './RiskStrip.tsx';
import { SyncPill } from './SyncPill.tsx';
import { Heading, Text } from './Text.tsx';

interface HeaderProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** Where the back arrow leads: a place of the app, so that it works after a restart too. */
  readonly back?: string | undefined;
  readonly actions?: ReactNode;
  /** The client whose screen this is: what to beware of stands below the header. */
  readonly clientId?: string;
  readonly titleTestID?: string;
}

/** The top of a screen: where one is, the way back, and how the sync stands. */
export function PageHeader({ clientId, ...bar }: HeaderProps) {
  return (
    <>
      <HeaderBar {...bar} />
      {clientId === undefined ? null : <RiskStrip clientId={clientId} />}
    </>
  );
}

function HeaderBar({ title, subtitle, back, actions, titleTestID }: Omit<HeaderProps, 'clientId'>) {
  const { t } = useTranslation();
  const palette = usePalette();
  return (
    <View
      role="banner"
      style={{
        minHeight: 64,
        paddingLeft: back === undefined ? 16 : 4,
        paddingRight: 12,
        paddingVertical: 8,
        flexDirection: 'row',
        alignItems: 'center',
        gap: 8,
        backgroundColor: palette.surface,
        borderBottomWidth: 1,
        borderBottomColor: palette.line,
      }}
    >
      {back === undefined ? null : (
        <IconButton
          icon="arrow-left"
          label={t('nav.back')}
          testID={testIds.nav.back}
          onPress={() => router.replace(back as Href)}
        />
      )}
      <View style={{ flex: 1 }}>
        <Heading level={1} numberOfLines={2} testID={titleTestID}>
          {title}
        </Heading>
        {subtitle === undefined ? null : (
          <Text size="small" tone="muted" numberOfLines={1}>
            {subtitle}
          </Text>
        )}
      </View>
      {actions}
      <SyncPill />
    </View>
  );
}

interface PageProps extends HeaderProps {
  readonly children: ReactNode;
  /** Stays in sight above or below what scrolls. */
  readonly strip?: ReactNode;
  readonly footer?: ReactNode;
  readonly width?: number;
  readonly scroll?: Omit<ScrollViewProps, 'children'> & { readonly ref?: Ref<ScrollView> };
}

/** A screen with header and one scrolling column of comfortable width. */
export function Page({ children, strip, footer, width = 760, scroll, ...header }: PageProps) {
  const palette = usePalette();
  return (
    <View style={{ flex: 1, backgroundColor: palette.background }}>
      <PageHeader {...header} />
      <View role="main" style={{ flex: 1 }}>
        {strip}
        <ScrollView
          keyboardShouldPersistTaps="handled"
          {...scroll}
          style={{ flex: 1 }}
          contentContainerStyle={{ padding: 16, paddingBottom: 32, alignItems: 'center' }}
        >
          <View style={{ width: '100%', maxWidth: width, gap: 20 }}>{children}</View>
        </ScrollView>
        {footer}
      </View>
    </View>
  );
}

/** A titled part of a page. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <View style={{ gap: 10 }}>
      <Heading level={2}>{title}</Heading>
      {children}
    </View>
  );
}
