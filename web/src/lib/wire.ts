/**
 * What the server says, exactly as in `docs/reference/console-api.md`.
 *
 * Money, prices and quantities are decimal strings in the instrument's own decimals: they are shown, never computed.
 */

export type Bilingual = { ru: string; en: string };
export type Side = 'buy' | 'sell';
export type Decimal = string;

export type TradingState = 'RUN' | 'HOLD' | 'KILLED';
export type Check = { id: string; ok: boolean; text: Bilingual };
export type Alert = {
  severity: string;
  code: string;
  text: Bilingual;
  /** What exactly was seen, in the words of whoever saw it. */
  detail: string | null;
  since_ms: number;
  /** When it was over; null while it stands. */
  until_ms: number | null;
  /** How often it happened. */
  count: number;
  link: string;
};
export type Slo = { name: string; value: number; limit: number; budget_left: number };

export type Frame = {
  profile: string;
  state: TradingState;
  cause: string;
  reason: string | null;
  since_ms: number;
  checks: Check[];
  pnl_day: Decimal | null;
  pnl_day_limit: Decimal | null;
  currency: string;
  exposure: Decimal | null;
  exposure_limit: Decimal | null;
  slo: Slo | null;
  data_age_ms: number | null;
  data_age_instrument: string | null;
  working_orders: number;
  working_venues: number;
  alerts: Alert[];
  now_ms: number;
  wall_ms: number;
  speed: number | 'max';
  market: string;
  market_ended: boolean;
  version: string;
};

export type Level = [price: Decimal, qty: Decimal];
export type OurLevel = {
  id: string;
  side: Side;
  price: Decimal;
  qty: Decimal;
  left: Decimal;
  ahead: Decimal | null;
  behind: Decimal | null;
};
export type Ladder = {
  instrument: string;
  bids: Level[];
  asks: Level[];
  last: Decimal | null;
  mid: Decimal | null;
  micro: Decimal | null;
  spread: Decimal | null;
  spread_bps: number | null;
  obi: number | null;
  tfi: number | null;
  age_ms: number | null;
  flags: string[];
  ours: OurLevel[];
};

export type Bar = [t_s: number, open: number, high: number, low: number, close: number, volume: number];
export type Mark = {
  t_ms: number;
  side: Side;
  price: Decimal;
  qty: Decimal;
  id: string;
  kind: 'entry' | 'exit';
};
export type Candles = { instrument: string; tf_s: number; bars: Bar[]; marks: Mark[] };

export type OrderState =
  'PREPARED' | 'SUBMITTED' | 'IN_DOUBT' | 'ACK' | 'PARTIAL' | 'FILL' | 'CANCEL' | 'REJECT' | 'EXPIRE';
export type OrderRow = {
  id: string;
  t_ms: number;
  instrument: string;
  side: Side;
  type: string;
  tif: string;
  price: Decimal;
  qty: Decimal;
  filled: Decimal;
  avg_price: Decimal | null;
  ahead: Decimal | null;
  state: OrderState;
  cycle_ms: number | null;
  pnl: Decimal | null;
  purpose: 'entry' | 'exit';
  exit_reason: string | null;
  reason: { code: string; text: Bilingual } | null;
};

export type Position = {
  instrument: string;
  qty: Decimal;
  avg_price: Decimal | null;
  mark: Decimal | null;
  unrealized: Decimal | null;
  realized: Decimal | null;
  fees: Decimal | null;
  notional: Decimal | null;
  settle: string;
  target: Decimal | null;
  stop: Decimal | null;
};

export type PnlPoint = [t_ms: number, net: number, drawdown: number];
export type Pnl = {
  points: PnlPoint[];
  net: Decimal | null;
  realized: Decimal | null;
  unrealized: Decimal | null;
  fees: Decimal | null;
  funding: Decimal | null;
  max_drawdown: Decimal | null;
  fills: number;
  orders: number;
  denied: number;
  allow_rate: number | null;
};

export type Exposure = {
  total: Decimal | null;
  limit: Decimal | null;
  items: { instrument: string; net: Decimal; gross: Decimal; limit: Decimal | null }[];
};

export type DecisionRow = {
  id: string;
  t_ms: number;
  instrument: string;
  side: Side;
  qty: Decimal;
  price: Decimal;
  allow: boolean;
  reason: string;
  text: Bilingual;
  ns: number;
  source: string;
};

export type GateStats = {
  window_s: number;
  decisions: number;
  allowed: number;
  denied: number;
  per_min: number;
  reasons: { code: string; count: number; text: Bilingual }[];
  latency: { gate: string; p50_ns: number; p99_ns: number }[];
  total_p50_ns: number | null;
  total_p99_ns: number | null;
};

export type HealthComponent = {
  id: string;
  group: string;
  status: string;
  title: Bilingual;
  text: Bilingual;
  since_ms: number | null;
};
export type Health = { score_pct: number | null; components: HealthComponent[] };

export type Topics = {
  frame: Frame;
  ladder: Ladder;
  candles: Candles;
  orders: OrderRow[];
  positions: Position[];
  pnl: Pnl;
  exposure: Exposure;
  decisions: DecisionRow[];
  gate: GateStats;
  health: Health;
  venues: VenueStatus[];
};
export type Topic = keyof Topics;
/** `whole`: this is the topic's whole picture, not a change to it. */
export type Envelope = {
  [T in Topic]: { seq: number; ts_ms: number; topic: T; whole: boolean; data: Topics[T] };
}[Topic];

