import type { StandingAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useLive } from '../session/useLive.ts';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { Icon } from './Icon.tsx';
import { Text } from './Text.tsx';

/**
 * What to beware of with a client, in words and never cut short. It stands outside of what scrolls and cannot be
 * dismissed; it asks for itself, so that a change of it draws nothing else anew.
 */
export function RiskStrip({ clientId }: { clientId: string }) {
  const standing = useLive({ kind: 'standing', clientId });
  return standing === undefined ? null : <Risks risks={standing.risks} />;
}

/** Risks that were read already. */
export function Risks({ risks }: Pick<StandingAnswer, 'risks'>) {
  const { t } = useTranslation();
  const palette = usePalette();
  if (risks.length === 0) return null;
  const ink = palette.onAmberContainer;
  return (
    <View
      role="region"
      aria-label={t('risk.region')}
      testID={testIds.risk}
      style={{
        flexDirection: 'row',
        gap: 12,
        paddingHorizontal: 16,
        paddingVertical: 8,
        backgroundColor: palette.amberContainer,
        borderLeftWidth: 6,
        borderLeftColor: palette.amber,
        borderBottomWidth: 1,
        borderBottomColor: palette.line,
      }}
    >
      <Icon name="shield-alert-outline" color={ink} />
      <View style={{ flex: 1, gap: 2 }}>
        {risks.map(({ id, text }) => (
          <Text key={id} style={{ color: ink }}>
            <Text size="strong" style={{ color: ink }}>
              {t('risk.label')}
            </Text>{' '}
            {text === '' ? t('risk.unsaid') : text}
          </Text>
        ))}
      </View>
    </View>
  );
}
