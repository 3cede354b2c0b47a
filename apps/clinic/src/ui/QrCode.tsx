import encodeQR from 'qr';
import { useMemo } from 'react';
import { View } from 'react-native';
import Svg, { Path } from 'react-native-svg';

const QUIET_ZONE = 4;

/** A text as a QR code: black on white in both themes, because cameras expect it so. */
export function QrCode({ text, label, testID }: { text: string; label: string; testID?: string }) {
  const { path, width } = useMemo(() => drawPath(text), [text]);
  return (
    <View
      role="img"
      accessibilityLabel={label}
      testID={testID}
      style={{
        aspectRatio: 1,
        width: '100%',
        maxWidth: 480,
        alignSelf: 'center',
        backgroundColor: '#ffffff',
      }}
    >
      <Svg width="100%" height="100%" viewBox={`0 0 ${width} ${width}`}>
        <Path d={path} fill="#000000" />
      </Svg>
    </View>
  );
}

function drawPath(text: string): { readonly path: string; readonly width: number } {
  // Low correction: a screen does not get dirty, and each level makes the code wider.
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: QUIET_ZONE });
  const path = rows
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return { path, width: rows.length };
}
