import { expect, test } from 'vitest';
import { strokePath } from './strokePath.ts';

test('a tap is a dot, a stroke is a curve through the middles that ends where the finger left', () => {
  expect(strokePath([], 100)).toBe('');
  expect(strokePath([{ x: 0.1, y: 0.2, t: 0 }], 100)).toBe('M10 20h0.01');
  const stroke = [
    { x: 0, y: 0, t: 0 },
    { x: 0.1, y: 0.1, t: 8 },
    { x: 0.2, y: 0, t: 16 },
  ];
  expect(strokePath(stroke, 100)).toBe('M0 0Q0 0 5 5Q10 10 15 5L20 0');
});
