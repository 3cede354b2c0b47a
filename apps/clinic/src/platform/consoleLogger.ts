import type { LogFields, Logger } from '@fieldchart/foundation';

/** Faults to the console, for developers: codes and counts, never content. */
export const consoleLogger: Logger = {
  info: () => {},
  warn: (event: string, fields?: LogFields) => console.warn(event, fields ?? ''),
  error: (event: string, fields?: LogFields) => console.error(event, fields ?? ''),
};
