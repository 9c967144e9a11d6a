import { describe, expect, it } from 'vitest';
import type { VenueLimit, VenueStatus } from '../../lib/wire';
import { drawn, isFull, nameOf, spanOf, toneOfUse, urgencies } from './limits';
import { feedState, toneOf, troubles } from './status';

const limit = (used: number, capacity = 100, reserved = 20): VenueLimit => ({
  name: 'orders 10s',
  used,
  capacity,
  reserved,
  per_s: 10
});
const quiet = { ru: '', en: '' };
const feed = { no: 0, leader: true, quarantined: false, age_ms: 40, lag_ms: 3 };

describe('limits', () => {
  it('name only those who wait, cancels first', () => {
    expect(urgencies([1, 0, 0, 12, 0])).toEqual([
      ['cancel', 1],
      ['place', 12]
    ]);
    expect(urgencies([])).toEqual([]);
  });

  it('turn red where only cancels may still go', () => {
    expect([0, 47, 48, 67, 68, 80, 200].map((used) => toneOfUse(limit(used)))).toEqual([
      'accent',
      'accent',
      'warn',
      'warn',
      'bad',
      'bad',
      'bad'
    ]);
  });

  it('are full where the cancels’ share begins', () => {
    expect([79, 80, 99].map((used) => isFull(limit(used)))).toEqual([false, true, true]);
    expect(isFull(limit(0, 0, 0))).toBe(false);
  });

  it('are drawn within the bar, whatever the venue counts', () => {
    expect(drawn(limit(50))).toEqual({ used: 0.5, kept: 0.2 });
    expect(drawn(limit(250))).toEqual({ used: 1, kept: 0.2 });
    expect(drawn(limit(1, 0, 0))).toEqual({ used: 0, kept: 0 });
  });

  it('read their window from the name and drop what every path begins with', () => {
    expect(nameOf('orders 10s')).toEqual({ what: 'orders', window_ms: 10_000 });
    expect(nameOf('weight 1m')).toEqual({ what: 'weight', window_ms: 60_000 });
    expect(nameOf('/api/v5/trade/order')).toEqual({ what: 'trade/order', window_ms: null });
    expect(nameOf('Post /api/v5/trade/order')).toEqual({ what: 'POST trade/order', window_ms: null });
    expect(['8h', null, 'often'].map(spanOf)).toEqual([28_800_000, null, null]);
    expect(nameOf('orders of the account')).toEqual({ what: 'orders of the account', window_ms: null });
  });
});

describe('a venue', () => {
  it('is green only when it is normal and says nothing against itself', () => {
    expect(toneOf({ state: 'NORMAL', why: quiet })).toBe('ok');
    expect(toneOf({ state: 'NORMAL', why: { ru: 'нет стакана', en: 'no book' } })).toBe('warn');
    expect(toneOf({ state: 'DEGRADED', why: quiet })).toBe('warn');
    expect(toneOf({ state: 'MAINTENANCE', why: quiet })).toBe('bad');
  });

  it('shows a view that fell silent as silent, even if it leads', () => {
    expect(feedState(feed).word).toBe('leader');
    expect(feedState({ ...feed, leader: false }).word).toBe('ready');
    expect(feedState({ ...feed, age_ms: 5800 }).word).toBe('silent');
    expect(feedState({ ...feed, age_ms: null }).word).toBe('silent');
    expect(feedState({ ...feed, quarantined: true }).word).toBe('out');
  });

  it('tells only what happened, the worst first', () => {
    const none = { calls: 9, throttled: 0, not_sent: 0, lost: 0, pushbacks: 0, gaps: 0, failovers: 0 };
    const rest = { quarantines: 0, reconnects: 0, fills_compared: 4, fills_mismatched: 0, self_matches: 0 };
    const counts: VenueStatus['counts'] = { ...none, ...rest, unreadable: 0 };
    expect(troubles(counts)).toEqual([]);
    const told = troubles({ ...counts, gaps: 6, lost: 3, fills_mismatched: 1 });
    expect(told.map(({ name }) => name)).toEqual(['fills_mismatched', 'lost', 'gaps']);
  });
});
