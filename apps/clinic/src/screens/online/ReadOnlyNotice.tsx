import type { WhereFound } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { FetchButton, NotGiven } from '../chart/OlderRecords.tsx';

/** That this is read from the server and not kept here, why, and how to have it here. */
export function ReadOnlyNotice({ where, clientId }: { where: WhereFound; clientId: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const { busy, run } = useWork();
  const [refused, setRefused] = useState(false);
  const shared = { tone: 'info', testID: testIds.online.readOnly } as const;
  switch (where) {
    case 'beyond-caseload':
      return <Notice {...shared} title={t('online.beyond')} text={t('online.beyondText')} />;
    case 'aged-out':
      return (
        <>
          <Notice
            {...shared}
            title={t('online.agedOut')}
            text={t('online.agedOutText', { organization: session.organization.name })}
          />
          {refused ? <NotGiven /> : null}
          <FetchButton clientId={clientId} onRefused={setRefused} />
        </>
      );
    case 'not-fetched':
      return (
        <>
          <Notice {...shared} title={t('online.notFetched')} text={t('online.notFetchedText')} />
          <Button
            kind="outlined"
            icon="sync"
            label={t('sync.now')}
            busy={busy}
            onPress={() => run(() => session.syncNow())}
          />
        </>
      );
  }
}
