/** A pretended desk over the made-up market: decides, queues, fills, keeps score. Numbers look right; nothing more. */

import { decide, GATES } from './gates.mjs';
import { Market, random } from './market.mjs';

const WORKING = new Set(['PREPARED', 'SUBMITTED', 'ACK', 'PARTIAL']);
const money = (value) => value.toFixed(2);
const signed = (value) => (value > 0 ? '+' : '') + money(value);

export class Desk {
  constructor() {
    const make = (venue, base, price, tick, lot, decimals, qtyDecimals, seed) =>
      new Market({
        id: `${venue}:PERP:${base}-USDT`,
        symbol: `${base}USDT`,
        base,
        quote: 'USDT',
        price,
        tick,
        lot,
        decimals,
        qtyDecimals,
        seed
      });
    this.markets = [
      make('BINANCEUSDM', 'BTC', 63988.1, 0.1, 0.001, 1, 3, 7),
      make('BINANCEUSDM', 'ETH', 3428.12, 0.01, 0.001, 2, 3, 11),
      make('OKX', 'BTC', 63987.4, 0.1, 0.001, 1, 3, 17),
      make('BYBIT', 'SOL', 142.31, 0.01, 0.1, 2, 2, 13)
    ];
    this.random = random(42);
    this.started = Date.now();
    this.state = 'HOLD';
    this.cause = 'START';
    this.reason = null;
    this.since = this.started;
    this.history = [{ t_ms: this.started, from: null, to: 'HOLD', cause: 'START', reason: null }];
    this.orders = [];
    this.lives = new Map();
    this.decisions = [];
    this.points = [];
    this.marks = [];
    this.held = new Map(this.markets.map((m) => [m.id, { qty: 0, avg: 0, realized: 0, fees: 0 }]));
    this.peak = 0;
    this.worst = 0;
    this.fills = 0;
    this.seq = 1000;
    this.number = 0;
    this.changed = new Set();
  }

  move(to, cause, reason) {
    this.history.push({ t_ms: Date.now(), from: this.state, to, cause, reason });
    [this.state, this.cause, this.reason, this.since] = [to, cause, reason, Date.now()];
  }

  get checks() {
    return [
      { id: 'books', ok: true, text: { ru: 'стаканы всех инструментов свежие', en: 'every book is fresh' } },
      { id: 'journal', ok: true, text: { ru: 'журнал пишется', en: 'the journal can be written' } },
      {
        id: 'orders',
        ok: !this.orders.some((o) => o.state === 'IN_DOUBT'),
        text: { ru: 'судьба всех заявок известна', en: 'every order’s fate is known' }
      },
      {
        id: 'day_loss',
        ok: true,
        text: { ru: 'дневной предел не достигнут', en: 'day loss limit not reached' }
      }
    ];
  }

  working() {
    return this.orders.filter((order) => WORKING.has(order.state));
  }

  control(action, reason) {
    const allowed = { hold: ['RUN'], resume: ['HOLD'], kill: ['RUN', 'HOLD'], rearm: ['KILLED'] }[action];
    if (!allowed)
      return [
        422,
        {
          error: {
            code: 'BAD_ACTION',
            message_ru: 'Неизвестное действие',
            message_en: 'Unknown action',
            detail: {}
          }
        }
      ];
    if (!reason)
      return [
        422,
        {
          error: {
            code: 'REASON_MISSING',
            message_ru: 'Назовите причину',
            message_en: 'Give a reason',
            detail: {}
          }
        }
      ];
    if (!allowed.includes(this.state))
      return [
        409,
        {
          error: {
            code: 'STATE_FORBIDS',
            message_ru: `Состояние ${this.state} этого не позволяет`,
            message_en: `State ${this.state} forbids this`,
            detail: { state: this.state }
          }
        }
      ];
    const stops = action === 'hold' || action === 'kill';
    const open = stops ? this.working() : [];
    for (const order of open) this.finish(order, 'CANCEL', 'canceled');
    this.move({ hold: 'HOLD', resume: 'RUN', kill: 'KILLED', rearm: 'HOLD' }[action], 'OPERATOR', reason);
    return [
      200,
      { accepted: true, state: this.state, canceled: open.length, written: 'durable', warning: null }
    ];
  }

  /** One tenth of a second. */
  step() {
    const now = Date.now();
    if (this.cause === 'START' && now - this.started > 1200) this.move('RUN', 'CHECKS_PASSED', null);
    for (const market of this.markets) {
      const trades = this.random() < 0.7 ? 1 + Math.floor(this.random() * 2) : 0;
      for (let i = 0; i < trades; i += 1) this.match(market, market.trade(now), now);
      market.step(now);
    }
    if (this.state === 'RUN' && this.random() < 0.09) this.wish(now);
    for (const order of this.working())
      if (now - order.t_ms > 9000 && this.random() < 0.03) this.finish(order, 'CANCEL', 'canceled');
  }

