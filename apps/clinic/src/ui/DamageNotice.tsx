import { useCallback, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { useSession } from '../session/ShellContext.tsx';
import { testIds } from '../testIds.ts';
import { Notice } from './Notice.tsx';

/** On every screen, once the open record is known to be damaged: what is safe, and what to do. */
export function DamageNotice() {
  const { t } = useTranslation();
  const session = useSession();
  const damaged = useSyncExternalStore(
    useCallback((listener) => session.subscribeDamage(listener), [session]),
    () => session.recordDamaged(),
  );
  if (!damaged) return null;
  return (
    <View style={{ padding: 12 }}>
      <Notice
        tone="error"
        announce
        testID={testIds.damage}
        title={t('damage.title')}
        text={t('damage.text')}
      />
    </View>
  );
}
