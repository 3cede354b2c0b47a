import type { OutboxRow } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';

const typeKeys: Readonly<Record<string, ParseKeys>> = {
  Patient: 'resource.patient',
  Encounter: 'resource.encounter',
  Composition: 'resource.composition',
  Consent: 'resource.consent',
  Provenance: 'resource.provenance',
  CareTeam: 'resource.careTeam',
};

/** `Note, new`: what a change is of. */
export function useChangeWords(): (resourceType: string, kind: OutboxRow['kind']) => string {
  const { t } = useTranslation();
  return (resourceType, kind) => {
    const key = typeKeys[resourceType];
    const what = key === undefined ? resourceType : t(key as 'resource.patient');
    return kind === 'create' ? t('sync.created', { what }) : t('sync.changed', { what });
  };
}
