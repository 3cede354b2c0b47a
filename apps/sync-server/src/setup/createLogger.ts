import type { LogFields, Logger } from '@fieldchart/foundation';
import { pino } from 'pino';

/** Log lines as JSON on standard error. What callers pass holds no patient data (see the port). */
export function createLogger(level: 'info' | 'warn' | 'error'): Logger {
  const log = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  const write = (to: 'info' | 'warn' | 'error') => (event: string, fields?: LogFields) => {
    log[to]({ ...fields }, event);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
