/** What a link reproduces: page, opened record, instrument, candle width, language, theme. Pure, so it is tested as text. */

export const PAGES = ['desk', 'orders', 'gate', 'venues', 'system'] as const;
export type Page = (typeof PAGES)[number];
export const WIDTHS_S = [1, 5, 15, 60] as const;

export type Place = {
  page: Page;
  /** Order on `orders`, decision on `gate`, venue on `venues`. */
  id: string | null;
  instrument: string | null;
  /** Candle width in seconds. */
  tf: number;
};

export function readPlace(url: URL): Place {
  const first = url.pathname.split('/')[1] || 'desk';
  const tf = Number(url.searchParams.get('tf'));
  return {
    page: PAGES.find((page) => page === first) ?? 'desk',
    id: url.searchParams.get('id'),
    instrument: url.searchParams.get('i'),
    tf: WIDTHS_S.find((width) => width === tf) ?? 5
  };
}

/** The link of a place. `keep` carries what belongs to the reader, not the place: language and theme. */
export function linkTo(place: Place, keep = new URLSearchParams()): string {
  const query = new URLSearchParams();
  if (place.id) query.set('id', place.id);
  if (place.instrument) query.set('i', place.instrument);
  if (place.tf !== 5) query.set('tf', String(place.tf));
  for (const name of ['lang', 'theme']) {
    const value = keep.get(name);
    if (value) query.set(name, value);
  }
  // Instrument ids are full of colons, which a query may carry as they are.
  const text = query.toString().replaceAll('%3A', ':');
  return `/${place.page}${text ? `?${text}` : ''}`;
}
