import type { AttentionRow, OutboxRow } from '@fieldchart/clinic-client';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { useProblemText } from '../../ui/useProblemText.ts';
import { useChangeSentence } from './useChangeSentence.ts';
import { useChangeWords } from './useChangeWords.ts';

/** Rows at first, and how many more each press brings. */
const SHOWN = 20;
const MORE = 100;

interface RowsProps<Row extends OutboxRow> {
  readonly rows: readonly Row[];
  readonly testID: string;
  readonly none: string;
}

/** What needs a person; each row leads to where it is settled. */
export function AttentionRows(props: RowsProps<AttentionRow>) {
  return (
    <Rows {...props}>
      {(shown) => shown.map((row, at) => <NeedsYou key={row.mutationId} row={row} first={at === 0} />)}
    </Rows>
  );
}

/** What waits or is held, each with the sentence that says why. */
export function WaitingRows(props: RowsProps<OutboxRow>) {
  return <Rows {...props}>{(shown) => <Explained rows={shown} />}</Rows>;
}

/** What arrived, with its receipts. */
export function SentRows(props: RowsProps<OutboxRow>) {
  return (
    <Rows {...props}>
      {(shown) =>
        shown.map((row, at) => (
          <RowFrame key={row.mutationId} row={row} first={at === 0}>
            <DeliveryBadge delivery={row.delivery} />
          </RowFrame>
        ))
      }
    </Rows>
  );
}

function Rows<Row extends OutboxRow>({
  rows,
  testID,
  none,
  children,
}: RowsProps<Row> & { readonly children: (shown: readonly Row[]) => ReactNode }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(SHOWN);
  if (rows.length === 0) {
    return (
      <Text tone="muted" testID={testID}>
        {none}
      </Text>
    );
  }
  return (
    <Card style={{ paddingVertical: 4 }} testID={testID}>
      {children(rows.slice(0, limit))}
      {rows.length > limit ? (
        <Button
          kind="plain"
          label={t('sync.more', { count: rows.length - limit })}
          onPress={() => setLimit(limit + MORE)}
        />
      ) : null}
    </Card>
  );
}

/** Only the rows on the screen are explained: a hundred thousand wait at no cost. */
function Explained({ rows }: { rows: readonly OutboxRow[] }) {
  const sentence = useChangeSentence();
  const explained = useLive({ kind: 'explanations', mutationIds: rows.map(({ mutationId }) => mutationId) });
  return rows.map((row, at) => {
    const explanation = explained?.[row.mutationId];
    const holder = explanation?.because.find(({ attentionId }) => attentionId !== null)?.attentionId ?? null;
    return (
      <RowFrame
        key={row.mutationId}
        row={row}
        first={at === 0}
        to={holder === null ? undefined : `/sync/${holder}`}
        sentence={explanation === undefined ? undefined : sentence(explanation)}
      />
    );
  });
}

function NeedsYou({ row, first }: { row: AttentionRow; first: boolean }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const reason = row.delivery.state === 'parked' ? problemText(row.delivery.reason) : '';
  const sentences = [
    row.inConflict ? t('explain.conflict') : t('explain.refused', { reason }),
    ...(row.holds === 0 ? [] : [t('attention.holds', { count: row.holds })]),
  ];
  return <RowFrame row={row} first={first} to={`/sync/${row.mutationId}`} sentence={sentences.join(' ')} />;
}

interface RowFrameProps {
  readonly row: OutboxRow;
  readonly first: boolean;
  readonly to?: string | undefined;
  readonly sentence?: string | undefined;
  readonly children?: ReactNode;
}

function RowFrame({ row, first, to, sentence, children }: RowFrameProps) {
  const palette = usePalette();
  const changeWords = useChangeWords();
  const frame = {
    minHeight: 48,
    paddingVertical: 10,
    gap: 8,
    borderTopWidth: first ? 0 : 1,
    borderTopColor: palette.line,
    flexDirection: 'row',
    alignItems: 'center',
  } as const;
  const inside = (
    <>
      <View style={{ flexGrow: 1, flexShrink: 1, gap: 2 }}>
        <Text size="strong">{changeWords(row.resourceType, row.kind)}</Text>
        {row.clientName === null ? null : (
          <Text size="small" tone="muted">
            {row.clientName}
          </Text>
        )}
        {sentence === undefined ? null : (
          <Text size="small" testID={testIds.sync.why(row.mutationId)}>
            {sentence}
          </Text>
        )}
        {children === undefined ? null : (
          <View style={{ flexDirection: 'row', flexWrap: 'wrap', paddingTop: 2 }}>{children}</View>
        )}
      </View>
      {to === undefined ? null : <Icon name="chevron-right" color={palette.muted} />}
    </>
  );
  const testID = testIds.sync.row(row.mutationId);
  return to === undefined ? (
    <View testID={testID} style={frame}>
      {inside}
    </View>
  ) : (
    <TapLink to={to} testID={testID} style={frame}>
      {inside}
    </TapLink>
  );
}
