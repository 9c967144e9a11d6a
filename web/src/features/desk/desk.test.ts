import { describe, expect, it } from 'vitest';
import type { Bar, OurLevel } from '../../lib/wire';
import { aggregate } from './aggregate';
import { spots } from './marks';
import { rungs, standing } from './rungs';
import { byKey, inSight, move, roomFor, USUAL, zoom } from './view';

const ours = (price: string, ahead: string, left: string, behind: string): OurLevel => ({
  id: 'a',
  side: 'buy',
  price,
  qty: left,
  left,
  ahead,
  behind
});

describe('candles', () => {
  const second: Bar[] = [
    [10, 5, 7, 5, 6, 1],
    [11, 6, 9, 6, 8, 2],
    [15, 8, 8, 3, 4, 4]
  ];

  it('gathers seconds into wider bars at whole multiples', () => {
    expect(aggregate(second, 5)).toEqual([
      [10, 5, 9, 5, 8, 3],
      [15, 8, 8, 3, 4, 4]
    ]);
    expect(second[0]).toEqual([10, 5, 7, 5, 6, 1]);
  });

  it('leaves one-second bars alone', () => expect(aggregate(second, 1)).toBe(second));

  it('puts fills of one candle, side and purpose together', () => {
    const mark = (t_ms: number, side: 'buy' | 'sell') =>
      ({ t_ms, side, price: '1', qty: '1', id: 'a', kind: 'entry' }) as const;
    const found = spots({
      bars: aggregate(second, 5),
      width_s: 5,
      marks: [mark(10_100, 'buy'), mark(14_900, 'buy'), mark(15_000, 'sell'), mark(99_000, 'buy')]
    });
    expect(found.map(({ index, side, count }) => `${index} ${side} ×${count}`)).toEqual([
      '0 buy ×2',
      '1 sell ×1'
    ]);
  });
});

describe('what is in sight', () => {
  const bars = Array.from({ length: 300 }, (_, t) => [t, 1, 1, 1, 1, 1] as Bar);

  it('is the newest candles at first', () => {
    const { shown, first } = inSight(bars, USUAL);
    expect([shown.length, first, shown.at(-1)![0]]).toEqual([120, 180, 299]);
  });

  it('moves back and never past the ends', () => {
    expect(move(USUAL, 50, 300).back).toBe(50);
    expect(move(USUAL, -50, 300).back).toBe(0);
    expect(move(USUAL, 9999, 300).back).toBe(290);
  });

  it('gives a young market room of its own', () => {
    expect([3, 100, 300].map((length) => roomFor(USUAL, length))).toEqual([36, 108, 120]);
  });

  it('zooms by wheel and by keys', () => {
    expect(zoom(USUAL, 0.5, 300).count).toBe(60);
    expect(zoom(USUAL, 0.001, 300).count).toBe(20);
    expect(byKey('-', USUAL, 300)!.count).toBe(150);
    expect(byKey('x', USUAL, 300)).toBeNull();
  });
});

describe('the ladder', () => {
  it('puts our order on its level, and keeps a level the book does not show', () => {
    const side = rungs([['10', '5'], ['9', '4']], [ours('9', '1', '1', '2'), ours('8.5', '0', '1', '0')], 'bid'); // prettier-ignore
    expect(side.map(({ price, qty, ours }) => `${price} ${qty} ${ours.length}`)).toEqual([
      '10 5 0',
      '9 4 1',
      '8.5 null 1'
    ]);
  });

  it('runs asks upwards and keeps to its own side', () => {
    const side = rungs([['11', '5'], ['10.5', '4']], [ours('9', '1', '1', '2')], 'ask'); // prettier-ignore
    expect(side.map((rung) => rung.price)).toEqual(['10.5', '11']);
  });

  it('places the notch by what stands ahead', () => {
    expect(standing(ours('9', '0', '2', '0'))).toBe(0.5);
    expect(standing(ours('9', '6', '2', '2'))).toBe(0.7);
    expect(standing(ours('9', '0', '0', '0'))).toBe(0);
  });
});
