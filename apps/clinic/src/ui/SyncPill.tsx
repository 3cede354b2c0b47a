import type { ParseKeys } from 'i18next';
import type { SyncSummary } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useWindowDimensions } from 'react-native';
import { useSync } from '../session/useLive.ts';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { Icon, type IconName } from './Icon.tsx';
import { TapLink } from './TapLink.tsx';
import { Text } from './Text.tsx';

interface SyncWords {
  readonly icon: IconName;
  readonly tone: 'calm' | 'waiting' | 'failed';
  readonly key: ParseKeys;
  readonly count: number;
}

/** One look at the sync: what failed counts first, then what waits, then the connection. */
export function syncWords(sync: SyncSummary): SyncWords {
  if (sync.failed > 0)
    return { icon: 'cloud-alert', tone: 'failed', key: 'sync.pill.failed', count: sync.failed };
  if (sync.waiting > 0) {
    return sync.phase === 'offline'
      ? { icon: 'cloud-off-outline', tone: 'waiting', key: 'sync.pill.offlineWaiting', count: sync.waiting }
      : { icon: 'cloud-upload-outline', tone: 'waiting', key: 'sync.pill.waiting', count: sync.waiting };
  }
  return sync.phase === 'offline'
    ? { icon: 'cloud-off-outline', tone: 'calm', key: 'sync.pill.offline', count: 0 }
    : { icon: 'cloud-check-outline', tone: 'calm', key: 'sync.pill.sent', count: 0 };
}

/** The sync status in every header; it leads to the sync page. */
export function SyncPill() {
  const { t } = useTranslation();
  const palette = usePalette();
  const { width } = useWindowDimensions();
  const { icon, tone, key, count } = syncWords(useSync());
  const words = t(key as 'sync.pill.sent', { count });
  const [back, ink] = {
    calm: [palette.raised, palette.muted],
    waiting: [palette.amberContainer, palette.onAmberContainer],
    failed: [palette.errorContainer, palette.onErrorContainer],
  }[tone] as [string, string];
  const short = width < 600;
  return (
    <TapLink
      to="/sync"
      label={t('sync.pill.label', { status: words })}
      testID={testIds.syncPill}
      style={{
        minHeight: 48,
        minWidth: 48,
        paddingHorizontal: 12,
        borderRadius: 24,
        backgroundColor: back,
        flexDirection: 'row',
        alignItems: 'center',
        justifyContent: 'center',
        gap: 8,
      }}
    >
      <Icon name={icon} color={ink} />
      {short && count === 0 ? null : (
        <Text size="small" style={{ color: ink, fontWeight: '600' }}>
          {short ? String(count) : words}
        </Text>
      )}
    </TapLink>
  );
}
