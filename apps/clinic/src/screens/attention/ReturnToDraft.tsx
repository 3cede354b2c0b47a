import type { AttentionAnswer } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import type { SettleWork } from './useSettling.ts';

interface ReturnToDraftProps {
  readonly detail: AttentionAnswer;
  readonly work: SettleWork;
}

/** Takes a signature back that never arrived, after saying what becomes of it. */
export function ReturnToDraft({ detail, work }: ReturnToDraftProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <Card>
      <Heading level={2}>{t('attention.return.title')}</Heading>
      <Text>{t('attention.return.text')}</Text>
      {asking ? (
        <>
          <Notice
            tone="warning"
            announce
            title={t('attention.return.sure')}
            text={t('attention.return.sureText')}
          />
          <Button
            label={t('attention.return.confirm')}
            icon="file-undo-outline"
            busy={work.doing === 'return'}
            disabled={work.doing !== null}
            testID={testIds.attention.returnConfirm}
            onPress={() =>
              work.run('return', async (session) => await session.returnToDraft(detail.mutationId))
            }
          />
          <Button kind="plain" label={t('attention.cancel')} onPress={() => setAsking(false)} />
        </>
      ) : (
        <Button
          kind="outlined"
          label={t('attention.return.begin')}
          icon="file-undo-outline"
          disabled={work.doing !== null}
          testID={testIds.attention.return}
          onPress={() => setAsking(true)}
        />
      )}
    </Card>
  );
}
