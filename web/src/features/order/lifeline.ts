import type { Hop, OrderLife } from '../../lib/wire';

/** The hops, with the gate's own measured time where the desk's clock stood still while it decided. */
export function timed({ hops, decision }: Pick<OrderLife, 'hops' | 'decision'>): Hop[] {
  const gate_ms = (decision?.ns ?? 0) / 1e6;
  return hops.map((hop) =>
    hop.hop === 'gated' ? { ...hop, after_ms: Math.max(hop.after_ms, gate_ms) } : hop
  );
}

/** A station on the line: `x` from 0 to 1, and the time since the one before. */
export type Station = { hop: string; after_ms: number; gap_ms: number | null; x: number };

/** Any hop is at least this wide, so that nanoseconds stay visible beside seconds. */
const LEAST = 1;

/**
 * Stations of an order from left to right. Hops take nanoseconds to minutes, so each gap's length is the logarithm of
 * its time; within one gap time runs evenly.
 */
export function stations(hops: Hop[]): Station[] {
  const inOrder = [...hops].sort((a, b) => a.after_ms - b.after_ms);
  const gaps = inOrder.map((hop, i) => (i === 0 ? null : hop.after_ms - inOrder[i - 1]!.after_ms));
  const lengths = gaps.map((gap) =>
    gap === null ? 0 : LEAST + Math.log10(1 + Math.max(0, gap) * 1000) * 0.5
  );
  const whole = lengths.reduce((sum, length) => sum + length, 0) || 1;
  let at = 0;
  return inOrder.map(({ hop, after_ms }, i) => {
    at += lengths[i]!;
    return { hop, after_ms, gap_ms: gaps[i]!, x: at / whole };
  });
}

/** Where a moment stands on the line drawn by `stations`. */
export function placeOf(after_ms: number, line: Station[]): number {
  const first = line[0];
  if (!first || after_ms <= first.after_ms) return 0;
  for (let i = 1; i < line.length; i += 1) {
    const [from, to] = [line[i - 1]!, line[i]!];
    if (after_ms > to.after_ms) continue;
    const share = (after_ms - from.after_ms) / Math.max(1e-9, to.after_ms - from.after_ms);
    return from.x + share * (to.x - from.x);
  }
  return 1;
}

/** The queue as steps: quantity ahead holds until the next change. */
export function queueSteps(
  queue: [t_ms: number, ahead: number][],
  decided_ms: number,
  line: Station[]
): { x: number; ahead: number }[] {
  return queue.map(([t_ms, ahead]) => ({ x: placeOf(t_ms - decided_ms, line), ahead }));
}

/** Labels that would touch stand on alternate rows. */
export function rows(line: Station[], width: number, label: number): number[] {
  const ends = [-Infinity, -Infinity, -Infinity];
  return line.map(({ x }) => {
    const at = x * width;
    const row = ends.findIndex((end) => at - end >= label);
    const chosen = row === -1 ? 0 : row;
    ends[chosen] = at;
    return chosen;
  });
}
