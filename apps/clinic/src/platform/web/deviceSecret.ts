import { type Bytes, type Result, base64UrlDecode, base64UrlEncode, fail, ok } from '@fieldchart/foundation';
import { type DeviceSecret, type DeviceSecretProblem, noDeviceSecret } from '@fieldchart/key-vault';

// A passkey's PRF extension (WebAuthn level 3): HMAC under a key inside the platform's authenticator, evaluated only
// after the user is verified there. A passkey that may be backed up leaves the device and binds nothing to it.

const applicationName = 'Fieldchart';
const gestureTimeout = 120_000;
/** Flags of the authenticator data: backup eligible, backed up. */
const backupFlags = 0x08 | 0x10;
/** No one reads and declines a dialogue in less. */
const quickerThanAnyone = 400;

/** The bound secrets that passkeys of this browser give. */
export function createWebDeviceSecrets() {
  return {
    offered: prfOffered,
    create: createPasskey,
    open: passkeySecret,
    /** Asks the platform to forget the passkey. Not every browser can; without its key record it opens nothing. */
    remove: forgetPasskey,
    none: noDeviceSecret,
  };
}

/** Whether a bound secret may be had here. The truth shows only when one is made. */
async function prfOffered(): Promise<boolean> {
  if (!('PublicKeyCredential' in globalThis) || !isSecureContext) return false;
  try {
    if (!(await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())) return false;
    if (!('getClientCapabilities' in PublicKeyCredential)) return true;
    const capabilities: Record<string, boolean | undefined> = {
      ...(await PublicKeyCredential.getClientCapabilities()),
    };
    return capabilities['extension:prf'] !== false;
  } catch {
    return false;
  }
}

async function createPasskey(): Promise<
  Result<DeviceSecret, { kind: 'cancelled' | 'not-bound' | 'failed' }>
> {
  let credential: Credential | null;
  try {
    credential = await navigator.credentials.create({ publicKey: creationOptions() });
  } catch (error) {
    return fail({ kind: isDeclined(error) ? 'cancelled' : 'failed' });
  }
  if (!(credential instanceof PublicKeyCredential)) return fail({ kind: 'failed' });
  const response = credential.response as AuthenticatorAttestationResponse;
  const flags = new Uint8Array(response.getAuthenticatorData())[32] ?? 0;
  const bound = (flags & backupFlags) === 0 && credential.getClientExtensionResults().prf?.enabled === true;
  const id = base64UrlEncode(new Uint8Array(credential.rawId));
  if (bound) return ok(passkeySecret(id));
  await forgetPasskey(id);
  return fail({ kind: 'not-bound' });
}

function creationOptions(): PublicKeyCredentialCreationOptions {
  return {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    rp: { id: location.hostname, name: applicationName },
    // The platform shows and keeps these: nothing in them names the clinician.
    user: {
      id: crypto.getRandomValues(new Uint8Array(32)),
      name: applicationName,
      displayName: applicationName,
    },
    pubKeyCredParams: [
      { type: 'public-key', alg: -7 },
      { type: 'public-key', alg: -257 },
    ],
    authenticatorSelection: {
      authenticatorAttachment: 'platform',
      residentKey: 'required',
      userVerification: 'required',
    },
    attestation: 'none',
    timeout: gestureTimeout,
    extensions: { prf: {} },
  };
}

function passkeySecret(id: string): DeviceSecret {
  return { kind: 'webauthn-prf', id, derive: (inputs) => evaluate(id, inputs) };
}

async function evaluate(
  id: string,
  inputs: readonly Bytes[],
): Promise<Result<readonly Bytes[], { kind: DeviceSecretProblem }>> {
  const [first, second] = inputs;
  if (first === undefined) return ok([]);
  const begun = performance.now();
  let credential: Credential | null;
  try {
    credential = await navigator.credentials.get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rpId: location.hostname,
        allowCredentials: [{ type: 'public-key', id: base64UrlDecode(id), transports: ['internal'] }],
        userVerification: 'required',
        timeout: gestureTimeout,
        extensions: { prf: { eval: second === undefined ? { first } : { first, second } } },
      },
    });
  } catch (error) {
    if (!isDeclined(error)) return fail({ kind: 'failed' });
    // Browsers answer a passkey that is gone like one that was declined, to tell sites nothing. Only that no
    // dialogue was waited for shows the difference.
    return fail({ kind: performance.now() - begun < quickerThanAnyone ? 'missing' : 'cancelled' });
  }
  if (!(credential instanceof PublicKeyCredential)) return fail({ kind: 'failed' });
  const results = credential.getClientExtensionResults().prf?.results;
  const outputs = [results?.first, ...(second === undefined ? [] : [results?.second])].map(toBytes);
  const answers = outputs.filter((output) => output?.length === 32) as Bytes[];
  return answers.length === inputs.length ? ok(answers) : fail({ kind: 'failed' });
}

async function forgetPasskey(id: string): Promise<void> {
  // Chromium and Safari have it; the types of the DOM do not yet.
  const passkeys = PublicKeyCredential as typeof PublicKeyCredential & {
    signalUnknownCredential?: (options: { rpId: string; credentialId: string }) => Promise<void>;
  };
  await passkeys.signalUnknownCredential?.({ rpId: location.hostname, credentialId: id });
}

function toBytes(source: BufferSource | undefined): Bytes | undefined {
  if (source === undefined) return undefined;
  // The browser's own buffer is handed on, not copied: who was answered wipes the only one there is.
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
}

function isDeclined(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError');
}
