import type { Timers } from '@fieldchart/foundation';

/** The platform's timers; browsers, Node and React Native agree on them. */
export const platformTimers: Timers = {
  after(milliseconds, task) {
    const id = setTimeout(task, milliseconds);
    return () => clearTimeout(id);
  },
};
