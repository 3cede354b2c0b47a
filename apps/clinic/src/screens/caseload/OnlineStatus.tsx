import type { OnlineAnswer } from '@fieldchart/clinic-client';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Text } from '../../ui/Text.tsx';

/**
 * One quiet line above the list: what the server adds to it, or that the device alone was searched. Short, so that the
 * list does not move when it changes: why, and what to do, stands in the server's section.
 */
export function OnlineStatus({ answer }: { answer: OnlineAnswer }) {
  const { t } = useTranslation();
  if (answer.state === 'none') return null;
  return (
    <Text size="small" tone="muted" aria-live="polite" testID={testIds.online.status}>
      {sentence(answer, t)}
    </Text>
  );
}

function sentence(answer: OnlineAnswer, t: TFunction): string {
  const count = answer.clients.length + answer.notes.length;
  switch (answer.state) {
    case 'none':
      return '';
    case 'device-only':
      return t('online.deviceAlone');
    case 'searching':
      return t('online.searching');
    case 'failed':
      return count > 0 ? t('online.cutShort') : t('online.deviceAlone');
    case 'found':
      if (!answer.more) return count === 0 ? t('online.nothing') : t('online.more', { count });
      return count === 0 ? t('online.noneSoFar') : t('online.atLeast', { count });
  }
}
