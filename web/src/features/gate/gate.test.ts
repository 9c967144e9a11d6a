import { describe, expect, it } from 'vitest';
import type { DecisionRow, GateStep } from '../../lib/wire';
import { bullet, senseOf } from './bullet';
import { asked } from './limits';
import { onLogScale, pareto, slots } from './stats';

const step = (gate: string, value: number | null, limit: number | null) =>
  ({ gate, value, limit }) as GateStep;

describe('a bullet', () => {
  it('shows a value inside its limit short of the mark', () => {
    const drawn = bullet(step('latency', 15, 30))!;
    expect(drawn.from).toBe(0);
    expect(drawn.to).toBeLessThan(drawn.limit!);
    expect(drawn.denied![0]).toBe(drawn.limit);
  });

  it('shows a value over its limit beyond the mark, still in sight', () => {
    const drawn = bullet(step('spread', 12.4, 8))!;
    expect(drawn.to).toBeGreaterThan(drawn.limit!);
    expect(drawn.to).toBeLessThan(1);
  });

  it('denies below the limit where more is wanted', () => {
    const drawn = bullet(step('expected_return', -1.2, 2))!;
    expect(drawn.denied).toEqual([0, drawn.limit]);
    expect(drawn.from).toBeGreaterThanOrEqual(0);
    expect(drawn.to).toBeLessThan(drawn.limit!);
  });

  it('has nothing to draw without a value', () => expect(bullet(step('sprt', null, 2))).toBeNull());

  it('believes the server about which way a gate asks', () => {
    expect(senseOf({ gate: 'expected_return' })).toBe('min');
    expect(senseOf({ gate: 'expected_return', sense: 'max' })).toBe('max');
    expect(senseOf({ gate: 'new_gate' })).toBe('max');
  });
});

describe('what was asked', () => {
  const passed = (gate: string) => ({ gate, verdict: 'pass' }) as GateStep;
  const names = (gates: GateStep[], compact: boolean) => asked(gates, compact).rows.map((row) => row.gate);
  const gates = [passed('state'), passed('book'), passed('latency'), passed('spread')];

  it('folds kept limits into one line where room is little', () => {
    expect(asked(gates, true).kept).toBe(2);
    expect(names(gates, true)).toEqual(['latency', 'spread']);
    expect(names(gates, false)).toHaveLength(4);
  });

  it('keeps the row of a broken limit, and limits that stand alone', () => {
    const broken = [passed('state'), { gate: 'book', verdict: 'deny' } as GateStep, passed('latency')];
    expect(names(broken, true)).toHaveLength(3);
    expect(names(gates.slice(0, 2), true)).toHaveLength(2);
  });
});

it('orders denial reasons by count with a running share', () => {
  const reason = (code: string, count: number) => ({ code, count, text: { ru: code, en: code } });
  const bars = pareto([reason('a', 1), reason('b', 3)]);
  expect(bars.map(({ code, ofMost, running }) => [code, ofMost, running])).toEqual([
    ['b', 1, 0.75],
    ['a', 1 / 3, 1]
  ]);
  expect(pareto([])).toEqual([]);
});

it('counts decisions in slots that end now', () => {
  const at = (t_ms: number, allow: boolean) => ({ t_ms, allow }) as DecisionRow;
  const counted = slots(
    [at(9_999, true), at(9_000, false), at(5_000, true), at(100, true)],
    10_000,
    2_500,
    3
  );
  expect(counted).toEqual([
    { allowed: 0, denied: 0 },
    { allowed: 1, denied: 0 },
    { allowed: 1, denied: 1 }
  ]);
});

it('places latencies by their logarithm', () => {
  expect([10, 100, 1e6, 1, 1e9].map((ns) => onLogScale(ns))).toEqual([0, 0.2, 1, 0, 1]);
});
