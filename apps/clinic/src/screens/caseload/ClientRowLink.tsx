import type { ClientRow } from '@fieldchart/clinic-client';
import { usePathname } from 'expo-router';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDate } from '../../i18n/format.ts';
import { useActivity } from '../../session/useActivity.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { EmergencyBadge } from '../emergency/EmergencyBadge.tsx';
import { useClientFacts } from './useClientFacts.ts';

const initials = (name: string): string => {
  const words = name.split(/[\s,]+/).filter((word) => word !== '');
  return [words[0], words.at(-1)]
    .map((word) => word?.[0] ?? '')
    .join('')
    .toUpperCase();
};

/** One client in the list. */
export const ClientRowLink = memo(function ClientRowLink({ row }: { row: ClientRow }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const pinned = useActivity((activity) => activity.familiar.pinned.includes(row.clientId));
  const current = usePathname().startsWith(`/clients/${row.clientId}`);
  const facts = useClientFacts(row);
  return (
    <TapLink
      to={`/clients/${row.clientId}`}
      current={current}
      testID={testIds.caseload.row(row.clientId)}
      style={{
        flexDirection: 'row',
        gap: 12,
        padding: 12,
        borderRadius: 14,
        borderWidth: 1,
        borderColor: current ? palette.primary : palette.line,
        backgroundColor: current ? palette.primaryContainer : palette.surface,
      }}
    >
      <View
        aria-hidden
        style={{
          width: 44,
          height: 44,
          borderRadius: 22,
          alignItems: 'center',
          justifyContent: 'center',
          backgroundColor: palette.secondaryContainer,
        }}
      >
        <Text size="strong" style={{ color: palette.onSecondaryContainer }}>
          {initials(row.name)}
        </Text>
      </View>
      <View style={{ flex: 1, gap: 1 }}>
        <Text size="strong" numberOfLines={1}>
          {row.name}
        </Text>
        <Text size="small" tone="muted">
          {facts}
        </Text>
        <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 6, alignItems: 'center' }}>
          <Text size="small" tone="muted">
            {row.lastVisit === null
              ? t('caseload.noVisit')
              : t('caseload.lastVisit', { date: formatDate(row.lastVisit, i18n.language) })}
          </Text>
          {row.nextVisit === null ? null : (
            <Text size="small" tone="muted">
              {t('caseload.nextVisit', { date: formatDate(row.nextVisit, i18n.language) })}
            </Text>
          )}
          {pinned ? <Badge icon="pin" label={t('caseload.pinned')} /> : null}
          {row.emergencyUntil === null ? null : <EmergencyBadge until={row.emergencyUntil} />}
          {row.unsignedNotes > 0 ? (
            <Badge
              tone="warning"
              icon="pencil-outline"
              label={t('caseload.unsigned', { count: row.unsignedNotes })}
            />
          ) : null}
          {row.needsYou ? (
            <Badge tone="error" icon="alert-circle-outline" label={t('caseload.needsYou')} />
          ) : null}
          {row.waiting ? <Badge icon="tray-arrow-up" label={t('caseload.waiting')} /> : null}
        </View>
      </View>
    </TapLink>
  );
});
