import type { ChartAnswer, NoteSummary } from '@fieldchart/clinic-client';
import { memo } from 'react';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { NoteLink } from './NoteLink.tsx';
import { VisitLine } from './VisitLine.tsx';

export type Visit = ChartAnswer['visits'][number];

interface VisitCardProps {
  readonly clientId: string;
  readonly visit: Visit;
  readonly notes: readonly NoteSummary[];
}

/** A visit in the chart, with the notes written of it. */
export const VisitCard = memo(function VisitCard({ clientId, visit, notes }: VisitCardProps) {
  return (
    <Card style={{ padding: 8, gap: 4 }}>
      <TapLink
        to={`/clients/${clientId}/visits/${visit.visitId}`}
        testID={testIds.chart.visit(visit.visitId)}
        style={{ padding: 8, borderRadius: 10, flexDirection: 'row', gap: 12, minHeight: 48 }}
      >
        <VisitLine visit={visit}>
          <DeliveryBadge delivery={visit.delivery} />
        </VisitLine>
      </TapLink>
      {notes.map((note) => (
        <NoteLink key={note.noteId} clientId={clientId} note={note} />
      ))}
    </Card>
  );
});
