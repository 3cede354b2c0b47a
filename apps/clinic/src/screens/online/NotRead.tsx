import type { ServerProblem } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Text } from '../../ui/Text.tsx';
import type { ServerRead } from './useServerRead.ts';

/** A title and a text for each problem. */
export const problems = {
  unreachable: ['online.problem.unreachable', 'online.problem.unreachableText'],
  busy: ['online.problem.busy', 'online.problem.busyText'],
  refused: ['online.problem.refused', 'online.problem.refusedText'],
  absent: ['online.problem.absent', 'online.problem.absentText'],
  unreadable: ['online.problem.unreadable', 'online.problem.unreadableText'],
} as const satisfies Record<ServerProblem['kind'], readonly [string, string]>;

interface NotReadProps {
  readonly state: Exclude<ServerRead<unknown>, { name: 'read' }>;
  /** Where the screen stands without the server: that the thing is not on this device. */
  readonly gone: { readonly title: string; readonly text: string };
  readonly ask: () => void;
}

/** A thing that is not on this device, before it was read from the server, and where it could not be. */
export function NotRead({ state, gone, ask }: NotReadProps) {
  const { t } = useTranslation();
  switch (state.name) {
    case 'idle':
      return (
        <EmptyState icon="file-question-outline" title={gone.title} text={gone.text}>
          <Text tone="muted" style={{ textAlign: 'center', maxWidth: 420 }}>
            {t('online.lookText')}
          </Text>
          <Button
            kind="tonal"
            icon="cloud-search-outline"
            label={t('online.look')}
            testID={testIds.online.look}
            onPress={ask}
          />
        </EmptyState>
      );
    case 'reading':
      return <Loading />;
    case 'failed': {
      const [title, text] = problems[state.problem];
      return (
        <View role="alert" testID={testIds.online.problem}>
          <EmptyState icon="cloud-off-outline" title={t(title)} text={t(text)}>
            <Button
              kind="tonal"
              icon="refresh"
              label={t('online.tryAgain')}
              testID={testIds.online.look}
              onPress={ask}
            />
          </EmptyState>
        </View>
      );
    }
  }
}
