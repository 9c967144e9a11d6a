import type { Bar } from '../../lib/wire';

/** Which candles are in sight: how many, and how far back from the newest. */
export type View = { count: number; back: number };

export const USUAL: View = { count: 120, back: 0 };

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

export function zoom(view: View, factor: number, length: number): View {
  const count = Math.round(clamp(view.count * factor, 20, Math.max(40, Math.min(length, 1200))));
  return move({ ...view, count }, 0, length);
}

export function move(view: View, bars: number, length: number): View {
  return { ...view, back: clamp(Math.round(view.back + bars), 0, Math.max(0, length - 10)) };
}

/** How many candles the picture has room for: a young market is not drawn as a sliver at the edge. */
export function roomFor(view: View, length: number): number {
  return Math.min(view.count, Math.max(36, length + 8));
}

export function inSight(bars: Bar[], view: View): { shown: Bar[]; first: number } {
  const end = bars.length - view.back;
  const first = Math.max(0, end - view.count);
  return { shown: bars.slice(first, end), first };
}

/** What a key does to the view; `null` when it is not a chart key. */
export function byKey(key: string, view: View, length: number): View | null {
  const by = Math.max(1, Math.round(view.count / 10));
  switch (key) {
    case 'ArrowLeft':
      return move(view, by, length);
    case 'ArrowRight':
      return move(view, -by, length);
    case '+':
    case '=':
      return zoom(view, 0.8, length);
    case '-':
      return zoom(view, 1.25, length);
    case 'Home':
      return USUAL;
    default:
      return null;
  }
}
