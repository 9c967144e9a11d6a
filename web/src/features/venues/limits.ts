/** How a venue's limits read. Pure, so it is tested as numbers. */

import type { VenueLimit } from '../../lib/wire';

export const URGENCIES = ['cancel', 'resolve', 'amend', 'place', 'read'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Who waits, in the order they go. */
export function urgencies(waiting: readonly number[]): [Urgency, number][] {
  return URGENCIES.map((name, at): [Urgency, number] => [name, waiting[at] ?? 0]).filter(
    ([, count]) => count > 0
  );
}

const share = (part: number, whole: number) => (whole > 0 ? Math.max(0, Math.min(1, part / whole)) : 0);

/** What the meter draws, as shares of the whole limit: what is used, and what only cancels may use. */
export function drawn({ used, capacity, reserved }: VenueLimit): { used: number; kept: number } {
  return { used: share(used, capacity), kept: share(reserved, capacity) };
}

/** New orders stop where the cancels' share begins: calm up to 60 % of that, a warning up to 85 %, then red. */
export function toneOfUse({ used, capacity, reserved }: VenueLimit): 'accent' | 'warn' | 'bad' {
  const part = share(used, capacity - reserved);
  return part < 0.6 ? 'accent' : part < 0.85 ? 'warn' : 'bad';
}

/** Nothing is left but what is kept for cancels. */
export const isFull = ({ used, capacity, reserved }: VenueLimit) =>
  capacity > 0 && used >= capacity - reserved;

/** `weight 1m` → the word and the window; a path keeps what tells it apart. */
export function nameOf(name: string): { what: string; window_ms: number | null } {
  const found = /^(.+) (\d+)([sm])$/.exec(name);
  if (found) {
    const [, what = '', count, unit] = found;
    return { what, window_ms: Number(count) * (unit === 's' ? 1000 : 60_000) };
  }
  const what = name.replace('/api/v5/', '').replace(/^[a-z]+ /i, (method) => method.toUpperCase());
  return { what: name.includes('/') ? what : name, window_ms: null };
}

/** `8h` as milliseconds; null where nothing is said. */
export function spanOf(text: string | null): number | null {
  const found = /^(\d+)h$/.exec(text ?? '');
  return found ? Number(found[1]) * 3_600_000 : null;
}
