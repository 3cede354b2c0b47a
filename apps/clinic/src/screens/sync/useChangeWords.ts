import type { OutboxRow } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useResourceName } from './useResourceName.ts';

/** `Note, new`: what a change is of. */
export function useChangeWords(): (resourceType: string, kind: OutboxRow['kind']) => string {
  const { t } = useTranslation();
  const resourceName = useResourceName();
  return (resourceType, kind) => {
    const what = resourceName(resourceType);
    return kind === 'create' ? t('sync.created', { what }) : t('sync.changed', { what });
  };
}
