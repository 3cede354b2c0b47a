import { useState } from 'react';
import { View } from 'react-native';
import { useTranslation } from 'react-i18next';
import type { SecretKind } from '@fieldchart/clinic-client';
import { IconButton } from './Button.tsx';
import { TextField, type TextFieldProps } from './TextField.tsx';

interface SecretFieldProps extends Omit<TextFieldProps, 'secureTextEntry' | 'inputMode'> {
  readonly kind: SecretKind;
}

/** A PIN or passphrase, hidden unless shown by hand. */
export function SecretField({ kind, ...field }: SecretFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <View style={{ flexDirection: 'row', alignItems: 'flex-end', gap: 4 }}>
      <View style={{ flex: 1 }}>
        <TextField
          {...field}
          secureTextEntry={!shown}
          autoCapitalize="none"
          {...(kind === 'pin' ? { inputMode: 'numeric' as const } : {})}
        />
      </View>
      <View style={{ paddingBottom: field.error === undefined ? 2 : 28 }}>
        <IconButton
          icon={shown ? 'eye-off-outline' : 'eye-outline'}
          label={shown ? t('secret.hide') : t('secret.show')}
          onPress={() => setShown(!shown)}
        />
      </View>
    </View>
  );
}
