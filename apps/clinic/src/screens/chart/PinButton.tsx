import { pinToggled } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { testIds } from '../../testIds.ts';
import { IconButton } from '../../ui/Button.tsx';

/** Keeps a client at the top of the list, or lets them go from there. */
export function PinButton({ clientId }: { clientId: string }) {
  const { t } = useTranslation();
  const dispatch = useActivityDispatch();
  const pinned = useActivity((activity) => activity.familiar.pinned.includes(clientId));
  return (
    <IconButton
      icon={pinned ? 'pin' : 'pin-outline'}
      label={t('chart.pin')}
      pressed={pinned}
      testID={testIds.chart.pin}
      onPress={() => dispatch(pinToggled(clientId))}
    />
  );
}
