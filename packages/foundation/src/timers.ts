/** Scheduling, as a port: the platform's timers in the product, virtual time in tests. */
export interface Timers {
  /** Runs `task` once after `milliseconds`; the returned function cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}
