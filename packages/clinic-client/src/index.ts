export type * from './api.ts';
export type {
  ClinicPlatform,
  Connectivity,
  ConnectivityHint,
  DeviceProfile,
  DeviceSecrets,
  Ownership,
  ProfileStore,
} from './platform.ts';
export type { HttpTransport, ServerProblem } from '@fieldchart/fhir-sync';
export {
  clientNotesAsked,
  type Activity,
  type ActivityStore,
  type CaseloadView,
  type ClientNotesView,
  type ConflictPick,
  type Familiar,
  type MendDraft,
  type Place,
  type Settings,
  draftChanged,
  mendForgotten,
  mendTyped,
  moved,
  pinToggled,
  settingsChanged,
  viewChanged,
} from './activityStore.ts';
export { createClinicShell } from './shell.ts';
export { type CaseloadPages, type NotePages, watchCaseload, watchFoundNotes } from './watchPages.ts';
