import {
  type Composition,
  type Consent,
  type FhirResource,
  signatureProvenance,
  signedPayload,
} from '@fieldchart/clinical';
import { base64UrlEncode } from '@fieldchart/foundation';
import { FlattenedSign } from 'jose';
import { expect } from 'vitest';
import type { TestDevice, TestServer } from './testServer.ts';

/** The Provenance with a device's signature over a note or consent, made now or when said. */
export async function signResource(
  server: TestServer,
  signed: Composition | Consent,
  device: TestDevice,
  options: { readonly as?: string; readonly when?: number } = {},
): Promise<FhirResource> {
  const jws = await new FlattenedSign(signedPayload([signed]))
    .setProtectedHeader({ alg: 'ES384', kid: device.id })
    .sign(device.privateKey);
  expect(jws.payload).toBe(base64UrlEncode(signedPayload([signed])));
  return signatureProvenance({
    id: server.uuid(),
    targets: [signed],
    signerId: options.as ?? device.practitionerId,
    organizationId: 'org',
    deviceId: device.id,
    when: options.when ?? server.clock.now(),
    jws: `${jws.protected ?? ''}..${jws.signature}`,
    type: 'author',
  });
}
