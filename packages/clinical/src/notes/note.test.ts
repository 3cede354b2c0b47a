import { utf8Decode } from '@fieldchart/foundation';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Composition,
  NOTE_FORMATS,
  clientOf,
  createNote,
  finalizeNote,
  isEmptyNote,
  noteSections,
  normalizePlain,
  referencesOf,
  signatureProvenance,
  signedPayload,
  validateResource,
  withNoteSections,
} from '../index.ts';

const now = Date.UTC(2026, 0, 5, 10);
const note = createNote({
  id: 'n1',
  clientId: 'p1',
  encounterId: 'e1',
  practitionerId: 'd1',
  practitionerName: 'Ana Duarte',
  organizationId: 'o1',
  format: 'DAP',
  title: 'Progress note',
  now,
});
const codes = NOTE_FORMATS.DAP.sections.map(({ code }) => code);
const [data = '', assessment = '', plan = ''] = codes;

test('a new note is a valid preliminary Composition with the empty sections of its format', () => {
  expect(validateResource(note)).toMatchObject({ ok: true });
  expect(noteSections(note)).toEqual(codes.map((code) => ({ code, text: '' })));
  expect(isEmptyNote(note)).toBe(true);
  expect(referencesOf(note)).toEqual(['Patient/p1', 'Encounter/e1', 'Practitioner/d1', 'Organization/o1']);
});

test('D1: whatever is typed into the sections is read back, and stays valid', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (one, two) => {
      const written = withNoteSections(withNoteSections(note, { [plan]: two }), { [data]: one });
      expect(noteSections(written).map(({ text }) => text)).toEqual([
        normalizePlain(one),
        '',
        normalizePlain(two),
      ]);
      expect(validateResource(written).ok).toBe(true);
    }),
  );
});

test('sections keep the order of the format whatever the order of writing; an emptied one goes', () => {
  const written = withNoteSections(withNoteSections(note, { [plan]: 'c' }), {
    [data]: 'a',
    [assessment]: 'b',
  });
  expect(written.section?.map((section) => section.code?.coding?.[0]?.code)).toEqual(codes);
  expect(withNoteSections(written, { [data]: '', [assessment]: '', [plan]: '' })).toEqual(note);
});

test('sections of others stay as they are when a neighbour is written', () => {
  const foreign: Composition = {
    ...note,
    section: [
      {
        title: 'Free',
        text: { status: 'additional', div: '<div xmlns="http://www.w3.org/1999/xhtml"><b>x</b></div>' },
      },
      {
        title: 'More',
        code: { coding: [{ code: 'other' }] },
        section: [{ entry: [{ reference: 'Condition/c' }] }],
      },
    ],
  };
  const written = withNoteSections(foreign, { [data]: 'a' });
  expect(written.section?.slice(1)).toEqual(foreign.section);
  expect(noteSections(written).map(({ text }) => text)).toEqual(['a', '', '', 'x', '', '']);
});

test('C2: a note is finalized once, with its author as attester', () => {
  const final = finalizeNote(withNoteSections(note, { [data]: 'seen' }), {
    attesterId: 'd1',
    now: now + 1000,
  });
  expect(validateResource(final).ok).toBe(true);
  expect(final.attester).toEqual([
    { mode: 'professional', time: '2026-01-05T10:00:01.000Z', party: { reference: 'Practitioner/d1' } },
  ]);
  expect(() => finalizeNote(final, { attesterId: 'd1', now })).toThrow('preliminary');
});

test('the signed bytes do not depend on the order of keys or on what a server rewrites', () => {
  const written = withNoteSections(note, { [data]: 'é 😀' });
  const shuffled = Object.fromEntries(Object.entries(written).toReversed()) as unknown as Composition;
  const served: Composition = {
    ...shuffled,
    meta: { versionId: '3', lastUpdated: '2026-01-05T10:00:00Z' },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">made</div>' },
  };
  expect(signedPayload([served])).toEqual(signedPayload([written]));
  expect(signedPayload([withNoteSections(note, { [data]: 'e 😀' })])).not.toEqual(signedPayload([written]));
  expect(utf8Decode(signedPayload([{ resourceType: 'Patient', id: 'p', active: true }]))).toBe(
    '[{"active":true,"id":"p","resourceType":"Patient"}]',
  );
});

test('O6: a signature names what it signs, who, for whom, on which device, and is filed under the client', () => {
  const provenance = signatureProvenance({
    id: 'v1',
    targets: [note],
    signerId: 'd1',
    organizationId: 'o1',
    deviceId: 'c757873d-ec9a-4326-a141-556f43239520',
    when: now,
    jws: 'aaa..bbb',
    type: 'author',
  });
  expect(validateResource(provenance)).toMatchObject({ ok: true });
  expect(clientOf(provenance)).toBe('p1');
  expect(referencesOf(provenance)).toEqual([
    'Patient/p1',
    'Composition/n1',
    'Practitioner/d1',
    'Organization/o1',
  ]);
  expect(provenance.signature?.[0]?.data).toBe(btoa('aaa..bbb'));
});
