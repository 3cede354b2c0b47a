import type { Stroke } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PanResponder, View, type ViewStyle } from 'react-native';
import Svg, { Line, Path } from 'react-native-svg';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Text } from '../../ui/Text.tsx';
import { strokePath } from './strokePath.ts';

/** One shape on every window: what was drawn upright is still whole when the device is turned. */
const RATIO = 2 / 3;
const WIDEST = 480;

interface SignaturePadProps {
  readonly label: string;
  readonly strokes: readonly Stroke[];
  readonly onChange: (strokes: readonly Stroke[]) => void;
  /** True while a finger is down, so that the page does not scroll under it. */
  readonly onDrawing: (drawing: boolean) => void;
}

/** Signs with finger, pen or mouse. White in both themes, as paper is, and as the PDF will be. */
export function SignaturePad({ label, strokes, onChange, onDrawing }: SignaturePadProps) {
  const { t } = useTranslation();
  const palette = usePalette();
  const [width, setWidth] = useState(0);
  const [current, setCurrent] = useState<Stroke>([]);
  const [pen] = useState(createPen);
  useEffect(
    () => pen.update({ width, strokes, onChange, onDrawing, onCurrent: setCurrent }),
    [pen, width, strokes, onChange, onDrawing],
  );
  const drawn = current.length === 0 ? strokes : [...strokes, current];
  return (
    <View style={{ gap: 8 }}>
      <View
        {...pen.handlers}
        role="img"
        accessibilityLabel={`${label}. ${strokes.length === 0 ? t('consent.padEmpty') : t('consent.padSigned')}`}
        testID={testIds.consent.pad}
        onLayout={(event) => setWidth(event.nativeEvent.layout.width)}
        style={[
          {
            aspectRatio: 1 / RATIO,
            width: '100%',
            maxWidth: WIDEST,
            borderRadius: 14,
            borderWidth: 2,
            borderColor: palette.outline,
            backgroundColor: '#FFFFFF',
            overflow: 'hidden',
          },
          // The browser must not scroll or select while someone signs.
          { touchAction: 'none', userSelect: 'none', cursor: 'crosshair' } as unknown as ViewStyle,
        ]}
      >
        <View style={{ pointerEvents: 'none' }}>
          <Svg width={width} height={width * RATIO}>
            <Line x1="6%" x2="94%" y1="76%" y2="76%" stroke="#9AA9A6" strokeWidth={1.5} />
            {drawn.map((stroke, index) => (
              <Path
                key={index}
                d={strokePath(stroke, width)}
                stroke="#10243E"
                strokeWidth={3}
                strokeLinecap="round"
                strokeLinejoin="round"
                fill="none"
              />
            ))}
          </Svg>
        </View>
      </View>
      <View
        style={{
          maxWidth: WIDEST,
          flexDirection: 'row',
          justifyContent: 'space-between',
          alignItems: 'center',
          gap: 12,
        }}
      >
        <Text size="small" tone="muted" style={{ flexShrink: 1 }}>
          {t('consent.padHint')}
        </Text>
        <Button
          kind="plain"
          icon="eraser"
          label={t('consent.clear')}
          disabled={strokes.length === 0}
          testID={testIds.consent.clear}
          onPress={() => onChange([])}
        />
      </View>
    </View>
  );
}

interface PenProps {
  readonly width: number;
  readonly strokes: readonly Stroke[];
  readonly onChange: (strokes: readonly Stroke[]) => void;
  readonly onDrawing: (drawing: boolean) => void;
  readonly onCurrent: (stroke: Stroke) => void;
}

/** Touches to strokes. The responder is made once; what changes between strokes is handed to it by `update`. */
function createPen() {
  let now: PenProps | null = null;
  let start = { x: 0, y: 0 };
  let firstAt = 0;
  let stroke: Stroke = [];

  const add = (x: number, y: number) => {
    if (now === null || now.width === 0) return;
    const { width } = now;
    const point = { x: clamp(x / width, 1), y: clamp(y / width, RATIO) };
    stroke = [...stroke, { ...point, t: systemClock.now() - firstAt }];
    now.onCurrent(stroke);
  };
  const finish = () => {
    if (stroke.length > 0) now?.onChange([...now.strokes, stroke]);
    stroke = [];
    now?.onCurrent([]);
    now?.onDrawing(false);
  };
  const { panHandlers } = PanResponder.create({
    onStartShouldSetPanResponder: () => true,
    onMoveShouldSetPanResponder: () => true,
    onPanResponderTerminationRequest: () => false,
    onPanResponderGrant: ({ nativeEvent: { locationX, locationY } }) => {
      now?.onDrawing(true);
      if (now?.strokes.length === 0) firstAt = systemClock.now();
      start = { x: locationX, y: locationY };
      stroke = [];
      add(locationX, locationY);
    },
    onPanResponderMove: (_event, { dx, dy }) => add(start.x + dx, start.y + dy),
    onPanResponderRelease: finish,
    onPanResponderTerminate: finish,
  });
  return {
    handlers: panHandlers,
    update: (props: PenProps) => {
      now = props;
    },
  };
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
