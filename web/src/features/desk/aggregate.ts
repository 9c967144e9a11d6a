import type { Bar } from '../../lib/wire';

/** One-second bars gathered into wider ones; a bar starts at a whole multiple of its width. */
export function aggregate(bars: Bar[], width_s: number): Bar[] {
  if (width_s === 1) return bars;
  const wide: Bar[] = [];
  for (const [t, open, high, low, close, volume] of bars) {
    const start = Math.floor(t / width_s) * width_s;
    const last = wide[wide.length - 1];
    if (last && last[0] === start) {
      last[2] = Math.max(last[2], high);
      last[3] = Math.min(last[3], low);
      last[4] = close;
      last[5] += volume;
    } else wide.push([start, open, high, low, close, volume]);
  }
  return wide;
}
