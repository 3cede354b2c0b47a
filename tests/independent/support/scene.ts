import { type FhirClient, createFhirClient } from '@fieldchart/fhir-sync';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { afterEach, beforeEach, vi } from 'vitest';
import { type IndependentDevice, openIndependentDevice } from './independentDevice.ts';
import { type IndependentServer, createIndependentServer } from './independentServer.ts';

export interface Scene {
  readonly server: IndependentServer;
  /** The product's own client of the port, with nothing in between. */
  readonly client: FhirClient;
  readonly open: (client: FhirClient) => Promise<IndependentDevice>;
}

/** For each test a server of its own; its devices are closed after it. */
export function useScene(): () => Scene {
  const opened: IndependentDevice[] = [];
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T08:00:00Z') });
  });
  afterEach(async () => {
    for (const device of opened.splice(0)) await device.dispose();
    vi.useRealTimers();
  });
  return () => {
    const server = createIndependentServer();
    return {
      server,
      client: createFhirClient({ transport: server.transport, clock: createFakeClock() }),
      async open(client) {
        const device = await openIndependentDevice(client, opened.length + 1);
        opened.push(device);
        return device;
      },
    };
  };
}
