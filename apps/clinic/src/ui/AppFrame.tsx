import { usePathname } from 'expo-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';
import { rethrowLater } from '../session/rethrowLater.ts';
import { useShell } from '../session/ShellContext.tsx';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { IconButton } from './Button.tsx';
import { DamageNotice } from './DamageNotice.tsx';
import { Icon, type IconName } from './Icon.tsx';
import { TapLink } from './TapLink.tsx';
import { Text } from './Text.tsx';
import { useWide } from './useWide.ts';

interface Destination {
  readonly to: string;
  readonly icon: IconName;
  readonly label: string;
  readonly testID: string;
}

/** The app around a screen: a rail on wide windows, a bar at the bottom on phones. */
export function AppFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const wide = useWide();
  const insets = useSafeAreaInsets();
  const destinations: readonly Destination[] = [
    { to: '/clients', icon: 'account-group', label: t('nav.clients'), testID: testIds.nav.clients },
    { to: '/sync', icon: 'cloud-sync-outline', label: t('nav.sync'), testID: testIds.nav.sync },
    { to: '/settings', icon: 'cog-outline', label: t('nav.settings'), testID: testIds.nav.settings },
  ];
  return (
    <View
      testID={testIds.phase.unlocked}
      style={{
        flex: 1,
        flexDirection: wide ? 'row-reverse' : 'column',
        backgroundColor: palette.surface,
        paddingTop: insets.top,
      }}
    >
      <View style={{ flex: 1 }}>
        <DamageNotice />
        {children}
      </View>
      {wide ? <Rail destinations={destinations} /> : <BottomBar destinations={destinations} />}
    </View>
  );
}

function Rail({ destinations }: { destinations: readonly Destination[] }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const shell = useShell();
  return (
    <View
      role="navigation"
      accessibilityLabel={t('nav.label')}
      style={{
        width: 104,
        paddingVertical: 16,
        alignItems: 'center',
        gap: 8,
        backgroundColor: palette.raised,
        borderRightWidth: 1,
        borderRightColor: palette.line,
      }}
    >
      {destinations.map((destination) => (
        <NavItem key={destination.to} {...destination} />
      ))}
      <View style={{ flex: 1 }} />
      <IconButton
        icon="lock-outline"
        label={t('nav.lock')}
        testID={testIds.nav.lock}
        onPress={() => {
          shell.lock('hand').catch(rethrowLater);
        }}
      />
    </View>
  );
}

function BottomBar({ destinations }: { destinations: readonly Destination[] }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const insets = useSafeAreaInsets();
  return (
    <View
      role="navigation"
      accessibilityLabel={t('nav.label')}
      style={{
        flexDirection: 'row',
        justifyContent: 'space-around',
        paddingTop: 4,
        paddingBottom: 4 + insets.bottom,
        backgroundColor: palette.raised,
        borderTopWidth: 1,
        borderTopColor: palette.line,
      }}
    >
      {destinations.map((destination) => (
        <NavItem key={destination.to} {...destination} />
      ))}
    </View>
  );
}

function NavItem({ to, icon, label, testID }: Destination) {
  const palette = usePalette();
  const current = usePathname().startsWith(to);
  const ink = current ? palette.onPrimaryContainer : palette.muted;
  return (
    <TapLink
      to={to}
      replace
      current={current}
      testID={testID}
      style={{
        minWidth: 84,
        minHeight: 56,
        alignItems: 'center',
        justifyContent: 'center',
        borderRadius: 16,
      }}
    >
      <View
        style={{
          paddingHorizontal: 18,
          paddingVertical: 3,
          borderRadius: 16,
          backgroundColor: current ? palette.primaryContainer : 'transparent',
        }}
      >
        <Icon name={icon} size={24} color={ink} />
      </View>
      <Text
        size="small"
        style={{ color: current ? palette.onSurface : palette.muted, fontWeight: current ? '700' : '500' }}
      >
        {label}
      </Text>
    </TapLink>
  );
}
