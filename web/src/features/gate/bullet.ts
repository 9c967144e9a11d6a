import type { GateStep } from '../../lib/wire';

/** Shares of the track, 0 to 1. */
export type Bullet = {
  from: number;
  to: number;
  limit: number | null;
  /** The part of the track where the gate denies. */
  denied: [number, number] | null;
};

/** Gates that ask for more than the limit; every other asks for no more than it. */
const WANTS_MORE = new Set(['expected_return', 'sprt']);

export function senseOf({ gate, sense }: Pick<GateStep, 'gate' | 'sense'>): 'max' | 'min' {
  return sense ?? (WANTS_MORE.has(gate) ? 'min' : 'max');
}

/** A value against its limit on one track: zero, value and limit are always in sight. */
export function bullet(step: Pick<GateStep, 'gate' | 'value' | 'limit' | 'sense'>): Bullet | null {
  const { value, limit } = step;
  if (value === null || !Number.isFinite(value)) return null;
  const most = Math.max(value, limit ?? 0, 0);
  const least = Math.min(value, limit ?? 0, 0);
  const room = most - least || 1;
  const low = least < 0 ? least - room * 0.15 : 0;
  const high = most > 0 || least === 0 ? most + room * 0.28 : room * 0.15;
  const at = (x: number) => (x - low) / (high - low);
  const mark = limit === null ? null : at(limit);
  return {
    from: Math.min(at(0), at(value)),
    to: Math.max(at(0), at(value)),
    limit: mark,
    denied: mark === null ? null : senseOf(step) === 'max' ? [mark, 1] : [0, mark]
  };
}

/** As many decimals as a reader needs: small values keep two, large none. */
export function decimalsFor(value: number): number {
  const size = Math.abs(value);
  return Number.isInteger(value) ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : 2;
}
