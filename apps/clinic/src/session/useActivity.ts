import type { Activity, ActivityStore } from '@fieldchart/clinic-client';
import { useDispatch, useSelector } from 'react-redux';

/** What the app is doing, from the persisted Redux store of this unlock. */
export const useActivity = <Selected>(select: (activity: Activity) => Selected): Selected =>
  useSelector<Activity, Selected>(select);

export const useActivityDispatch = useDispatch.withTypes<ActivityStore['dispatch']>();