  wish(now) {
    const market = this.markets[Math.floor(this.random() * this.random() * 3)];
    const held = this.held.get(market.id);
    const buy = held.qty === 0 ? this.random() < 0.5 : held.qty < 0;
    const closes = held.qty !== 0;
    const level = (buy ? market.bids : market.asks)[Math.floor(this.random() * 3)];
    if (this.working().filter((o) => o.instrument === market.id).length > 2) return;
    const size = closes ? Math.abs(held.qty) : market.lot * (4 + Math.floor(this.random() * 12));
    const found = decide(this.random, this.random() < (closes ? 0.05 : 0.42));
    const id = `01935a00-${String(this.number).padStart(4, '0')}-7${Math.floor(this.random() * 4095)
      .toString(16)
      .padStart(3, '0')}-8${'0'.repeat(3)}-${now.toString(16).padStart(12, '0')}`;
    this.number += 1;
    const decision = {
      id,
      t_ms: now,
      instrument: market.id,
      side: buy ? 'buy' : 'sell',
      qty: market.qty(size),
      price: market.text(level[0]),
      allow: found.allow,
      reason: found.reason,
      text: found.text,
      ns: found.ns,
      source: 'desk',
      reasons: found.allow ? [] : [found.reason],
      gates: found.gates,
      order: null,
      observability: {
        gate_state: found.allow ? 'PASS' : 'BLOCK',
        mode: 'paper',
        reasons: found.allow ? [] : [found.reason],
        decision_id: id
      }
    };
    this.decisions.unshift(decision);
    this.decisions.length = Math.min(this.decisions.length, 2000);
    if (found.allow) this.place(market, decision, level, closes, now);
  }

  place(market, decision, level, closes, now) {
    const id = `a${String(this.orders.length + 1).padStart(7, '0')}-${market.base.toLowerCase()}`;
    decision.order = id;
    const order = {
      id,
      t_ms: now,
      instrument: market.id,
      side: decision.side,
      type: 'limit',
      tif: 'post_only',
      price: decision.price,
      qty: decision.qty,
      filled: market.qty(0),
      avg_price: null,
      ahead: market.qty(level[1]),
      state: 'ACK',
      cycle_ms: Number((0.9 + this.random() * 2.4).toFixed(2)),
      pnl: null,
      purpose: closes ? 'exit' : 'entry',
      exit_reason: closes ? ['target', 'stop', 'trailing', 'time'][Math.floor(this.random() * 4)] : null,
      reason: null
    };
    if (this.random() < 0.03) {
      order.state = 'REJECT';
      order.ahead = null;
      order.reason = {
        code: 'WOULD_TAKE',
        text: { ru: 'площадка: заявка исполнилась бы сразу', en: 'venue: the order would have taken' }
      };
    }
    const hops = [
      ['decided', 0],
      ['gated', 0.0006],
      ['durable', 0.21 + this.random() * 0.2],
      ['sent', 0.45 + this.random() * 0.1],
      [order.state === 'REJECT' ? 'rejected' : 'ack', order.cycle_ms]
    ];
    this.lives.set(id, {
      order,
      decision,
      hops,
      queue: [[now + order.cycle_ms, level[1]]],
      fills: [],
      ahead: level[1],
      left: Number(order.qty),
      behind: 0,
      journal: []
    });
    for (const [kind, at] of [
      ['order.intent', 0],
      ['order.sent', 0.45],
      [`venue.${order.state === 'REJECT' ? 'reject' : 'ack'}`, order.cycle_ms]
    ])
      this.record(id, kind, now + at, `${order.side} ${order.qty} @ ${order.price}`);
    this.orders.unshift(order);
    this.changed.add(id);
  }

  record(id, kind, t_ms, text) {
    this.lives.get(id).journal.push({ seq: (this.seq += 1), kind, t_ms, text });
  }

  match(market, trade, now) {
    for (const order of this.working()) {
      if (order.instrument !== market.id) continue;
      const life = this.lives.get(order.id);
      const through =
        order.side === 'buy' ? market.last <= Number(order.price) : market.last >= Number(order.price);
      const level = (order.side === 'buy' ? market.bids : market.asks).find(
        ([price]) => market.text(price) === order.price
      );
      if (this.random() < 0.4) life.behind += market.lot * this.random() * 60;
      if (!through && this.random() > 0.3) continue;
      life.ahead = Math.max(
        0,
        life.ahead - (through ? trade.size * 6 + life.ahead * 0.5 : life.ahead * 0.12)
      );
      if (level) level[1] = Math.max(level[1], life.ahead + life.left);
      if (life.ahead < market.lot) life.ahead = 0;
      order.ahead = market.qty(life.ahead);
      life.queue.push([now, life.ahead]);
      this.changed.add(order.id);
      if (life.ahead === 0 && through) this.fill(market, order, life, now);
    }
  }

