import {
  type Appointment,
  type Composition,
  type Encounter,
  type Patient,
  type Practitioner,
  NOTE_FORMATS,
  createEncounter,
  createNote,
  displayName,
  finalizeNote,
  finishEncounter,
  withNoteSections,
} from '@fieldchart/clinical';
import { type NoteMoment, noteTexts } from './noteText.ts';
import type { DemoVisit } from './planVisits.ts';

const MINUTE = 60_000;
const [DATA, ASSESSMENT, PLAN] = NOTE_FORMATS.DAP.sections;

/** The visit and its note, written some minutes after the visit ended. */
export function writeVisit(input: {
  readonly visit: DemoVisit;
  readonly moment: NoteMoment;
  readonly patient: Patient;
  readonly clinician: Practitioner;
  readonly organizationId: string;
  readonly home: string;
  readonly booking: Appointment | undefined;
}): [Encounter, Composition] {
  const { visit, moment, patient, clinician, organizationId, booking } = input;
  const { chooser } = moment;
  const people = {
    clientId: patient.id,
    practitionerId: clinician.id,
    practitionerName: displayName(clinician),
    organizationId,
  };
  const places = { HH: input.home, AMB: 'Alder Valley clinic', VR: '' } as const;
  const finished = finishEncounter(
    createEncounter({
      ...people,
      id: chooser.uuid(),
      place: visit.place,
      location: places[visit.place],
      startedAt: visit.start,
    }),
    { endedAt: visit.end },
  );
  const encounter: Encounter =
    booking === undefined
      ? finished
      : { ...finished, appointment: [{ reference: `Appointment/${booking.id}` }] };
  const now = visit.end + chooser.between(3, 45) * MINUTE;
  const draft = createNote({
    ...people,
    id: chooser.uuid(),
    encounterId: encounter.id,
    format: 'DAP',
    title: 'Progress note',
    now,
  });
  const texts = noteTexts(moment);
  const note = withNoteSections(draft, {
    [DATA.code]: texts.data,
    [ASSESSMENT.code]: texts.assessment,
    [PLAN.code]: texts.plan,
  });
  if (!visit.signed) return [encounter, note];
  return [encounter, finalizeNote(note, { attesterId: clinician.id, now: now + 5 * MINUTE })];
}
