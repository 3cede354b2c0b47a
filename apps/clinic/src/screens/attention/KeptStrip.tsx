import type { MendKeeper } from '@fieldchart/clinic-client';
import { View } from 'react-native';
import { SaveBadge } from '../note/SaveBadge.tsx';
import { useLeaveWarning } from '../note/useLeaveWarning.ts';

/** Whether what was typed here is on the disk. */
export function KeptStrip({ keeper }: { keeper: MendKeeper }) {
  useLeaveWarning(keeper);
  return (
    <View style={{ alignItems: 'flex-start' }}>
      <SaveBadge editor={keeper} />
    </View>
  );
}
