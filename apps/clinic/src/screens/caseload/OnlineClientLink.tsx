import type { ClientOnServer } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { ageInYears, formatDate } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { WhereBadge } from './WhereBadge.tsx';

/** A client whom the server found, and who is not on this device. */
export const OnlineClientLink = memo(function OnlineClientLink({ row }: { row: ClientOnServer }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const age = row.birthDate === null ? undefined : ageInYears(row.birthDate, systemClock.now());
  const facts = [
    age === undefined ? null : t('client.age', { count: age }),
    row.birthDate === null ? null : formatDate(row.birthDate, i18n.language),
    row.city,
  ].filter((fact) => fact !== null);
  return (
    <TapLink
      to={`/clients/${row.clientId}`}
      testID={testIds.online.client(row.clientId)}
      style={{
        gap: 2,
        padding: 12,
        borderRadius: 14,
        borderWidth: 1,
        borderColor: palette.line,
        backgroundColor: palette.surface,
      }}
    >
      <Text size="strong" numberOfLines={1}>
        {row.name}
      </Text>
      <Text size="small" tone="muted">
        {facts.join(' · ')}
      </Text>
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', paddingTop: 4 }}>
        <WhereBadge where={row.where} />
      </View>
    </TapLink>
  );
});
