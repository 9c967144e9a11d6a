import { expect, it } from 'vitest';
import type { Hop, OrderLife } from '../../lib/wire';
import { placeOf, queueSteps, rows, stations, timed } from './lifeline';
import { readable } from './record';

const hop = (name: string, after_ms: number): Hop => ({ hop: name, after_ms, t_ns: '0' });
const line = stations([
  hop('decided', 0),
  hop('gated', 0.0006),
  hop('sent', 0.5),
  hop('ack', 2),
  hop('fill', 4002)
]);

it('reads a journal record as names and values, and other text as it is', () => {
  expect(readable('{"at":1,"kind":"report","report":"fill","qty":16,"maker":true,"id":"A1"}')).toBe(
    'report fill · qty 16 · maker true'
  );
  expect(readable('')).toBe('');
  expect(readable('torn {')).toBe('torn {');
});

it('runs from left to right with every gap in sight', () => {
  expect(line.map((station) => station.hop)).toEqual(['decided', 'gated', 'sent', 'ack', 'fill']);
  const widths = line.slice(1).map((station, i) => station.x - line[i]!.x);
  expect(Math.min(...widths)).toBeGreaterThan(0.08);
  expect(line.at(-1)!.x).toBe(1);
  expect(line.at(-1)!.gap_ms).toBe(4000);
});

it('makes a longer gap wider', () => {
  const [, gated, sent, ack, fill] = line.map((station) => station.x);
  expect(fill! - ack!).toBeGreaterThan(sent! - gated!);
});

it('runs time evenly between two stations', () => {
  const [ack, fill] = [line[3]!, line[4]!];
  expect(placeOf(2002, line)).toBeCloseTo((ack.x + fill.x) / 2);
  expect(placeOf(-1, line)).toBe(0);
  expect(placeOf(1e9, line)).toBe(1);
});

it('lays the queue on the same line', () => {
  const steps = queueSteps([[1002, 5], [5002, 0]], 1000, line); // prettier-ignore
  expect(steps.map(({ ahead }) => ahead)).toEqual([5, 0]);
  expect(steps[0]!.x).toBeCloseTo(line[3]!.x);
  expect(steps[1]!.x).toBeCloseTo(1);
});

it('moves a label down when it would touch the one before', () => {
  const close = stations([hop('decided', 0), hop('fill', 1000), hop('booked', 1000.01)]);
  expect(rows(close, 240, 74)).toEqual([0, 0, 1]);
});

it('takes the gate’s own time where the clock stood still', () => {
  const decision = { ns: 21_000 } as OrderLife['decision'];
  const hops = timed({ hops: [hop('decided', 0), hop('gated', 0), hop('sent', 1)], decision });
  expect(hops.map(({ after_ms }) => after_ms)).toEqual([0, 0.021, 1]);
});

it('draws an order that only was decided', () => {
  expect(stations([hop('decided', 0)])).toEqual([{ hop: 'decided', after_ms: 0, gap_ms: null, x: 0 }]);
});
