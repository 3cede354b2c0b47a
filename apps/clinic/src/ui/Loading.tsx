import { useTranslation } from 'react-i18next';
import { ActivityIndicator, View } from 'react-native';
import { usePalette } from '../theme/theme.ts';

/** For the moment before a live query answers. */
export function Loading() {
  const { t } = useTranslation();
  const palette = usePalette();
  return (
    <View style={{ padding: 40, alignItems: 'center' }}>
      <ActivityIndicator color={palette.primary} accessibilityLabel={t('loading')} />
    </View>
  );
}
