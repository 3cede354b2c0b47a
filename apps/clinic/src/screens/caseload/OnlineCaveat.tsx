import type { OnlineAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Text } from '../../ui/Text.tsx';

const reasons = {
  unreachable: 'online.why.unreachable',
  busy: 'online.why.busy',
  refused: 'online.why.refused',
  absent: 'online.why.absent',
  unreadable: 'online.why.unreadable',
} as const;

/** Whether the server's answer is not all that there is. */
export const hasCaveat = ({ state, preparing }: OnlineAnswer): boolean =>
  state === 'failed' || state === 'device-only' || preparing;

/** What the server's answer does not include, why, and what to do. */
export function OnlineCaveat({ answer }: { answer: OnlineAnswer }) {
  const { t } = useTranslation();
  if (!hasCaveat(answer)) return null;
  const { state, problem } = answer;
  const text =
    state === 'device-only'
      ? t('online.deviceOnly')
      : state === 'failed'
        ? t(reasons[problem ?? 'unreachable'])
        : t('online.preparing');
  return (
    <Text
      size="small"
      tone="muted"
      aria-live="polite"
      testID={testIds.online.caveat}
      style={{ paddingHorizontal: 4 }}
    >
      {text}
    </Text>
  );
}
