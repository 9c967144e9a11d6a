import type { DecisionRow, Instrument, OrderRow, Setting } from '../../lib/wire';
import type { Place } from '../../lib/url';
import { placeOf, symbolOf } from '../../lib/venue';

export type Found = {
  kind: 'page' | 'instrument' | 'order' | 'decision' | 'setting';
  title: string;
  note: string;
  to: Partial<Place>;
};
export type Known = {
  pages: { page: Place['page']; title: string }[];
  instruments: Instrument[];
  orders: OrderRow[];
  decisions: DecisionRow[];
  settings: Setting[];
};

const EACH = 9;

/** Everything that contains all the words asked for, pages first. */
export function find(text: string, known: Known): Found[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all: Found[][] = [
    known.pages.map(({ page, title }) => ({ kind: 'page', title, note: '', to: { page, id: null } })),
    known.instruments.map((i) => ({
      kind: 'instrument',
      title: placeOf(i.id),
      note: i.symbol === symbolOf(i.id) ? i.id : `${i.id} ${i.symbol}`,
      to: { page: 'desk', id: null, instrument: i.id }
    })),
    known.orders.map((o) => ({
      kind: 'order',
      title: o.id,
      note: `${placeOf(o.instrument)} ${o.side} ${o.state}`,
      to: { page: 'orders', id: o.id }
    })),
    known.decisions.map((d) => ({
      kind: 'decision',
      title: d.id,
      note: `${placeOf(d.instrument)} ${d.reason}`,
      to: { page: 'gate', id: d.id }
    })),
    known.settings.map((s) => ({
      kind: 'setting',
      title: s.path,
      note: String(s.value),
      to: { page: 'system', id: s.path }
    }))
  ];
  const fits = (found: Found) => words.every((w) => `${found.title} ${found.note}`.toLowerCase().includes(w));
  return all.flatMap((group) => group.filter(fits).slice(0, EACH));
}
