import type { LogFields, Logger } from '../logger.ts';

/** A logger that keeps its lines, for tests. */
export function createFakeLogger(): Logger & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const write = (level: string) => (event: string, fields?: LogFields) => {
    lines.push(fields === undefined ? `${level} ${event}` : `${level} ${event} ${JSON.stringify(fields)}`);
  };
  return { info: write('info'), warn: write('warn'), error: write('error'), lines };
}
