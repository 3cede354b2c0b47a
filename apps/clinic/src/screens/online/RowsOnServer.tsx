import type { ServerRows } from '@fieldchart/clinic-client';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWork } from '../../session/useWork.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Text } from '../../ui/Text.tsx';
import { problems } from './NotRead.tsx';

interface RowsOnServerProps<Row> {
  readonly first: ServerRows<Row>;
  readonly render: (row: Row) => ReactNode;
  /** What is said where there is none. */
  readonly none: string;
  readonly older: { readonly label: string; readonly testID: string };
}

/** What the server has of one kind, newest first, page by page. */
export function RowsOnServer<Row>({ first, render, none, older }: RowsOnServerProps<Row>) {
  const { t } = useTranslation();
  const { busy, run } = useWork();
  const [pages, setPages] = useState([first]);
  const [problem, setProblem] = useState<keyof typeof problems>();
  const rows = pages.flatMap((page) => page.rows);
  const next = pages.at(-1)?.next ?? null;
  if (rows.length === 0) return <Text tone="muted">{none}</Text>;
  const readOn = (read: NonNullable<ServerRows<Row>['next']>) =>
    run(async () => {
      const page = await read();
      setProblem(page.ok ? undefined : page.error.kind);
      if (page.ok) setPages((before) => [...before, page.value]);
    });
  return (
    <>
      <Card>{rows.map(render)}</Card>
      {problem === undefined ? null : <Text role="alert">{t(problems[problem][0])}</Text>}
      {next === null ? null : (
        <Button
          kind="outlined"
          label={older.label}
          busy={busy}
          testID={older.testID}
          onPress={() => readOn(next)}
        />
      )}
    </>
  );
}
