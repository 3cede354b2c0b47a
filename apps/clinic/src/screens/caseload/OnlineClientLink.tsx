import type { ClientOnServer } from '@fieldchart/clinic-client';
import { memo } from 'react';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { useClientFacts } from './useClientFacts.ts';
import { WhereBadge } from './WhereBadge.tsx';

/** A client whom the server found, and who is not on this device. */
export const OnlineClientLink = memo(function OnlineClientLink({ row }: { row: ClientOnServer }) {
  const palette = usePalette();
  const facts = useClientFacts(row);
  return (
    <TapLink
      to={`/clients/${row.clientId}`}
      testID={testIds.online.client(row.clientId)}
      style={{
        gap: 2,
        padding: 12,
        borderRadius: 14,
        borderWidth: 1,
        borderColor: palette.line,
        backgroundColor: palette.surface,
      }}
    >
      <Text size="strong" numberOfLines={1}>
        {row.name}
      </Text>
      <Text size="small" tone="muted">
        {facts}
      </Text>
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', paddingTop: 4 }}>
        <WhereBadge where={row.where} />
      </View>
    </TapLink>
  );
});
