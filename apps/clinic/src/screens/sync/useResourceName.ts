import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';

const typeKeys: Readonly<Record<string, ParseKeys>> = {
  Patient: 'resource.patient',
  Encounter: 'resource.encounter',
  Composition: 'resource.composition',
  Consent: 'resource.consent',
  Provenance: 'resource.provenance',
  CareTeam: 'resource.careTeam',
  Flag: 'resource.flag',
  EpisodeOfCare: 'resource.episodeOfCare',
  Appointment: 'resource.appointment',
};

/** What people call a resource of a type. */
export function useResourceName(): (resourceType: string) => string {
  const { t } = useTranslation();
  return (resourceType) => {
    const key = typeKeys[resourceType];
    return key === undefined ? resourceType : t(key as 'resource.patient');
  };
}
