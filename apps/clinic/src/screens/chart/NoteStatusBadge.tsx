import type { NoteSummary } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Badge } from '../../ui/Badge.tsx';

/** Draft, signed, amended or withdrawn. */
export function NoteStatusBadge({ status }: { status: NoteSummary['status'] }) {
  const { t } = useTranslation();
  const shared = { testID: testIds.note.status, state: status };
  switch (status) {
    case 'preliminary':
      return <Badge {...shared} tone="warning" icon="pencil-outline" label={t('note.status.draft')} />;
    case 'final':
      return <Badge {...shared} icon="file-lock-outline" label={t('note.status.signed')} />;
    case 'amended':
      return <Badge {...shared} icon="file-edit-outline" label={t('note.status.amended')} />;
    case 'entered-in-error':
      return <Badge {...shared} tone="error" icon="file-remove-outline" label={t('note.status.error')} />;
  }
}
