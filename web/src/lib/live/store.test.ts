import { expect, it } from 'vitest';
import type { Envelope, OrderRow } from '../wire';
import { Live } from './store.svelte';

const envelope = (topic: string, whole: boolean, data: unknown) =>
  ({ seq: 1, ts_ms: 0, topic, whole, data }) as Envelope;
const orders = (whole: boolean, ...ids: string[]) =>
  envelope(
    'orders',
    whole,
    ids.map((id, t_ms) => ({ id, t_ms }) as OrderRow)
  );
const candles = (instrument: string, ...seconds: number[]) =>
  envelope('candles', false, {
    instrument,
    tf_s: 1,
    bars: seconds.map((t) => [t, 1, 1, 1, 1, 1]),
    marks: []
  });

it('starts a topic afresh when it comes whole, and joins changes after that', () => {
  const live = new Live();
  live.apply(orders(true, 'a'));
  live.apply(orders(false, 'b'));
  expect(live.orders).toHaveLength(2);
  live.apply(orders(true, 'c'));
  expect(live.orders.map((order) => order.id)).toEqual(['c']);
});

it('never mixes the candles of two instruments', () => {
  const live = new Live();
  live.apply(candles('A', 1, 2));
  live.apply(candles('B', 2));
  expect(live.bars).toHaveLength(1);
  expect(live.candlesOf).toBe('B');
});
