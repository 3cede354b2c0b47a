import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActivityIndicator, Platform } from 'react-native';
import { rethrowLater } from '../session/rethrowLater.ts';
import { useShell } from '../session/ShellContext.tsx';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { Button } from '../ui/Button.tsx';
import { CenteredPage } from '../ui/CenteredPage.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Text } from '../ui/Text.tsx';

export function StartingScreen() {
  const { t } = useTranslation();
  const palette = usePalette();
  return (
    <CenteredPage title={t('starting.title')} testID={testIds.phase.starting}>
      <ActivityIndicator color={palette.primary} accessibilityLabel={t('loading')} />
    </CenteredPage>
  );
}

/** Another tab or window owns the app: two writers of one record would lose text. */
export function ElsewhereScreen() {
  const { t } = useTranslation();
  const shell = useShell();
  const [taking, setTaking] = useState(false);
  return (
    <CenteredPage title={t('elsewhere.title')} text={t('elsewhere.text')} testID={testIds.phase.elsewhere}>
      <Button
        label={t('elsewhere.useHere')}
        icon="arrow-down-circle-outline"
        busy={taking}
        testID={testIds.elsewhere.useHere}
        onPress={() => {
          setTaking(true);
          shell
            .useHere()
            .catch(rethrowLater)
            .finally(() => setTaking(false));
        }}
      />
    </CenteredPage>
  );
}

export function FailedScreen({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <CenteredPage title={t('failed.title')} testID={testIds.phase.failed}>
      <Notice tone="error" announce title={t('failed.what')} text={t('failed.safe')} />
      <Text>{t('failed.todo')}</Text>
      <Text size="small" tone="muted" testID={testIds.failed.code}>
        {t('failed.code', { code })}
      </Text>
      {Platform.OS === 'web' ? (
        <Button label={t('failed.again')} icon="refresh" onPress={() => globalThis.location.reload()} />
      ) : null}
    </CenteredPage>
  );
}
