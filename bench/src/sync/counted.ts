import { type Figure, figure } from '../figures.ts';
import type { BenchServer } from './startBenchServer.ts';

/** What a piece of work took, seen from the server's sockets. */
export interface Counted {
  readonly seconds: number;
  readonly requests: number;
  readonly bundles: number;
  /** Bytes of bodies and headers that the server received, and that it sent. */
  readonly megabytesUp: number;
  readonly megabytesDown: number;
}

/** Starts counting; the function it gives tells what came since. To be called when nothing is under way. */
export async function startCount(server: BenchServer): Promise<() => Promise<Counted>> {
  const before = await server.counters();
  const start = performance.now();
  return async () => {
    const seconds = (performance.now() - start) / 1000;
    const after = await server.counters();
    return {
      seconds,
      requests: after.requests - before.requests,
      bundles: after.bundles - before.bundles,
      megabytesUp: (after.received - before.received) / 1e6,
      megabytesDown: (after.sent - before.sent) / 1e6,
    };
  };
}

export const COUNTED_ROWS = ['time', 'requests', 'sent', 'received'] as const;

/** The rows of one piece of work. */
export function countedFigures(what: string, size: number, counted: Counted): readonly Figure[] {
  return [
    figure(`${what}: time`, size, [counted.seconds], 's'),
    figure(`${what}: requests`, size, [counted.requests], 'requests'),
    figure(`${what}: sent`, size, [counted.megabytesUp], 'MB'),
    figure(`${what}: received`, size, [counted.megabytesDown], 'MB'),
  ];
}
