import { systemClock } from '@fieldchart/foundation';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { Badge } from '../../ui/Badge.tsx';

/** The client is here by emergency access, until this instant. */
export function EmergencyBadge({ until }: { until: string }) {
  const { t, i18n } = useTranslation();
  return (
    <Badge
      tone="warning"
      icon="shield-key-outline"
      label={t('emergency.until', { time: formatMoment(until, systemClock.now(), i18n.language) })}
      testID={testIds.emergency.until}
    />
  );
}
