import {
  EMERGENCY_PATH,
  type EmergencyGrant,
  type EmergencyRequest,
  emergencyRequestToParameters,
  parametersToEmergencyGrant,
} from '@fieldchart/clinical';
import { type Result, fail, ok } from '@fieldchart/foundation';
import type { HttpTransport } from './httpTransport.ts';
import { isJsonObject, parseJson } from './json.ts';

export interface EmergencyProblem {
  /**
   * `not-found`: nobody is exactly this one, or several are. `not-allowed`: by policy or role. `too-many`: within the
   * hour. `refused`: the server finds the request malformed. `unreachable`: no answer of the server; whether it gave
   * access is not known, and to ask again does no harm.
   */
  readonly kind: 'not-found' | 'not-allowed' | 'too-many' | 'refused' | 'unreachable';
}

const fhirJson = 'application/fhir+json';

/** Asks the server for emergency access to one client. Never rejects. */
export async function askEmergencyAccess(
  transport: HttpTransport,
  request: EmergencyRequest,
): Promise<Result<EmergencyGrant, EmergencyProblem>> {
  try {
    const answer = await transport.request({
      method: 'POST',
      path: EMERGENCY_PATH,
      headers: { 'content-type': fhirJson, accept: fhirJson },
      body: JSON.stringify(emergencyRequestToParameters(request)),
      timeoutMs: 30_000,
    });
    const body = parseJson(answer.body);
    if (answer.status === 200) {
      const granted = parametersToEmergencyGrant(body);
      return granted.ok ? ok(granted.value) : fail({ kind: 'unreachable' });
    }
    // A page of something in between, as a hotel's sign-in, is no word of the server's.
    const isServers = isJsonObject(body) && body['resourceType'] === 'OperationOutcome';
    return fail({ kind: isServers ? meaningOf(answer.status) : 'unreachable' });
  } catch {
    return fail({ kind: 'unreachable' });
  }
}

function meaningOf(status: number): EmergencyProblem['kind'] {
  switch (status) {
    case 404:
      return 'not-found';
    case 403:
      return 'not-allowed';
    case 429:
      return 'too-many';
    case 400:
    case 413:
    case 422:
      return 'refused';
    default:
      return 'unreachable';
  }
}
