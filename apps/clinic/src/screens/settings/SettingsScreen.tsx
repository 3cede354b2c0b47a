import { settingsChanged } from '@fieldchart/clinic-client';
import Constants from 'expo-constants';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { useSession, useShell } from '../../session/ShellContext.tsx';
import { useSync } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Fact } from '../../ui/Fact.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { Text } from '../../ui/Text.tsx';
import { AccountSettings } from './AccountSettings.tsx';

/** A clock that is wrong by less harms nobody. */
const CLOCK_WORTH_SAYING_MS = 2 * 60_000;
const IDLE_MINUTES = [2, 5, 10, 20] as const;

/** Language, theme, idle lock, and what this app is. */
export function SettingsScreen() {
  const { t } = useTranslation();
  const shell = useShell();
  const settings = useActivity((activity) => activity.settings);
  const dispatch = useActivityDispatch();
  return (
    <Page title={t('settings.title')} width={680}>
      <Choice
        label={t('settings.language')}
        value={settings.language}
        onChange={(language) => dispatch(settingsChanged({ language }))}
        options={[
          { value: 'system', label: t('settings.system'), testID: testIds.settings.language('system') },
          { value: 'en', label: 'English', testID: testIds.settings.language('en') },
          { value: 'es', label: 'Español', testID: testIds.settings.language('es') },
        ]}
      />
      <Choice
        label={t('settings.theme')}
        value={settings.theme}
        onChange={(theme) => dispatch(settingsChanged({ theme }))}
        options={[
          { value: 'system', label: t('settings.system'), testID: testIds.settings.theme('system') },
          { value: 'light', label: t('settings.light'), testID: testIds.settings.theme('light') },
          { value: 'dark', label: t('settings.dark'), testID: testIds.settings.theme('dark') },
        ]}
      />
      <Choice
        label={t('settings.idle')}
        value={String(settings.idleMinutes)}
        onChange={(minutes) => dispatch(settingsChanged({ idleMinutes: Number(minutes) }))}
        options={IDLE_MINUTES.map((minutes) => ({
          value: String(minutes),
          label: t('settings.minutes', { count: minutes }),
          testID: testIds.settings.idle(minutes),
        }))}
      />
      <Button
        label={t('nav.lock')}
        icon="lock-outline"
        testID={testIds.nav.lock}
        onPress={() => {
          shell.lock('hand').catch(rethrowLater);
        }}
      />
      <AccountSettings />
      <About />
    </Page>
  );
}

function About() {
  const { t } = useTranslation();
  const session = useSession();
  const persisted = usePersistedStorage();
  const { registration, clockOffsetMs } = useSync();
  return (
    <Section title={t('settings.about')}>
      <Card style={{ gap: 6 }}>
        <Fact label={t('settings.signedInAs')} value={session.me.name} />
        <Fact label={t('settings.organization')} value={session.organization.name} />
        <Fact label={t('settings.version')} value={Constants.expoConfig?.version ?? '–'} />
        <Fact
          label={t('settings.deviceKey')}
          value={session.deviceFingerprint}
          mono
          testID={testIds.settings.deviceKey}
        />
        {registration === 'waiting' || registration === 'registered' ? (
          <Text tone="muted" testID={testIds.settings.registration}>
            {registration === 'registered' ? t('settings.registered') : t('settings.notRegistered')}
          </Text>
        ) : null}
        {Math.abs(clockOffsetMs ?? 0) < CLOCK_WORTH_SAYING_MS ? null : (
          <Text tone="amber" testID={testIds.settings.clock}>
            {t('settings.clock', { count: Math.round(Math.abs(clockOffsetMs ?? 0) / 60_000) })}
          </Text>
        )}
        {persisted === null ? null : (
          <Text testID={testIds.settings.storage} tone={persisted ? 'muted' : 'amber'}>
            {persisted ? t('settings.storageKept') : t('settings.storageAtRisk')}
          </Text>
        )}
      </Card>
    </Section>
  );
}

/** The browser's answer to whether it may clear what the app stores; null where there is no browser. */
function usePersistedStorage(): boolean | null {
  const [persisted, setPersisted] = useState<boolean | null>(null);
  useEffect(() => {
    const storage = (globalThis.navigator as Navigator | undefined)?.storage;
    if (typeof storage?.persisted !== 'function') return;
    storage.persisted().then(setPersisted).catch(rethrowLater);
  }, []);
  return persisted;
}
