import { createHash } from 'node:crypto';
import { base64UrlDecode, base64UrlEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { signJson } from './requests.ts';
import { type Answer, BASE_URL, type TestDevice, type TestServer } from './testServer.ts';

/** The keys of a device that nobody has registered yet. */
export type NewKeys = Pick<TestDevice, 'privateKey' | 'publicKey'>;

export const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/** A registration against a ticket's JWT, as a new device sends it; of whatever is not given it makes its own. */
export async function registrationOf(
  server: TestServer,
  jwt: string,
  options: { deviceId?: string; keys?: NewKeys; proof?: Record<string, unknown> } = {},
) {
  const keys = options.keys ?? (await server.newDeviceKeys());
  const deviceId = options.deviceId ?? server.uuid();
  const { jti } = JSON.parse(utf8Decode(base64UrlDecode(jwt.split('.')[1] ?? ''))) as { jti: string };
  const iat = Math.floor(server.clock.now() / 1000);
  const proof = { aud: BASE_URL, ticket: jti, device: deviceId, iat, ...options.proof };
  return {
    ticket: jwt,
    device_id: deviceId,
    public_key: keys.publicKey,
    proof: await signJson(proof, keys.privateKey),
  };
}

export async function register(
  server: TestServer,
  jwt: string,
  options: Parameters<typeof registrationOf>[2] = {},
): Promise<Answer> {
  const body = await registrationOf(server, jwt, options);
  return server.ask(undefined, 'POST', '/auth/register', body, { 'content-type': 'application/json' });
}

/** The text in which a device of a practitioner asks for rescue, with the keys that it made for itself. */
export async function rescueTextOf(
  server: TestServer,
  device: Pick<TestDevice, 'id' | 'practitionerId'>,
  changes: object = {},
) {
  const agreement = await server.newDeviceKeys();
  const signing = await server.newDeviceKeys();
  const request = {
    id: server.uuid(),
    organization: 'org',
    practitioner: device.practitionerId,
    device: device.id,
    sealed: 'aa.bb.cc.dd.ee',
    agreement_key: agreement.publicKey,
    device_id: server.uuid(),
    signing_key: signing.publicKey,
    iat: Math.floor(server.clock.now() / 1000),
    ...changes,
  };
  return { request, signing, text: rescueTextFrom(JSON.stringify(request)) };
}

/** Any content in the envelope of a rescue request, whose check is right. */
export function rescueTextFrom(content: string): string {
  const body = `FIELDCHART-RESCUE1.${base64UrlEncode(utf8Encode(content))}`;
  return `${body}.${sha256(body).slice(0, 12)}`;
}
