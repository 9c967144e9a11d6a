/** Made-up venues for the console: one in order, one that loses a view, one under maintenance and pushed back. */

const RESERVED = 0.2;
const limit = (name, capacity, per_s, used) => ({
  name,
  capacity,
  per_s,
  used,
  reserved: capacity * RESERVED
});
const quiet = { ru: '', en: '' };
const none = {
  throttled: 0,
  not_sent: 0,
  lost: 0,
  pushbacks: 0,
  gaps: 0,
  failovers: 0,
  quarantines: 0,
  reconnects: 0,
  fills_mismatched: 0,
  self_matches: 0,
  unreadable: 0
};
const view = (no, leader, age_ms, lag_ms, quarantined = false) => ({
  no,
  leader,
  quarantined,
  age_ms,
  lag_ms
});
const wave = (now, period_ms, most) => Math.round(most * (0.5 + 0.5 * Math.sin(now / period_ms)));

export function venues(now) {
  const common = {
    paused_until_ms: null,
    banned: false,
    penalties: [],
    waiting: [0, 0, 0, 0, 0],
    account_ready: true,
    dead_man_until_ms: null
  };
  return [
    {
      ...common,
      id: 'binance',
      host: '127.0.0.1:9001',
      state: 'NORMAL',
      why: quiet,
      views: [view(0, true, 12 + (now % 40), 3.1), view(1, false, 14 + (now % 40), 4.6)],
      clock_offset_ms: 0.41,
      round_trip_ms: 0.72,
      limits: [
        limit('orders 10s', 300, 10, wave(now, 4000, 210)),
        limit('orders 1m', 1200, 60, wave(now, 9000, 500)),
        limit('weight 1m', 2400, 60, 336)
      ],
      counts: { ...none, calls: 4812, fills_compared: 318, throttled: 2 },
      order_ms: [0.61, 1.9, 4.2],
      resync_ms: [7.5, 11.3, 11.3],
      dead_man: 'timer',
      dead_man_until_ms: now + 42_000,
      stp: 'EXPIRE_TAKER'
    },
    {
      ...common,
      id: 'okx',
      host: '127.0.0.1:9002',
      state: 'MAINTENANCE',
      why: { ru: 'плановая остановка', en: 'planned maintenance' },
      views: [view(0, true, 31, 8.2), view(1, false, 4800, 12)],
      clock_offset_ms: -1.2,
      round_trip_ms: 2.4,
      limits: [
        limit('/api/v5/trade/order', 60, 2, 57),
        limit('/api/v5/trade/cancel-order', 60, 2, 12),
        limit('orders of the account', 1000, 2, 620)
      ],
      waiting: [2, 0, 0, 7, 0],
      paused_until_ms: now + 9000,
      penalties: [{ path: '/api/v5/trade/fills', until_ms: now + 31_000 }],
      counts: { ...none, calls: 3907, lost: 3, not_sent: 7, pushbacks: 1, gaps: 6, fills_compared: 160 },
      order_ms: [0.64, 1.4, 3.1],
      resync_ms: [299, 324, 324],
      dead_man: 'timer',
      stp: 'cancel_maker'
    },
    {
      ...common,
      id: 'bybit',
      host: '127.0.0.1:9003',
      state: 'DEGRADED',
      why: { ru: 'один поток в карантине', en: 'one view is in quarantine' },
      views: [view(0, true, 22, 6), view(1, false, 950, 610, true)],
      account_ready: now % 60_000 > 8000,
      clock_offset_ms: 4.1,
      round_trip_ms: 13.9,
      limits: [
        limit('create 1s', 10, 1, wave(now, 1500, 9)),
        limit('cancel 1s', 10, 1, 1),
        limit('requests 5s', 600, 5, 14)
      ],
      counts: {
        ...none,
        calls: 4020,
        quarantines: 1,
        failovers: 1,
        fills_compared: 153,
        fills_mismatched: 1
      },
      order_ms: [0.57, 1.5, 3.2],
      resync_ms: null,
      dead_man: 'disconnect',
      stp: 'CancelTaker'
    }
  ];
}

export const meta = (markets) =>
  markets.map((market) => ({
    uid: market.id,
    tick: String(market.tick),
    lot: String(market.lot),
    min_notional: '5',
    multiplier: '1',
    maker_fee: '0.0002',
    taker_fee: '0.0005',
    funding_schedule: '8h',
    aliases: [market.symbol],
    status: 'TRADING',
    rule_version: 'b96e9b733746e045'
  }));

/** One wallet agrees, one is looked at again, one differs. */
export function balances(now) {
  const wallet = (venue, internal, diff, state) => ({
    key: `${venue}:USDT`,
    venue,
    asset: 'USDT',
    internal,
    venue_value: (Number(internal) + Number(diff)).toFixed(4),
    diff,
    tolerance: '1',
    state,
    told_ms: now - 4_000,
    match: state === 'agreed'
  });
  const items = [
    wallet('BINANCEUSDM', '100012.3412', '0', 'agreed'),
    wallet('OKX', '99987.1', '-250', 'differs'),
    wallet('BYBIT', '100000.5', '-3.5', 'doubtful')
  ];
  return { items, mismatch: 1 };
}

export function maintenance(now) {
  const at = (ms) => new Date(now + ms).toISOString();
  const hour = 3_600_000;
  const announced = { kind: 'Trading system upgrade', source: 'the venue', action: 'route_off' };
  return {
    windows: [
      {
        ...announced,
        venue: 'okx',
        from: at(-hour / 2),
        to: at(hour / 2),
        alerted_24h: true,
        alerted_1h: true
      }
    ]
  };
}
