import type { ServerClient } from '@fieldchart/clinic-client';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { VisitLine } from '../chart/VisitLine.tsx';

/** A visit of a client who is not on this device. */
export function VisitOnServer({ visit }: { visit: ServerClient['visits']['rows'][number] }) {
  return (
    <View testID={testIds.online.visit(visit.visitId)} style={{ flexDirection: 'row', gap: 12, padding: 8 }}>
      <VisitLine visit={visit} />
    </View>
  );
}
