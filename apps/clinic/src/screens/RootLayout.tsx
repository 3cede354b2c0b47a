import { Slot } from 'expo-router';
import { StatusBar } from 'expo-status-bar';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { I18nextProvider } from 'react-i18next';
import { View } from 'react-native';
import { PaperProvider } from 'react-native-paper';
import { Provider } from 'react-redux';
import type { ClinicSession } from '@fieldchart/clinic-client';
import { i18n } from '../i18n/i18n.ts';
import { createShell } from '../platform';
import { useActivity } from '../session/useActivity.ts';
import { applyAppearance, useAppearance } from '../session/useAppearance.ts';
import { useIdleLock } from '../session/useIdleLock.ts';
import { usePlainAddress } from '../session/usePlainAddress.ts';
import { usePlaceMemory } from '../session/usePlaceMemory.ts';
import { SessionProvider, ShellProvider, usePhase, useShell } from '../session/ShellContext.tsx';
import { AppFrame } from '../ui/AppFrame.tsx';
import { PrivacyCover } from './PrivacyCover.tsx';
import { LockingScreen } from './LockingScreen.tsx';
import { ElsewhereScreen, FailedScreen, StartingScreen } from './PhaseScreens.tsx';
import { EnrolScreen } from './enrol/EnrolScreen.tsx';
import { UnlockScreen } from './unlock/UnlockScreen.tsx';

// One shell for the life of the page, made before the first render so that no remount makes another.
const shell = createShell();

/** The whole app: providers, then the one screen that the phase calls for. */
export function RootLayout() {
  const theme = useAppearance();
  return (
    <I18nextProvider i18n={i18n}>
      <PaperProvider theme={theme}>
        <StatusBar style={theme.dark ? 'light' : 'dark'} />
        <ShellProvider value={shell}>
          <PhaseGate />
        </ShellProvider>
      </PaperProvider>
    </I18nextProvider>
  );
}

/** Behind any other phase than `unlocked` nothing of a client is mounted at all. */
function PhaseGate() {
  const phase = usePhase();
  usePlainAddress(phase.name !== 'unlocked');
  const [adding, setAdding] = useState(false);
  switch (phase.name) {
    case 'starting':
      return <StartingScreen />;
    case 'locking':
      return <LockingScreen unsaved={phase.unsaved} />;
    case 'elsewhere':
      return <ElsewhereScreen />;
    case 'failed':
      return <FailedScreen code={phase.error.code} />;
    case 'welcome':
      return <EnrolScreen reason={phase.reason} />;
    case 'locked':
      return adding ? (
        <EnrolScreen onCancel={() => setAdding(false)} />
      ) : (
        <UnlockScreen users={phase.users} reason={phase.reason} onAddUser={() => setAdding(true)} />
      );
    case 'unlocked':
      return (
        <Unlocked session={phase.session} key={phase.session.me.userId} onShown={() => setAdding(false)} />
      );
  }
}

function Unlocked({ session, onShown }: { session: ClinicSession; onShown: () => void }) {
  useEffect(onShown, [onShown]);
  return (
    <Provider store={session.activity}>
      <SessionProvider value={session}>
        <SettingsInForce>
          <Places session={session} />
        </SettingsInForce>
      </SessionProvider>
    </Provider>
  );
}

function SettingsInForce({ children }: { children: ReactNode }) {
  const settings = useActivity((activity) => activity.settings);
  const touched = useIdleLock(useShell(), settings.idleMinutes);
  useEffect(() => applyAppearance(settings), [settings]);
  return (
    <View
      style={{ flex: 1 }}
      onStartShouldSetResponderCapture={() => {
        touched();
        return false;
      }}
    >
      {children}
    </View>
  );
}

function Places({ session }: { session: ClinicSession }) {
  usePlaceMemory(session);
  return (
    <>
      <AppFrame>
        <Slot />
      </AppFrame>
      <PrivacyCover />
    </>
  );
}
