import { memo, useEffect, useId, useRef, useState } from 'react';
import { Platform, TextInput, View, type TextStyle } from 'react-native';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { PRIVATE_INPUT } from '../../ui/TextField.tsx';
import { Heading } from '../../ui/Text.tsx';
import { caretAfterEdit, type Caret } from './caretAfterEdit.ts';
import { placeCaret, readCaret } from './caret';

export type { Caret } from './caretAfterEdit.ts';

interface SectionInputProps {
  readonly code: string;
  readonly label: string;
  readonly text: string;
  /** Focuses and puts the cursor there when the note opens. */
  readonly initialCaret: Caret | null;
  readonly onChange: (section: string, text: string, caret: Caret) => void;
  readonly onCaret: (section: string, caret: Caret) => void;
}

// The box grows with its text where the browser can do it; elsewhere its content's height is followed.
const growing = Platform.OS === 'web' ? ({ fieldSizing: 'content' } as unknown as TextStyle) : null;

/** One section of a note: a large box that grows, and never loses a character or the cursor. */
export const SectionInput = memo(function SectionInput(props: SectionInputProps) {
  const { code, label, text, onChange, onCaret } = props;
  const palette = usePalette();
  const id = useId();
  const input = useRef<TextInput>(null);
  const [first] = useState(props.initialCaret);
  const caret = useRef<Caret>(first ?? { start: text.length, end: text.length });
  const shown = useRef(text);
  const [focused, setFocused] = useState(false);
  const [height, setHeight] = useState(0);

  useEffect(() => {
    shown.current = text;
  }, [text]);

  useEffect(() => {
    if (first === null || input.current === null) return;
    input.current.focus();
    placeCaret(input.current, first);
  }, [first]);

  return (
    <View style={{ gap: 6 }}>
      <Heading level={2} nativeID={id}>
        {label}
      </Heading>
      <TextInput
        {...PRIVATE_INPUT}
        ref={input}
        multiline
        scrollEnabled={false}
        value={text}
        accessibilityLabelledBy={id}
        {...(Platform.OS === 'web' ? {} : { accessibilityLabel: label })}
        testID={testIds.note.section(code)}
        onChangeText={(next) => {
          caret.current = readCaret(input.current) ?? caretAfterEdit(shown.current, next);
          shown.current = next;
          onChange(code, next, caret.current);
        }}
        onSelectionChange={({ nativeEvent: { selection } }) => {
          if (selection.start === caret.current.start && selection.end === caret.current.end) return;
          caret.current = { start: selection.start, end: selection.end };
          onCaret(code, caret.current);
        }}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onContentSizeChange={(event) => setHeight(event.nativeEvent.contentSize.height)}
        style={[
          {
            minHeight: Math.max(132, Platform.OS === 'web' ? 0 : height + 28),
            padding: 14,
            borderWidth: focused ? 2 : 1,
            borderRadius: 14,
            borderColor: focused ? palette.primary : palette.outline,
            backgroundColor: palette.surface,
            color: palette.onSurface,
            fontSize: 17,
            lineHeight: 26,
            textAlignVertical: 'top',
          },
          growing,
        ]}
      />
    </View>
  );
});
