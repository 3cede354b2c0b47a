import type { VisitPlace } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import type { IconName } from '../../ui/Icon.tsx';

/** Word and picture of where a visit takes place. */
export function usePlaceWords(): (place: VisitPlace) => { readonly icon: IconName; readonly words: string } {
  const { t } = useTranslation();
  return (place) =>
    (
      ({
        HH: { icon: 'home-outline', words: t('visit.place.home') },
        AMB: { icon: 'hospital-building', words: t('visit.place.clinic') },
        VR: { icon: 'video-outline', words: t('visit.place.remote') },
      }) as const
    )[place];
}
