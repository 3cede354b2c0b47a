import { organizationDescriptor, type OrganizationDescriptor } from '@fieldchart/clinical';
import Constants from 'expo-constants';
import { createTextFile } from './textFile.ts';

/**
 * The organisation that this app was built for. Its server's address stands in the app's configuration
 * (`extra.server`); its public keys are asked once and kept, so that later enrolments need no network.
 */
export function createNativeOrganization(): () => Promise<OrganizationDescriptor | undefined> {
  const file = createTextFile('organization.json');
  return async () => {
    const kept = parse(await file.read());
    if (kept !== undefined) return kept;
    const server: unknown = Constants.expoConfig?.extra?.['server'];
    if (typeof server !== 'string') return undefined;
    try {
      const text = await (await fetch(`${server}/organization.json`)).text();
      const heard = parse(text);
      if (heard !== undefined) await file.write(text);
      return heard;
    } catch {
      return undefined;
    }
  };
}

function parse(text: string | null): OrganizationDescriptor | undefined {
  if (text === null) return undefined;
  try {
    const parsed = organizationDescriptor.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
