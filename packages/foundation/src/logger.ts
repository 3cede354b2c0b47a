/**
 * Structured log lines for developers. Fields never hold patient data, PINs or keys: pass ids, counts and codes.
 */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A logger that says nothing. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
