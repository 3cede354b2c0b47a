import { Slot, usePathname } from 'expo-router';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { usePalette } from '../../theme/theme.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { useWide } from '../../ui/useWide.ts';
import { Caseload } from './Caseload.tsx';

/** On wide windows the caseload stays beside what is open; a note or a form gets the whole width. */
export function ClientsLayout() {
  const palette = usePalette();
  const wide = useWide();
  const pathname = usePathname();
  const roomForList =
    /^\/clients(?:\/[^/]+)?$/.test(pathname) && !['/clients/new', '/clients/emergency'].includes(pathname);
  if (!wide || !roomForList) return <Slot />;
  return (
    <View style={{ flex: 1, flexDirection: 'row' }}>
      <View
        style={{
          width: 400,
          borderRightWidth: 1,
          borderRightColor: palette.line,
          backgroundColor: palette.background,
        }}
      >
        <Caseload beside />
      </View>
      <View style={{ flex: 1 }}>
        <Slot />
      </View>
    </View>
  );
}

/** The caseload itself on phones; the empty detail beside it on wide windows. */
export function ClientsHome() {
  const { t } = useTranslation();
  const wide = useWide();
  if (!wide) return <Caseload />;
  return (
    <Page title={t('caseload.title')}>
      <EmptyState
        icon="card-account-details-outline"
        title={t('caseload.choose')}
        text={t('caseload.chooseText')}
      />
    </Page>
  );
}
