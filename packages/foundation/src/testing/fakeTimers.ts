import type { Timers } from '../timers.ts';

/** Timers that fire only when {@link FakeTimers.advance} passes their time, in order of time. */
export interface FakeTimers extends Timers {
  /** Runs every task due within `milliseconds`, letting promises settle between tasks. */
  advance(milliseconds: number): Promise<void>;
  readonly pending: number;
}

export function createFakeTimers(onAdvance: (milliseconds: number) => void = () => {}): FakeTimers {
  let now = 0;
  let serial = 0;
  let tasks: { readonly id: number; readonly at: number; readonly task: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  const moveTo = (time: number) => {
    onAdvance(time - now);
    now = time;
  };
  return {
    after(milliseconds, task) {
      serial += 1;
      const id = serial;
      tasks.push({ id, at: now + Math.max(0, milliseconds), task });
      return () => {
        tasks = tasks.filter((entry) => entry.id !== id);
      };
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      await settle();
      for (;;) {
        const due = tasks
          .filter((entry) => entry.at <= until)
          .toSorted((a, b) => a.at - b.at || a.id - b.id)[0];
        if (due === undefined) break;
        tasks = tasks.filter((entry) => entry.id !== due.id);
        moveTo(due.at);
        due.task();
        await settle();
      }
      moveTo(until);
      await settle();
    },
    get pending() {
      return tasks.length;
    },
  };
}
