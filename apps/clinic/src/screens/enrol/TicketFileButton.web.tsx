import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { testIds } from '../../testIds.ts';
import { Button } from '../../ui/Button.tsx';
import type { TicketFileButtonProps } from './TicketFileButton.tsx';

/** Chooses a ticket file with the browser's own dialog and reads it. */
export function TicketFileButton({ onChosen }: TicketFileButtonProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File) => onChosen({ name: file.name, text: await file.text() });
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".fieldchart,application/json,text/plain"
        data-testid={testIds.enrol.ticketFile}
        tabIndex={-1}
        aria-hidden
        style={{ display: 'none' }}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file may be chosen again after it was mended.
          if (file !== undefined) read(file).catch(rethrowLater);
          event.target.value = '';
        }}
      />
      <Button
        kind="tonal"
        icon="file-key-outline"
        label={t('enrol.chooseFile')}
        onPress={() => input.current?.click()}
      />
    </>
  );
}
