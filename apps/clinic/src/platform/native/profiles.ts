import type { DeviceProfile, ProfileStore } from '@fieldchart/clinic-client';
import { createTextFile } from './textFile.ts';

/** Profiles as one JSON file: a handful of entries, read and replaced whole. */
export function createNativeProfiles(): ProfileStore {
  const file = createTextFile('profiles.json');
  const list = async (): Promise<readonly DeviceProfile[]> => {
    const text = await file.read();
    // A damaged file throws here and stays as it is: it is never taken for "nobody is enrolled".
    return text === null ? [] : (JSON.parse(text) as DeviceProfile[]);
  };
  const replace = async (userId: string, profiles: readonly DeviceProfile[]) => {
    const others = (await list()).filter((profile) => profile.userId !== userId);
    await file.write(JSON.stringify([...others, ...profiles]));
  };
  return {
    list,
    save: (profile) => replace(profile.userId, [profile]),
    remove: (userId) => replace(userId, []),
  };
}
