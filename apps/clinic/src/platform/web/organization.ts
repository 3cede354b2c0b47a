import { organizationDescriptor, type OrganizationDescriptor } from '@fieldchart/clinical';

const storageKey = 'fieldchart-organization';

/**
 * The organisation whose server this app was installed from: asked once per start where there is a network and
 * kept for enrolment without one. It holds public keys and a name, nothing of any client.
 *
 * Once somebody is enrolled on this device the key is pinned: a later host in the middle cannot replace what
 * tickets are checked against.
 */
export function createWebOrganization(
  isAnyoneEnrolled: () => Promise<boolean>,
): () => Promise<OrganizationDescriptor | undefined> {
  const refreshed = refresh(isAnyoneEnrolled);
  return async () => {
    await Promise.race([refreshed, new Promise((resolve) => setTimeout(resolve, 1500))]);
    return kept();
  };
}

function kept(): OrganizationDescriptor | undefined {
  try {
    const parsed = organizationDescriptor.safeParse(JSON.parse(localStorage.getItem(storageKey) ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function refresh(isAnyoneEnrolled: () => Promise<boolean>): Promise<void> {
  try {
    const response = await fetch('/organization.json', { cache: 'no-store' });
    const parsed = organizationDescriptor.safeParse(await response.json());
    if (!parsed.success) return;
    const known = kept();
    const pinned =
      known !== undefined && known.fingerprint !== parsed.data.fingerprint && (await isAnyoneEnrolled());
    if (!pinned) localStorage.setItem(storageKey, JSON.stringify(parsed.data));
  } catch {
    // No network, or a captive portal's page instead: what is kept stands.
  }
}
