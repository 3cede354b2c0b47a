import { useId, useState, type Ref } from 'react';
import { Platform, TextInput, View, type TextInputProps } from 'react-native';
import { usePalette } from '../theme/theme.ts';
import { Icon } from './Icon.tsx';
import { Text } from './Text.tsx';

/** What every input of client data carries: nothing is kept by autofill, spelling or keyboard learning. */
export const PRIVATE_INPUT = {
  autoComplete: 'off',
  spellCheck: false,
  autoCorrect: false,
  importantForAutofill: 'no',
} as const satisfies TextInputProps;

export interface TextFieldProps extends Omit<TextInputProps, 'style' | 'placeholder'> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly mono?: boolean;
  readonly inputRef?: Ref<TextInput>;
}

/** A labelled input with its hint and error, tied together for assistive technology. */
export function TextField({ label, hint, error, required, mono, inputRef, ...input }: TextFieldProps) {
  const palette = usePalette();
  const id = useId();
  const [focused, setFocused] = useState(false);
  const described = [hint === undefined ? null : `${id}-hint`, error === undefined ? null : `${id}-error`]
    .filter((part) => part !== null)
    .join(' ');
  return (
    <View style={{ gap: 6 }}>
      <Text size="strong" nativeID={`${id}-label`}>
        {label}
      </Text>
      {hint === undefined ? null : (
        <Text size="small" tone="muted" nativeID={`${id}-hint`}>
          {hint}
        </Text>
      )}
      <TextInput
        {...PRIVATE_INPUT}
        {...input}
        ref={inputRef}
        accessibilityLabelledBy={`${id}-label`}
        {...(Platform.OS === 'web' ? {} : { accessibilityLabel: label, accessibilityHint: error ?? hint })}
        {...{
          'aria-describedby': described === '' ? undefined : described,
          'aria-invalid': error !== undefined,
          'aria-required': required === true,
        }}
        onFocus={(event) => {
          setFocused(true);
          input.onFocus?.(event);
        }}
        onBlur={(event) => {
          setFocused(false);
          input.onBlur?.(event);
        }}
        style={{
          minHeight: input.multiline === true ? 120 : 52,
          paddingHorizontal: 14,
          paddingVertical: 12,
          borderWidth: focused ? 2 : 1,
          borderRadius: 12,
          borderColor: error === undefined ? (focused ? palette.primary : palette.outline) : palette.error,
          backgroundColor: palette.surface,
          color: palette.onSurface,
          fontSize: 16,
          textAlignVertical: input.multiline === true ? 'top' : 'center',
          ...(mono === true
            ? { fontFamily: Platform.OS === 'ios' ? 'Menlo' : 'monospace', letterSpacing: 0.5 }
            : {}),
        }}
      />
      {error === undefined ? null : <FieldError id={`${id}-error`} text={error} />}
    </View>
  );
}

function FieldError({ id, text }: { id: string; text: string }) {
  const palette = usePalette();
  return (
    <View role="alert" nativeID={id} style={{ flexDirection: 'row', gap: 8, alignItems: 'center' }}>
      <Icon name="alert-circle-outline" size={18} color={palette.error} />
      <Text size="small" tone="error" style={{ flexShrink: 1 }}>
        {text}
      </Text>
    </View>
  );
}
