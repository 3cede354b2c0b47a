import type { HttpAnswer, HttpRequest, HttpTransport, RegistrationProblem } from '@fieldchart/fhir-sync';
import { registerDevice } from '@fieldchart/fhir-sync';
import { CodedError } from '@fieldchart/foundation';
import type { Database } from '@fieldchart/encrypted-sqlite';
import type { RegistrationState } from './api.ts';
import { loadIdentity, saveIdentity } from './identity.ts';

/**
 * Registers the device before its first request; until the server has taken it, every request is refused here. Of
 * several registrations each is sent in turn: after a rescue the lost key's first, so that what it signed can be
 * verified, then the new key's. One that is refused is passed over if another follows it.
 */
export function createRegisteringTransport(options: {
  readonly database: Database;
  readonly plain: HttpTransport;
  readonly authorized: HttpTransport;
  readonly onState: (state: RegistrationState) => void;
}): HttpTransport {
  const { database, plain, authorized, onState } = options;
  let registering: Promise<void> | undefined;
  let registered = false;

  const register = async () => {
    if (registered) return;
    let problem: RegistrationProblem['kind'] | null = null;
    const identity = await loadIdentity(database);
    for (const request of identity.registrations) {
      const outcome = await registerDevice(plain, request);
      problem = outcome.ok ? null : outcome.error.kind;
      if (problem === 'unreachable') break;
    }
    if (problem !== null) {
      if (problem !== 'unreachable') onState(problem);
      throw new CodedError('SYNC_NOT_REGISTERED', 'The server did not register this device');
    }
    // Another ticket may have been taken up meanwhile: only what was sent is done with.
    const sent = new Set(identity.registrations.map(({ ticket }) => ticket));
    const now = await loadIdentity(database);
    const left = now.registrations.filter(({ ticket }) => !sent.has(ticket));
    if (sent.size > 0) await saveIdentity(database, { ...now, registrations: left });
    registered = left.length === 0;
    onState('registered');
  };

  return {
    async request(request: HttpRequest): Promise<HttpAnswer> {
      registering ??= register().finally(() => {
        registering = undefined;
      });
      await registering;
      return await authorized.request(request);
    },
  };
}
