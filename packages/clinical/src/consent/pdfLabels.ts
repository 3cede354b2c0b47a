import type { FormLanguage } from './forms.ts';

interface PdfLabels {
  readonly client: string;
  readonly disclosures: string;
  readonly signature: string;
  readonly signedBy: string;
  readonly date: string;
  readonly witness: string;
  readonly drawn: string;
  readonly typed: string;
  readonly form: string;
  readonly version: string;
  readonly device: string;
  readonly page: string;
  readonly authority: Readonly<Record<'self' | 'guardian' | 'representative', string>>;
}

/** The words of the printed form around its own text. The document is in the form's language, not the screen's. */
export const PDF_LABELS: Readonly<Record<FormLanguage, PdfLabels>> = {
  en: {
    client: 'Client',
    disclosures: 'About signing electronically',
    signature: 'Signature',
    signedBy: 'Signed by',
    date: 'Date and time (device)',
    witness: 'Clinician present (witness)',
    drawn: 'Signed by hand on the device.',
    typed: 'Signed by typing the name on the device.',
    form: 'Form',
    version: 'version',
    device: 'device',
    page: 'page',
    authority: { self: 'the client', guardian: 'parent or guardian', representative: 'legal representative' },
  },
  es: {
    client: 'Cliente',
    disclosures: 'Sobre la firma electrónica',
    signature: 'Firma',
    signedBy: 'Firmado por',
    date: 'Fecha y hora (dispositivo)',
    witness: 'Profesional presente (testigo)',
    drawn: 'Firmado a mano en el dispositivo.',
    typed: 'Firmado escribiendo el nombre en el dispositivo.',
    form: 'Formulario',
    version: 'versión',
    device: 'dispositivo',
    page: 'página',
    authority: {
      self: 'el cliente',
      guardian: 'padre, madre o tutor',
      representative: 'representante legal',
    },
  },
};
