/** How a venue's limits read. Pure, so it is tested as numbers. */

export const URGENCIES = ['cancel', 'resolve', 'amend', 'place', 'read'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Who waits, in the order they go. */
export function urgencies(waiting: readonly number[]): [Urgency, number][] {
  return URGENCIES.map((name, at): [Urgency, number] => [name, waiting[at] ?? 0]).filter(
    ([, count]) => count > 0
  );
}

/** Calm up to 60 %, a warning up to 85 %, then red. */
export function toneOfUse(share: number): 'accent' | 'warn' | 'bad' {
  return share < 0.6 ? 'accent' : share < 0.85 ? 'warn' : 'bad';
}
