import { createHash } from 'node:crypto';
import { PDFDocument } from '@cantoo/pdf-lib';
import { expect, test } from 'vitest';
import {
  CONSENT_FORMS,
  type SignedForm,
  clientOf,
  consentPdf,
  createConsent,
  formText,
  validateResource,
} from '../index.ts';

const forms = Object.values(CONSENT_FORMS).flatMap((languages) => Object.values(languages));
const stroke = Array.from({ length: 60 }, (_, step) => ({
  x: 0.1 + step * 0.012,
  y: 0.15 + 0.08 * Math.sin(step / 3),
  t: step * 16,
}));

function signed(change: Partial<SignedForm> = {}): SignedForm {
  return {
    form: CONSENT_FORMS.treatment.es,
    clientName: 'José Luis Núñez',
    organizationName: 'Alder Valley Behavioral Health',
    signer: { name: 'María Núñez', authority: 'guardian' },
    mark: { kind: 'drawn', strokes: [stroke, [{ x: 0.9, y: 0.1, t: 1200 }]] },
    witnessName: 'Ana Duarte',
    deviceId: 'c757873d-ec9a-4326-a141-556f43239520',
    signedAt: Date.UTC(2026, 0, 5, 10),
    ...change,
  };
}

test.each(forms)('the hash of $id $version $language is that of its wording', (form) => {
  expect(form.hash).toBe(createHash('sha256').update(formText(form)).digest('hex'));
});

test('both languages of a form say the same things in the same order', () => {
  const { en, es } = CONSENT_FORMS.treatment;
  expect(es.paragraphs.length).toBe(en.paragraphs.length);
  expect(es.disclosures.length).toBe(en.disclosures.length);
  expect(es.version).toBe(en.version);
});

test('the same signing makes the same document, byte for byte', async () => {
  expect(await consentPdf(signed())).toEqual(await consentPdf(signed()));
  expect(await consentPdf(signed({ signedAt: 1 }))).not.toEqual(await consentPdf(signed()));
});

test('a name that the font cannot print does not stop the signing', async () => {
  const names = ['李小龍', 'Łukasz Żółć', '😀', 'a'.repeat(300), 'tab\tand\nline'];
  for (const name of names) {
    const pdf = await consentPdf(
      signed({ clientName: name, signer: { name, authority: 'self' }, mark: { kind: 'typed' } }),
    );
    expect((await PDFDocument.load(pdf)).getPageCount()).toBeGreaterThan(0);
  }
});

test('a mark of a single point, or of none, makes a document', async () => {
  for (const strokes of [[], [[{ x: 0.5, y: 0.5, t: 0 }]]]) {
    expect((await consentPdf(signed({ mark: { kind: 'drawn', strokes } }))).length).toBeGreaterThan(1000);
  }
});

test('a signed consent is a valid active Consent that holds its document', async () => {
  const pdf = await consentPdf(signed());
  const consent = createConsent({
    id: 'c1',
    clientId: 'p1',
    organizationId: 'o1',
    form: CONSENT_FORMS.treatment.es,
    signer: { name: 'María Núñez', authority: 'guardian' },
    pdf,
    signedAt: Date.UTC(2026, 0, 5, 10),
  });
  expect(validateResource(consent)).toMatchObject({ ok: true });
  expect(clientOf(consent)).toBe('p1');
  expect(Buffer.from(consent.sourceAttachment?.data ?? '', 'base64')).toEqual(Buffer.from(pdf));
});
