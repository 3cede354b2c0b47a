import { useTranslation } from 'react-i18next';
import { router } from 'expo-router';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Page } from '../ui/Page.tsx';

export function NotFoundScreen() {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound.title')}>
      <EmptyState icon="compass-off-outline" title={t('notFound.title')} text={t('notFound.text')}>
        <Button label={t('notFound.toClients')} onPress={() => router.replace('/clients')} />
      </EmptyState>
    </Page>
  );
}
