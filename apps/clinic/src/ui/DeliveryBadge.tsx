import type { Delivery } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../i18n/format.ts';
import { testIds } from '../testIds.ts';
import { Badge } from './Badge.tsx';
import { useProblemText } from './useProblemText.ts';

/** Where a thing stands on its way to the server: the receipt. Nothing is said of what came from there. */
export function DeliveryBadge({ delivery }: { delivery: Delivery }) {
  const { t, i18n } = useTranslation();
  const problemText = useProblemText();
  const shared = { testID: testIds.delivery, state: delivery.state };
  switch (delivery.state) {
    case 'server':
      return null;
    case 'waiting':
      return <Badge {...shared} tone="warning" icon="tray-arrow-up" label={t('delivery.waiting')} />;
    case 'sending':
      return <Badge {...shared} tone="warning" icon="cloud-upload-outline" label={t('delivery.sending')} />;
    case 'held':
      return <Badge {...shared} tone="warning" icon="pause-circle-outline" label={t('delivery.held')} />;
    case 'parked':
      return (
        <Badge
          {...shared}
          tone="error"
          icon="alert-circle-outline"
          label={t('delivery.parked', { reason: problemText(delivery.reason) })}
        />
      );
    case 'received':
      return (
        <Badge
          {...shared}
          tone="good"
          icon="check-all"
          label={t('delivery.received', {
            version: delivery.versionId,
            time: formatMoment(delivery.serverTime, systemClock.now(), i18n.language),
          })}
        />
      );
  }
}
