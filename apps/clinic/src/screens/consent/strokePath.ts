import type { Stroke } from '@fieldchart/clinic-client';

/** An SVG path through the points of a stroke, rounded at each: straight pieces look like handwriting of nobody. */
export function strokePath(stroke: Stroke, width: number): string {
  const points = stroke.map(({ x, y }) => [round(x * width), round(y * width)] as const);
  const [first] = points;
  if (first === undefined) return '';
  const start = `M${first[0]} ${first[1]}`;
  // A dot is a line of no length: round caps make it visible.
  if (points.length === 1) return `${start}h0.01`;
  const curves = points.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = points[index] ?? first;
    return `Q${fromX} ${fromY} ${round((fromX + x) / 2)} ${round((fromY + y) / 2)}`;
  });
  const last = points.at(-1) ?? first;
  return `${start}${curves.join('')}L${last[0]} ${last[1]}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
