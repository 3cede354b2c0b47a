import type { Timers } from '@fieldchart/foundation';

/** Node's timers. */
export const systemTimers: Timers = {
  after(milliseconds, task) {
    const id = setTimeout(task, milliseconds);
    return () => clearTimeout(id);
  },
};