  fill(market, order, life, now) {
    const size =
      life.left > market.lot * 12 && this.random() < 0.4
        ? Math.round(life.left / market.lot / 2) * market.lot
        : life.left;
    const price = Number(order.price);
    const fee = price * size * 0.00002;
    const held = this.held.get(market.id);
    const way = order.side === 'buy' ? 1 : -1;
    const closes = held.qty !== 0 && Math.sign(held.qty) !== way;
    const result = closes ? (price - held.avg) * Math.sign(held.qty) * Math.min(size, Math.abs(held.qty)) : 0;
    if (!closes) held.avg = (held.avg * Math.abs(held.qty) + price * size) / (Math.abs(held.qty) + size);
    held.qty = Number((held.qty + way * size).toFixed(market.qtyDecimals));
    held.realized += result;
    held.fees += fee;
    life.left = Number((life.left - size).toFixed(market.qtyDecimals));
    order.filled = market.qty(Number(order.filled) + size);
    order.avg_price = order.price;
    if (closes) order.pnl = signed(Number(order.pnl ?? 0) + result - fee);
    this.fills += 1;
    const fill = {
      trade_id: 700000 + this.fills,
      t_ms: now,
      price: order.price,
      qty: market.qty(size),
      fee: fee.toFixed(4),
      liquidity: 'maker'
    };
    life.fills.push(fill);
    life.hops.push(['fill', now - order.t_ms]);
    this.record(order.id, 'venue.fill', now, `${fill.qty} @ ${fill.price} maker`);
    this.marks.push({
      t_ms: now,
      side: order.side,
      price: order.price,
      qty: fill.qty,
      id: order.id,
      kind: order.purpose,
      instrument: market.id
    });
    order.state = life.left > 0 ? 'PARTIAL' : 'FILL';
    if (order.state === 'FILL') {
      order.ahead = null;
      life.hops.push(['booked', now - order.t_ms + 0.04]);
    }
    this.changed.add(order.id);
  }

  finish(order, state, hop) {
    const life = this.lives.get(order.id);
    const after = Date.now() - order.t_ms;
    life.hops.push(['cancel_sent', after], [hop, after + 1.4]);
    order.state = state;
    order.ahead = null;
    this.record(order.id, 'venue.canceled', Date.now(), `filled ${order.filled}`);
    this.changed.add(order.id);
  }

  score() {
    let [realized, unrealized, fees, exposure] = [0, 0, 0, 0];
    for (const market of this.markets) {
      const held = this.held.get(market.id);
      realized += held.realized;
      fees += held.fees;
      unrealized += held.qty ? (market.last - held.avg) * held.qty : 0;
      exposure += Math.abs(held.qty) * market.last;
    }
    const net = realized + unrealized - fees;
    this.peak = Math.max(this.peak, net);
    this.worst = Math.min(this.worst, net - this.peak);
    return { realized, unrealized, fees, exposure, net };
  }

  positions() {
    return this.markets.map((market) => {
      const { qty, avg, realized, fees } = this.held.get(market.id);
      const flat = qty === 0;
      const bound = (way) => (flat ? null : market.text(avg * (1 + Math.sign(qty) * way)));
      return {
        instrument: market.id,
        qty: market.qty(qty),
        avg_price: flat ? null : market.text(avg),
        mark: market.text(market.last),
        unrealized: flat ? null : signed((market.last - avg) * qty),
        realized: signed(realized - fees),
        fees: money(fees),
        notional: money(Math.abs(qty) * market.last),
        settle: 'USDT',
        target: bound(0.0009),
        stop: bound(-0.0007)
      };
    });
  }

  gate() {
    const since = Date.now() - 300_000;
    const recent = this.decisions.filter((d) => d.t_ms > since);
    const denied = recent.filter((d) => !d.allow);
    const reasons = new Map();
    const GENERAL = {
      expected_return_gate: { ru: 'Ожидание ниже порога', en: 'Expected return below the threshold' },
      trap_guard: { ru: 'Ловушка в стакане', en: 'Fake wall in the book' },
      spread_bps_too_wide: { ru: 'Спред шире лимита', en: 'Spread wider than the limit' },
      slippage_guard: { ru: 'Проскальзывание больше лимита', en: 'Slippage above the limit' },
      latency_guard: { ru: 'Данные опаздывают', en: 'Data is late' }
    };
    for (const { reason } of denied) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return {
      window_s: 300,
      decisions: recent.length,
      allowed: recent.length - denied.length,
      denied: denied.length,
      per_min: recent.length / Math.min(5, Math.max(0.2, (Date.now() - this.started) / 60000)),
      reasons: [...reasons]
        .map(([code, count]) => ({ code, count, text: GENERAL[code] ?? { ru: code, en: code } }))
        .sort((a, b) => b.count - a.count),
      latency: GATES.map((gate, i) => ({
        gate,
        p50_ns: [21, 88, 126, 24, 12, 31, 27, 9, 40][i],
        p99_ns: [60, 410, 980, 90, 44, 120, 160, 30, 210][i]
      })),
      total_p50_ns: 470,
      total_p99_ns: 2300
    };
  }
}