export type Feed = {
  no: number;
  leader: boolean;
  quarantined: boolean;
  age_ms: number | null;
  lag_ms: number | null;
};
export type VenueLimit = { name: string; used: number; capacity: number; reserved: number; per_s: number };
export type VenueStatus = {
  id: string;
  host: string;
  state: string;
  why: Bilingual;
  views: Feed[];
  account_ready: boolean;
  clock_offset_ms: number | null;
  round_trip_ms: number | null;
  limits: VenueLimit[];
  /** Calls waiting for room: cancels, queries, amends, new orders, reads. */
  waiting: number[];
  paused_until_ms: number | null;
  banned: boolean;
  penalties: { path: string; until_ms: number }[];
  counts: {
    calls: number;
    throttled: number;
    not_sent: number;
    lost: number;
    pushbacks: number;
    gaps: number;
    failovers: number;
    quarantines: number;
    reconnects: number;
    fills_compared: number;
    fills_mismatched: number;
    self_matches: number;
    unreadable: number;
  };
  /** p50, p95, p99. */
  order_ms: [number, number, number] | null;
  resync_ms: [number, number, number] | null;
  dead_man: 'timer' | 'disconnect' | 'none';
  dead_man_until_ms: number | null;
  stp: string;
};
export type InstrumentRules = {
  uid: string;
  tick: Decimal;
  lot: Decimal;
  min_notional: Decimal;
  multiplier: Decimal;
  maker_fee: Decimal;
  taker_fee: Decimal;
  funding_schedule: string | null;
  aliases: string[];
  status: string;
  rule_version: string;
};
/** One wallet, by our books and by the venue's word. */
export type Balance = {
  key: string;
  venue: string;
  asset: string;
  internal: Decimal | null;
  venue_value: Decimal | null;
  diff: Decimal | null;
  tolerance: Decimal;
  state: 'awaited' | 'agreed' | 'unsettled' | 'doubtful' | 'differs';
  told_ms: number | null;
  match: boolean;
};
export type MaintenanceWindow = {
  venue: string;
  from: string;
  to: string;
  kind: string;
  source: string;
  action: string;
  alerted_24h: boolean;
  alerted_1h: boolean;
};

export type Instrument = {
  id: string;
  symbol: string;
  venue: string;
  base: string;
  quote: string;
  price_decimals: number;
  qty_decimals: number;
  tick: Decimal;
  lot: Decimal;
  trading: boolean;
};

export type GateVerdict = 'pass' | 'deny' | 'skip' | 'off';
export type GateStep = {
  gate: string;
  verdict: GateVerdict;
  value: number | null;
  limit: number | null;
  /** `max`: the value must stay at or below the limit; `min`: above it. */
  sense?: 'max' | 'min';
  unit: string | null;
  ns: number | null;
  text: Bilingual | null;
};
export type Decision = DecisionRow & {
  reasons: string[];
  order: string | null;
  gates: GateStep[];
  observability: unknown;
};

export type Hop = { hop: string; t_ns: string; after_ms: number };
export type ExactlyOnce = {
  exactly_once_state: 'PENDING' | 'SENT' | 'UNKNOWN' | 'CONFIRMED' | 'REPLAYED';
  fate: string;
  code: string | null;
  venue_order_id: string | null;
  in_doubt_ms: number;
  in_doubt: boolean;
  journal_links: { epoch: number; seq: number; kind: string; t_ms: number }[];
};
export type OrderLife = OrderRow & {
  hops: Hop[];
  queue: [t_ms: number, ahead: number][];
  decision: Decision | null;
  exactly_once: ExactlyOnce | null;
  journal: { epoch: number; seq: number; kind: string; t_ms: number; text: string }[];
  fills: {
    trade_id: string;
    t_ms: number;
    price: Decimal;
    qty: Decimal;
    fee: Decimal;
    liquidity: 'maker' | 'taker';
  }[];
  why: Bilingual;
};

export type System = {
  version: string;
  build: string | null;
  rustc: string | null;
  started_ms: number;
  pid: number;
  profile: string;
  session_dir: string | null;
  journal: {
    dir: string;
    epoch: number;
    segment: number | string;
    seq: number;
    durable_seq: number;
    bytes: number;
    last_commit_us_p50: number | null;
    last_commit_us_p99: number | null;
  } | null;
  listen: string;
  recovery: {
    records: number;
    orders: number;
    fills: number;
    took_ms: number;
    resolved_unknown: number;
    from_snapshot: number;
  } | null;
  history: { t_ms: number; from: string | null; to: string; cause: string; reason: string | null }[];
  alerts: Alert[];
  ha?: HighAvailability;
};

/** A node among others. Only one that leads has a console. */
export type HighAvailability = {
  node: string;
  role: string;
  text: Bilingual;
  epoch: number;
  holder: string | null;
  token: number | null;
  lease_left_ms: number | null;
  since_ms: number;
  takeover_ms: number | null;
  copied_seq: number;
  copied_fingerprint: string;
  follower: { node: string | null; seq: number } | null;
};

export type Setting = {
  path: string;
  value: unknown;
  origin: string;
  where: string | null;
  text: Bilingual | null;
};

export type ControlAction = 'hold' | 'resume' | 'kill' | 'rearm' | 'accept';
export type ControlAnswer = {
  accepted: boolean;
  state: TradingState;
  canceled: number;
  written: 'durable' | 'here_only' | 'not_yet';
  warning: Bilingual | null;
};
export type Refusal = { code: string; message_ru: string; message_en: string; detail: unknown };
