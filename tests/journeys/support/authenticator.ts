import type { Page } from 'playwright-core';

/**
 * Chromium's virtual platform authenticator on a page: passkeys with PRF, confirmed without a dialog. With `backedUp`
 * they are of the kind that an account copies to other devices.
 */
export async function addAuthenticator(page: Page, options: { readonly backedUp?: boolean } = {}) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...(options.backedUp === true ? { defaultBackupEligibility: true, defaultBackupState: true } : {}),
    },
  });
  return {
    async remove(): Promise<void> {
      await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
    async passkeys(): Promise<number> {
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.length;
    },
    async forgetPasskeys(): Promise<void> {
      await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
    },
  };
}

export type Authenticator = Awaited<ReturnType<typeof addAuthenticator>>;
