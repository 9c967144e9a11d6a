/** How a change joins what is already on screen. Every merge may be repeated without harm. */

import type { Bar, DecisionRow, Mark, OrderRow, PnlPoint } from '../wire';

const MAX_BARS = 7200;
const MAX_ROWS = 500;
const MAX_POINTS = 4000;

/** Rows by id, newest first; a changed row keeps its place. */
export function mergeRows<Row extends { id: string; t_ms: number }>(old: Row[], changed: Row[]): Row[] {
  if (changed.length === 0) return old;
  const news = new Map(changed.map((row) => [row.id, row]));
  const kept = old.map((row) => {
    const replacement = news.get(row.id);
    news.delete(row.id);
    return replacement ?? row;
  });
  if (news.size === 0) return kept;
  const merged = [...news.values(), ...kept];
  return merged.sort((a, b) => b.t_ms - a.t_ms).slice(0, MAX_ROWS);
}

export const mergeOrders = (old: OrderRow[], changed: OrderRow[]) => mergeRows(old, changed);
export const mergeDecisions = (old: DecisionRow[], changed: DecisionRow[]) => mergeRows(old, changed);

/** Bars by their second, oldest first; the newest usually changes, the others rarely. */
export function mergeBars(old: Bar[], changed: Bar[]): Bar[] {
  return mergeByTime(old, changed, MAX_BARS);
}

export function mergePoints(old: PnlPoint[], news: PnlPoint[]): PnlPoint[] {
  return mergeByTime(old, news, MAX_POINTS);
}

function mergeByTime<Item extends [number, ...number[]]>(old: Item[], changed: Item[], most: number): Item[] {
  if (changed.length === 0) return old;
  const first = changed[0]![0];
  let start = old.length;
  while (start > 0 && old[start - 1]![0] >= first) start -= 1;
  const tail = new Map(old.slice(start).map((item) => [item[0], item]));
  for (const item of changed) tail.set(item[0], item);
  const sorted = [...tail.values()].sort((a, b) => a[0] - b[0]);
  return [...old.slice(0, start), ...sorted].slice(-most);
}

/** Fills on the chart, oldest first. One order may fill several times, so the whole mark is its identity. */
export function mergeMarks(old: Mark[], changed: Mark[]): Mark[] {
  if (changed.length === 0) return old;
  const key = (mark: Mark) => `${mark.id} ${mark.t_ms} ${mark.price} ${mark.qty}`;
  const known = new Set(old.map(key));
  const news = changed.filter((mark) => !known.has(key(mark)));
  if (news.length === 0) return old;
  return [...old, ...news].sort((a, b) => a.t_ms - b.t_ms).slice(-MAX_ROWS * 2);
}
