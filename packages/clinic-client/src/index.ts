export type * from './api.ts';
export {
  type Activity,
  type ActivityStore,
  type CaseloadView,
  type Place,
  type Settings,
  draftChanged,
  moved,
  settingsChanged,
  viewChanged,
} from './activityStore.ts';
