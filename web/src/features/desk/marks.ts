import { font } from '../../lib/canvas/font';
import type { Mark } from '../../lib/wire';
import type { Frame, Scene } from './candles';

type Spot = { index: number; side: Mark['side']; kind: Mark['kind']; count: number };

/** Fills of one candle, side and purpose share one triangle. */
export function spots(scene: Pick<Scene, 'bars' | 'marks' | 'width_s'>): Spot[] {
  const byTime = new Map(scene.bars.map(([t], index) => [t, index]));
  const found = new Map<string, Spot>();
  for (const { t_ms, side, kind } of scene.marks) {
    const index = byTime.get(Math.floor(t_ms / 1000 / scene.width_s) * scene.width_s);
    if (index === undefined) continue;
    const key = `${index} ${side} ${kind}`;
    const spot = found.get(key);
    if (spot) spot.count += 1;
    else found.set(key, { index, side, kind, count: 1 });
  }
  return [...found.values()];
}

/** Buys point up from below the candle, sells point down from above; entries are solid, exits hollow. */
export function drawMarks(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame) {
  const size = Math.max(4, Math.min(6, frame.step * 0.6));
  const taken = new Map<string, number>();
  ctx.lineWidth = 1.4;
  ctx.font = font(9.5, 600);
  ctx.textBaseline = 'middle';
  for (const { index, side, kind, count } of spots(scene)) {
    const bar = scene.bars[index]!;
    const way = side === 'buy' ? 1 : -1;
    const place = `${index} ${side}`;
    const before = taken.get(place) ?? 0;
    taken.set(place, before + 1);
    const x = Math.round(frame.x(index)) + 0.5;
    const tip = frame.y(side === 'buy' ? bar[3] : bar[2]) + way * (5 + before * (size * 2 + 2));
    const base = tip + way * size * 1.7;
    ctx.beginPath();
    ctx.moveTo(x, tip);
    ctx.lineTo(x - size, base);
    ctx.lineTo(x + size, base);
    ctx.closePath();
    ctx.fillStyle = kind === 'entry' ? scene.ink.accent : scene.ink.bg;
    ctx.strokeStyle = scene.ink.accent;
    ctx.fill();
    ctx.stroke();
    if (count > 1 && frame.step >= 9) {
      ctx.fillStyle = scene.ink.accent;
      ctx.textAlign = 'left';
      ctx.fillText(`×${count}`, x + size + 2, (tip + base) / 2);
    }
  }
  ctx.lineWidth = 1;
}
