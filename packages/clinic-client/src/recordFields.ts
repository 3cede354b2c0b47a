import {
  type Composition,
  type Encounter,
  type FhirResource,
  LANGUAGE_TAG,
  noteSections,
  type Patient,
  VISIT_CLASSES,
  withNoteSections,
} from '@fieldchart/clinical';
import type { FieldTexts, RecordField } from './attentionViews.ts';
import { sectionLabelKey } from './noteLabels.ts';

/**
 * What a person reads of a record: of notes, clients and visits what the app has forms for; anything else as a
 * whole.
 */
export function fieldsOf(resource: FhirResource): readonly RecordField[] {
  switch (resource.resourceType) {
    case 'Composition':
      return noteSections(resource).map(({ code, text }) => ({
        code,
        labelKey: sectionLabelKey(code),
        kind: 'section',
        text,
      }));
    case 'Patient':
      return Object.entries(personTexts(resource)).map(([code, text]) => ({
        code,
        labelKey: `register.${code}`,
        kind: code === 'gender' || code === 'language' ? 'choice' : 'line',
        text,
      }));
    case 'Encounter':
      return [
        { code: 'place', labelKey: 'visit.where', kind: 'choice', text: resource.class.code ?? '' },
        { code: 'location', labelKey: 'visit.location', kind: 'line', text: locationOf(resource) },
        { code: 'start', labelKey: 'visit.start', kind: 'moment', text: resource.period?.start ?? '' },
        { code: 'end', labelKey: 'visit.end', kind: 'moment', text: resource.period?.end ?? '' },
      ];
    case 'Consent':
    case 'Provenance':
    case 'CareTeam':
    case 'Condition':
    case 'Flag':
    case 'EpisodeOfCare':
    case 'Appointment':
    case 'Practitioner':
    case 'Organization':
    case 'AuditEvent':
      return [
        { code: 'whole', labelKey: 'record.whole', kind: 'whole', text: JSON.stringify(resource, null, 2) },
      ];
  }
}

/** The record with these texts in its fields. What they do not name stays exactly as it is. */
export function withFields(resource: FhirResource, texts: FieldTexts): FhirResource {
  const before = Object.fromEntries(fieldsOf(resource).map(({ code, text }) => [code, text]));
  const changed = Object.fromEntries(
    Object.entries(texts)
      .filter(([code]) => code in before)
      .map(([code, text]) => [code, visible(text)] as const)
      .filter(([code, text]) => text !== before[code]),
  );
  if (Object.keys(changed).length === 0) return resource;
  switch (resource.resourceType) {
    case 'Composition':
      return withNoteSections(resource, changed) satisfies Composition;
    case 'Patient':
      return withPersonTexts(resource, changed);
    case 'Encounter':
      return withVisitTexts(resource, changed);
    case 'Consent':
    case 'Provenance':
    case 'CareTeam':
    case 'Condition':
    case 'Flag':
    case 'EpisodeOfCare':
    case 'Appointment':
    case 'Practitioner':
    case 'Organization':
    case 'AuditEvent':
      // Never typed: it is one of the two sides of a conflict, as it came.
      return JSON.parse(changed['whole'] ?? '{}') as FhirResource;
  }
}

/** Without the control characters that pasted text may bring: nobody sees them, and no FHIR text may hold them. */
function visible(text: string): string {
  return text.replaceAll(/(?![\t\n\r])\p{Cc}/gu, '');
}

function personTexts(patient: Patient) {
  const name = patient.name?.[0];
  const address = patient.address?.[0];
  return {
    given: name?.given?.join(' ') ?? '',
    family: name?.family ?? '',
    birthDate: patient.birthDate ?? '',
    gender: patient.gender ?? '',
    language: patient.communication?.[0]?.language.coding?.[0]?.code ?? '',
    phone: patient.telecom?.find(({ system }) => system === 'phone')?.value ?? '',
    line: address?.line?.join(', ') ?? '',
    city: address?.city ?? '',
    state: address?.state ?? '',
    postalCode: address?.postalCode ?? '',
  };
}

function withPersonTexts(patient: Patient, changed: FieldTexts): Patient {
  const all = { ...personTexts(patient), ...changed };
  const [name, ...otherNames] = patient.name ?? [];
  const [address, ...otherAddresses] = patient.address ?? [];
  const phone = patient.telecom?.find(({ system }) => system === 'phone');
  const others = (patient.telecom ?? []).filter((contact) => contact !== phone);
  const touches = (...codes: readonly (keyof typeof all)[]) => codes.some((code) => code in changed);
  return compact({
    ...patient,
    ...(touches('given', 'family')
      ? {
          name: [
            compact({
              ...name,
              given: 'given' in changed ? listOf(all.given) : name?.given,
              family: textOrNone(all.family),
            }),
            ...otherNames,
          ],
        }
      : {}),
    ...(touches('birthDate') ? { birthDate: textOrNone(all.birthDate) } : {}),
    ...(touches('gender') ? { gender: textOrNone(all.gender) as Patient['gender'] } : {}),
    ...(touches('language')
      ? {
          communication: [
            { language: { coding: [{ system: LANGUAGE_TAG, code: all.language }] }, preferred: true },
          ],
        }
      : {}),
    ...(touches('phone')
      ? {
          telecom: filledList([
            ...(all.phone === ''
              ? []
              : [{ system: 'phone' as const, use: 'mobile' as const, ...phone, value: all.phone }]),
            ...others,
          ]),
        }
      : {}),
    ...(touches('line', 'city', 'state', 'postalCode')
      ? {
          address: filledList(
            [
              compact({
                use: 'home' as const,
                ...address,
                line: 'line' in changed ? listOf(all.line) : address?.line,
                city: textOrNone(all.city),
                state: textOrNone(all.state),
                postalCode: textOrNone(all.postalCode),
              }),
              ...otherAddresses,
            ].filter((one) => Object.keys(one).some((key) => key !== 'use')),
          ),
        }
      : {}),
  });
}

function withVisitTexts(visit: Encounter, changed: FieldTexts): Encounter {
  const { place, location, start, end } = changed;
  const visitClass = Object.values(VISIT_CLASSES).find(({ code }) => code === place);
  const [first, ...others] = visit.location ?? [];
  return compact({
    ...visit,
    ...(visitClass === undefined ? {} : { class: visitClass }),
    ...(location === undefined
      ? {}
      : {
          location: filledList([
            ...(location === '' ? [] : [{ ...first, location: { ...first?.location, display: location } }]),
            ...others,
          ]),
        }),
    ...(start === undefined && end === undefined
      ? {}
      : {
          period: compact({
            ...visit.period,
            ...(start === undefined ? {} : { start: textOrNone(start) }),
            ...(end === undefined ? {} : { end: textOrNone(end) }),
          }),
        }),
    // Whether a visit is over and when it ended are one fact.
    ...(end === undefined || (visit.status !== 'in-progress' && visit.status !== 'finished')
      ? {}
      : { status: end === '' ? ('in-progress' as const) : ('finished' as const) }),
  });
}

function locationOf(visit: Encounter): string {
  return visit.location?.[0]?.location.display ?? '';
}

function textOrNone(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function listOf(text: string): string[] | undefined {
  return text === '' ? undefined : [text];
}

function filledList<Item>(items: Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

type Compact<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };

/** FHIR has no empty elements. */
function compact<Fields extends object>(fields: Fields): Compact<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Compact<Fields>;
}
