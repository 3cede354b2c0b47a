import { getDocumentAsync } from 'expo-document-picker';
import { File } from 'expo-file-system';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';

export interface ChosenFile {
  readonly name: string;
  readonly text: string;
}

export interface TicketFileButtonProps {
  readonly onChosen: (file: ChosenFile) => void;
}

/** Chooses a ticket file with the system's document picker and reads it; on the web its twin does. */
export function TicketFileButton({ onChosen }: TicketFileButtonProps) {
  const { t } = useTranslation();
  const choose = async () => {
    const picked = await getDocumentAsync({ copyToCacheDirectory: true });
    const asset = picked.canceled ? undefined : picked.assets[0];
    if (asset === undefined) return;
    const copy = new File(asset.uri);
    try {
      onChosen({ name: asset.name, text: await copy.text() });
    } finally {
      // The picker's copy would leave the ticket in the cache folder.
      copy.delete();
    }
  };
  return (
    <Button
      kind="tonal"
      icon="file-key-outline"
      label={t('enrol.chooseFile')}
      testID={testIds.enrol.ticketFile}
      onPress={() => {
        choose().catch(rethrowLater);
      }}
    />
  );
}
