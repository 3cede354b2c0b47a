import type { VisitPlace } from '@fieldchart/clinic-client';
import { router, useLocalSearchParams } from 'expo-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { TextField } from '../../ui/TextField.tsx';

/** Where the visit takes place; it begins now. */
export function StartVisitScreen() {
  const { t } = useTranslation();
  const session = useSession();
  const { clientId } = useLocalSearchParams<{ clientId: string }>();
  const chart = useLive({ kind: 'chart', clientId });
  const [place, setPlace] = useState<VisitPlace>('HH');
  const [typed, setTyped] = useState<string | null>(null);
  const { busy, failed, run } = useWork();
  // At home means at the client's address, unless something else is written.
  const location = typed ?? (place === 'HH' ? (chart?.address ?? '') : '');

  const begin = () =>
    run(async () => {
      const { visitId } = await session.startVisit({ clientId, place, location: location.trim() });
      router.replace(`/clients/${clientId}/visits/${visitId}`);
    });

  return (
    <Page
      clientId={clientId}
      title={t('visit.startTitle')}
      subtitle={chart?.name}
      back={`/clients/${clientId}`}
      width={620}
    >
      <Choice
        label={t('visit.where')}
        value={place}
        onChange={setPlace}
        options={[
          { value: 'HH', label: t('visit.place.home'), testID: testIds.visit.place('HH') },
          { value: 'AMB', label: t('visit.place.clinic'), testID: testIds.visit.place('AMB') },
          { value: 'VR', label: t('visit.place.remote'), testID: testIds.visit.place('VR') },
        ]}
      />
      <TextField
        label={t('visit.location')}
        hint={t('visit.locationHint')}
        value={location}
        onChangeText={setTyped}
        testID={testIds.visit.location}
      />
      {failed ? <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} /> : null}
      <Button label={t('visit.begin')} icon="play" busy={busy} testID={testIds.visit.begin} onPress={begin} />
    </Page>
  );
}
