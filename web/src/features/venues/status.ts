/** How a venue's state reads at a glance. Pure, so it is tested as words. */

import type { Feed, VenueStatus } from '../../lib/wire';

export type Tone = 'ok' | 'warn' | 'bad';

/** Red is where no new order may leave. */
const RED = ['CANCEL_ONLY', 'MAINTENANCE', 'QUARANTINE', 'DOWN'];

export function toneOf({ state, why }: Pick<VenueStatus, 'state' | 'why'>): Tone {
  if (RED.includes(state)) return 'bad';
  return state === 'NORMAL' && !why.en ? 'ok' : 'warn';
}

/** After so long without an event a view says nothing about the market. */
const SILENT_MS = 2000;

export function feedState({ leader, quarantined, age_ms }: Feed): { word: FeedWord; tone: Tone | 'idle' } {
  if (quarantined) return { word: 'out', tone: 'bad' };
  if (age_ms === null || age_ms > SILENT_MS) return { word: 'silent', tone: 'bad' };
  return leader ? { word: 'leader', tone: 'ok' } : { word: 'ready', tone: 'idle' };
}
export type FeedWord = 'out' | 'silent' | 'leader' | 'ready';

/** What went wrong since the start, worst first; what never happened is left out. */
export const TROUBLES = [
  ['fills_mismatched', 'bad'],
  ['lost', 'warn'],
  ['pushbacks', 'warn'],
  ['unreadable', 'warn'],
  ['not_sent', 'warn'],
  ['quarantines', 'warn'],
  ['gaps', 'plain'],
  ['reconnects', 'plain'],
  ['failovers', 'plain'],
  ['throttled', 'plain'],
  ['self_matches', 'plain']
] as const;
export type Trouble = (typeof TROUBLES)[number][0];

export const troubles = (counts: VenueStatus['counts']) =>
  TROUBLES.map(([name, tone]) => ({ name, tone, count: counts[name] })).filter(({ count }) => count > 0);
