import { describe, expect, it } from 'vitest';
import type { Bar, Mark } from '../wire';
import { mergeBars, mergeMarks, mergePoints, mergeRows } from './merge';

const bar = (t: number, close: number): Bar => [t, 1, 1, 1, close, 1];

describe('rows', () => {
  const rows = [
    { id: 'b', t_ms: 2, state: 'ACK' },
    { id: 'a', t_ms: 1, state: 'ACK' }
  ];

  it('replaces a changed row in its place and puts a new one first', () => {
    const merged = mergeRows(rows, [
      { id: 'a', t_ms: 1, state: 'FILL' },
      { id: 'c', t_ms: 3, state: 'ACK' }
    ]);
    expect(merged.map((row) => `${row.id} ${row.state}`)).toEqual(['c ACK', 'b ACK', 'a FILL']);
  });

  it('is the same after the same change twice', () => {
    const change = [{ id: 'c', t_ms: 3, state: 'ACK' }];
    expect(mergeRows(mergeRows(rows, change), change)).toEqual(mergeRows(rows, change));
  });

  it('keeps the very list when nothing changed, so nothing is drawn again', () => {
    expect(mergeRows(rows, [])).toBe(rows);
  });
});

describe('bars and points', () => {
  it('changes the newest bar and appends the next', () => {
    const merged = mergeBars([bar(1, 10), bar(2, 20)], [bar(2, 21), bar(3, 30)]);
    expect(merged.map(([t, , , , close]) => [t, close])).toEqual([
      [1, 10],
      [2, 21],
      [3, 30]
    ]);
  });

  it('takes a late bar into the middle', () => {
    expect(mergeBars([bar(1, 1), bar(3, 3)], [bar(2, 2)]).map(([t]) => t)).toEqual([1, 2, 3]);
  });

  it('takes the whole again over what it has', () => {
    const whole: [number, number, number][] = [
      [1, 5, 0],
      [2, 6, -1]
    ];
    expect(mergePoints(whole, whole)).toEqual(whole);
  });
});

it('keeps two fills of one order and drops a repeated one', () => {
  const fill = (t_ms: number): Mark => ({ t_ms, side: 'buy', price: '1', qty: '2', id: 'a', kind: 'entry' });
  expect(mergeMarks([fill(1)], [fill(1), fill(2)])).toHaveLength(2);
});
