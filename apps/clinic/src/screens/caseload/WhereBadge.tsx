import type { WhereFound } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';

/** That a thing is not on this device, and why. */
export function WhereBadge({ where }: { where: WhereFound }) {
  const { t } = useTranslation();
  switch (where) {
    case 'aged-out':
      return <Badge icon="cloud-outline" label={t('online.where.agedOut')} />;
    case 'not-fetched':
      return <Badge icon="cloud-outline" label={t('online.where.notFetched')} />;
    case 'beyond-caseload':
      return <Badge icon="account-eye-outline" label={t('online.where.beyond')} />;
  }
}
