import { Pressable, View } from 'react-native';
import { usePalette } from '../theme/theme.ts';
import { Icon } from './Icon.tsx';
import { Text } from './Text.tsx';

export interface ChoiceOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
  readonly testID?: string;
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly ChoiceOption<Value>[];
  readonly onChange: (value: Value) => void;
  readonly hideLabel?: boolean;
  /** Each in a line of its own: for labels whose length nobody knows. */
  readonly lines?: boolean;
}

/** One of a few, each a large row. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  hideLabel,
  lines,
}: ChoiceProps<Value>) {
  const palette = usePalette();
  return (
    <View role="radiogroup" accessibilityLabel={label} style={{ gap: 8 }}>
      {hideLabel === true ? null : <Text size="strong">{label}</Text>}
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
        {options.map((option) => {
          const chosen = option.value === value;
          return (
            <Pressable
              key={option.value}
              role="radio"
              aria-checked={chosen}
              accessibilityLabel={
                option.hint === undefined ? option.label : `${option.label}. ${option.hint}`
              }
              onPress={() => onChange(option.value)}
              testID={option.testID}
              style={{
                minHeight: 52,
                flexGrow: 1,
                flexBasis: lines === true ? '100%' : 140,
                paddingHorizontal: 14,
                paddingVertical: 10,
                borderRadius: 12,
                borderWidth: chosen ? 2 : 1,
                borderColor: chosen ? palette.primary : palette.outline,
                backgroundColor: chosen ? palette.primaryContainer : palette.surface,
                flexDirection: 'row',
                alignItems: 'center',
                gap: 10,
              }}
            >
              <Icon
                name={chosen ? 'radiobox-marked' : 'radiobox-blank'}
                color={chosen ? palette.primary : palette.outline}
              />
              <View style={{ flexShrink: 1 }}>
                <Text
                  size="strong"
                  style={{ color: chosen ? palette.onPrimaryContainer : palette.onSurface }}
                >
                  {option.label}
                </Text>
                {option.hint === undefined ? null : (
                  <Text size="small" style={{ color: chosen ? palette.onPrimaryContainer : palette.muted }}>
                    {option.hint}
                  </Text>
                )}
              </View>
            </Pressable>
          );
        })}
      </View>
    </View>
  );
}
