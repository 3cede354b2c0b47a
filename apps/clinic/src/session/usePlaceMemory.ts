import { moved, type ClinicSession } from '@fieldchart/clinic-client';
import { router, usePathname, type Href } from 'expo-router';
import { useEffect, useRef, useState } from 'react';

/**
 * After an unlock, goes to where the user was; from then on remembers every place.
 */
export function usePlaceMemory(session: ClinicSession): void {
  const pathname = usePathname();
  const [target] = useState(() => firstPlace(session.activity.getState().place.path));
  const settled = useRef(false);
  const asked = useRef(false);

  useEffect(() => {
    if (settled.current || pathname === target) {
      settled.current = true;
      session.activity.dispatch(moved({ path: pathname }));
    } else if (!asked.current) {
      asked.current = true;
      router.replace(target as Href);
    }
  }, [session, pathname, target]);
}

const firstPlace = (path: string): string => (path === '/' || path === '' ? '/clients' : path);
