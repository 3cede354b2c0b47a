import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActivityIndicator, Platform } from 'react-native';
import { useShell } from '../session/ShellContext.tsx';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { Button } from '../ui/Button.tsx';
import { Card } from '../ui/Card.tsx';
import { CenteredPage } from '../ui/CenteredPage.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Text } from '../ui/Text.tsx';

/**
 * Between asking for the lock and being locked: nothing of any client. It goes by itself; if the disk does not take the
 * last words, it says so, and only the user may give them up.
 */
export function LockingScreen({ unsaved }: { unsaved: boolean }) {
  const { t } = useTranslation();
  const palette = usePalette();
  useLeaveWarning(unsaved);
  return (
    <CenteredPage title={t('locking.title')} testID={testIds.phase.locking}>
      <ActivityIndicator color={palette.primary} accessibilityLabel={t('loading')} />
      {unsaved ? <Unsaved /> : null}
    </CenteredPage>
  );
}

function Unsaved() {
  const { t } = useTranslation();
  const shell = useShell();
  const [sure, setSure] = useState(false);
  return (
    <>
      <Notice
        tone="warning"
        announce
        testID={testIds.locking.unsaved}
        title={t('locking.unsaved.title')}
        text={t('locking.unsaved.text')}
      />
      {sure ? (
        <Card style={{ gap: 14 }}>
          <Text>{t('locking.abandon.text')}</Text>
          <Button
            kind="outlined"
            icon="lock-alert-outline"
            label={t('locking.abandon.yes')}
            testID={testIds.locking.abandonNow}
            onPress={() => shell.abandonUnsaved()}
          />
        </Card>
      ) : (
        <Button
          kind="plain"
          label={t('locking.abandon.ask')}
          testID={testIds.locking.abandon}
          onPress={() => setSure(true)}
        />
      )}
    </>
  );
}

/** Closing the page now would lose the last words: the browser asks first. */
function useLeaveWarning(unsaved: boolean): void {
  useEffect(() => {
    if (Platform.OS !== 'web' || !unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    globalThis.addEventListener('beforeunload', warn);
    return () => globalThis.removeEventListener('beforeunload', warn);
  }, [unsaved]);
}
