import type { OrganizationDescriptor } from '@fieldchart/clinical';
import { systemClock } from '@fieldchart/foundation';
import {
  createFakeOrganization,
  printCode,
  sealCaseload,
  sealTicket,
} from '../../../packages/key-vault/src/testing/issueTicket.ts';
import type { BenchTicket } from '../device/enrolment.ts';
import { generateNotes } from './generateNotes.ts';

const CODE = '7ZK2M9QX4VHB0T3R';

/** 300 clients, 20 notes each. */
const NOTES = 6000;

/** A ticket with a caseload of 300 clients, issued and sealed as a server does. */
export async function makeTicket(): Promise<BenchTicket> {
  const organization = await createFakeOrganization('bench');
  const { practitionerId, portions } = generateNotes(NOTES);
  const entry = [...portions].flat().map((resource) => ({ resource }));
  const caseload = { cursor: 'bench.1', bundle: { resourceType: 'Bundle', type: 'collection', entry } };
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  const sealed = await sealCaseload(caseload, random);
  const now = Math.floor(systemClock.now() / 1000);
  const claims = { sub: practitionerId, iat: now, exp: now + 86_400, caseload_key: sealed.key };
  const ticket = await sealTicket(await organization.sign(claims), CODE);
  return {
    text: JSON.stringify({ format: 'fieldchart-ticket/1', ticket, caseload: sealed.jwe }),
    activationCode: printCode(CODE),
    // What the app reads of a descriptor: the keys; name and fingerprint are shown only.
    organization: {
      ...organization.descriptor,
      name: 'Bench',
      fingerprint: 'AAAA-BBBB',
    } as unknown as OrganizationDescriptor,
    notes: NOTES,
  };
}
