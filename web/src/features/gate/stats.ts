import type { DecisionRow, GateStats } from '../../lib/wire';

type Reason = GateStats['reasons'][number];
export type ParetoBar = Reason & { ofMost: number; running: number };

/** Most frequent first, each with the share of all denials up to and including it. */
export function pareto(reasons: Reason[]): ParetoBar[] {
  const sorted = [...reasons].sort((a, b) => b.count - a.count);
  const all = sorted.reduce((sum, reason) => sum + reason.count, 0);
  let sum = 0;
  return sorted.map((reason) => {
    sum += reason.count;
    return { ...reason, ofMost: reason.count / sorted[0]!.count, running: sum / all };
  });
}

export type Slot = { allowed: number; denied: number };

/** Decisions counted in equal slots of time that end at `until_ms`, oldest first. */
export function slots(decisions: DecisionRow[], until_ms: number, slot_ms: number, count: number): Slot[] {
  const made: Slot[] = Array.from({ length: count }, () => ({ allowed: 0, denied: 0 }));
  const end = Math.ceil(until_ms / slot_ms);
  for (const { t_ms, allow } of decisions) {
    const slot = made[count - (end - Math.floor(t_ms / slot_ms))];
    if (slot) slot[allow ? 'allowed' : 'denied'] += 1;
  }
  return made;
}

/** Where a latency stands between 10 ns and 1 ms, logarithmically. */
export function onLogScale(ns: number, low = 10, high = 1e6): number {
  const share = Math.log10(Math.max(ns, 1) / low) / Math.log10(high / low);
  return Math.max(0, Math.min(1, share));
}
