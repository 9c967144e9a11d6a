import type { Level, OurLevel } from '../../lib/wire';

export type Rung = { price: string; qty: string | null; side: 'bid' | 'ask'; ours: OurLevel[] };

/** The levels of one side with our orders on them, best first; our price stays even where the book shows nothing. */
export function rungs(levels: Level[], ours: OurLevel[], side: 'bid' | 'ask'): Rung[] {
  const mine = ours.filter((order) => (order.side === 'buy') === (side === 'bid'));
  const byPrice = new Map<string, Rung>(
    levels.map(([price, qty]) => [price, { price, qty, side, ours: [] }])
  );
  for (const order of mine) {
    const rung = byPrice.get(order.price) ?? { price: order.price, qty: null, side, ours: [] };
    rung.ours.push(order);
    byPrice.set(order.price, rung);
  }
  const way = side === 'bid' ? -1 : 1;
  return [...byPrice.values()].sort((a, b) => way * (Number(a.price) - Number(b.price)));
}

/** Where on its level's bar an order stands: 0 at the front of the queue, 1 at the back. */
export function standing({ ahead, behind, left }: OurLevel): number {
  const before = Number(ahead ?? 0);
  const whole = before + Number(left) + Number(behind ?? 0);
  return whole > 0 ? (before + Number(left) / 2) / whole : 0;
}
