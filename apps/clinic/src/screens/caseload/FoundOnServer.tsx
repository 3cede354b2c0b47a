import type { OnlineAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import { Heading } from '../../ui/Text.tsx';
import { FoundNoteLink } from './FoundNoteLink.tsx';
import { hasCaveat, OnlineCaveat } from './OnlineCaveat.tsx';
import { OnlineClientLink } from './OnlineClientLink.tsx';

/** Whether the server has had its say and found nothing: what an empty list then offers moves no more. */
export const isNothingFound = ({ state, clients, notes }: OnlineAnswer): boolean =>
  state !== 'searching' && clients.length + notes.length === 0;

interface FoundOnServerProps {
  readonly answer: OnlineAnswer;
  readonly further: () => void;
  readonly again: () => void;
  /** The question is of one client. */
  readonly ofClient?: boolean;
}

/**
 * What the server has beside the device, after the end of the device's list: a section of its own, so that nothing that
 * is being read moves when it comes.
 */
export function FoundOnServer({ answer, further, again, ofClient = false }: FoundOnServerProps) {
  const { t } = useTranslation();
  const { clients, notes, state, more } = answer;
  const isAny = clients.length + notes.length > 0;
  const firstSimilar = clients.find((row) => row.similar);
  const mayGoOn = state === 'found' && more;
  if (!isAny && !mayGoOn && !hasCaveat(answer)) return null;
  return (
    <View
      role="region"
      aria-label={t('online.title')}
      testID={testIds.online.section}
      style={{ gap: 8, paddingTop: 16 }}
    >
      {isAny ? (
        <Heading level={2} style={{ paddingHorizontal: 4 }}>
          {t('online.title')}
        </Heading>
      ) : null}
      {clients.map((row) => (
        <View key={row.clientId} style={{ gap: 8 }}>
          {row === firstSimilar ? (
            <Heading level={3} style={{ paddingHorizontal: 4 }}>
              {t('caseload.similar')}
            </Heading>
          ) : null}
          <OnlineClientLink row={row} />
        </View>
      ))}
      {notes.map((row) => (
        <FoundNoteLink key={row.noteId} row={row} ofClient={ofClient} />
      ))}
      <OnlineCaveat answer={answer} />
      {mayGoOn ? (
        <Button
          kind="tonal"
          icon="cloud-search-outline"
          label={t('online.further')}
          testID={testIds.online.further}
          onPress={further}
        />
      ) : null}
      {state === 'failed' ? (
        <Button
          kind="tonal"
          icon="cloud-refresh-outline"
          label={t('online.again')}
          testID={testIds.online.again}
          onPress={again}
        />
      ) : null}
    </View>
  );
}
