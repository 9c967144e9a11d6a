import { expect, it } from 'vitest';
import type { Envelope, OrderRow } from '../wire';
import { Live } from './store.svelte';

const orders = (...ids: string[]) =>
  ({
    seq: 1,
    ts_ms: 0,
    topic: 'orders',
    data: ids.map((id, t_ms) => ({ id, t_ms }) as OrderRow)
  }) as Envelope;
const candles = (instrument: string, ...seconds: number[]) =>
  ({
    seq: 1,
    ts_ms: 0,
    topic: 'candles',
    data: { instrument, tf_s: 1, bars: seconds.map((t) => [t, 1, 1, 1, 1, 1]), marks: [] }
  }) as Envelope;

it('starts a topic afresh when it comes whole, and joins changes after that', () => {
  const live = new Live();
  live.expectWhole(['orders']);
  live.apply(orders('a'));
  live.apply(orders('b'));
  expect(live.orders).toHaveLength(2);
  live.expectWhole(['orders']);
  live.apply(orders('c'));
  expect(live.orders.map((order) => order.id)).toEqual(['c']);
});

it('never mixes the candles of two instruments', () => {
  const live = new Live();
  live.apply(candles('A', 1, 2));
  live.apply(candles('B', 2));
  expect(live.bars).toHaveLength(1);
  expect(live.candlesOf).toBe('B');
});
