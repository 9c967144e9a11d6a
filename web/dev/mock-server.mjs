/**
 * A stand-in for the desk, for working on the console and for its screenshots. Speaks `docs/reference/console-api.md`
 * over a made-up market. Not part of what is shipped.
 *
 *     node dev/mock-server.mjs [--port 8100] [--dist dist] [--empty]
 */

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { CONFIG, SYSTEM, health } from './mock/facts.mjs';
import { Desk } from './mock/desk.mjs';
import { balances, maintenance, meta, venues } from './mock/venues.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8100' },
    dist: { type: 'string', default: 'dist' },
    empty: { type: 'boolean', default: false }
  }
});
const dist = resolve(import.meta.dirname, '..', values.dist);
const desk = new Desk();
if (values.empty) desk.markets.forEach((market) => (market.bars = []));
else setInterval(() => desk.step(), 100);
setInterval(() => {
  const { net } = desk.score();
  if (!values.empty)
    desk.points.push([Date.now(), Number(net.toFixed(2)), Number((net - desk.peak).toFixed(2))]);
  if (desk.points.length > 2000) desk.points.shift();
}, 500);

const row = ({ id, t_ms, instrument, side, qty, price, allow, reason, text, ns, source }) => ({
  id,
  t_ms,
  instrument,
  side,
  qty,
  price,
  allow,
  reason,
  text,
  ns,
  source
});
const whole = (decision) => decision;
const ours = (id) =>
  desk
    .working()
    .filter((o) => o.instrument === id)
    .map((o) => {
      const { ahead, behind, left } = desk.lives.get(o.id);
      const market = desk.markets.find((m) => m.id === id);
      return {
        id: o.id,
        side: o.side,
        price: o.price,
        qty: o.qty,
        left: market.qty(left),
        ahead: market.qty(ahead),
        behind: market.qty(behind)
      };
    });

function frame() {
  const { net, exposure } = desk.score();
  const late = Date.now() % 90_000 < 12_000;
  return {
    profile: 'paper',
    state: desk.state,
    cause: desk.cause,
    reason: desk.reason,
    since_ms: desk.since,
    checks: desk.checks,
    pnl_day: (net > 0 ? '+' : '') + net.toFixed(2),
    pnl_day_limit: '250.00',
    currency: 'USDT',
    exposure: exposure.toFixed(2),
    exposure_limit: '5000.00',
    slo: { name: 'order_cycle_ms_p95', value: 2.9, limit: 200, budget_left: 0.98 },
    data_age_ms: Date.now() - desk.markets[1].updatedAt + 6,
    data_age_instrument: desk.markets[1].id,
    working_orders: desk.working().length,
    working_venues: desk.working().length ? 1 : 0,
    alerts: late
      ? [
          {
            severity: 'warn',
            code: 'CYCLE_SLOW',
            text: {
              ru: 'Задержка снятия 312 мс выше цели 300 уже 12 с',
              en: 'Cancel latency 312 ms above the target 300 for 12 s'
            },
            detail: null,
            since_ms: Date.now() - 12_000,
            until_ms: null,
            count: 1,
            link: '/system'
          }
        ]
      : [],
    now_ms: Date.now(),
    wall_ms: Date.now(),
    speed: 1,
    market: 'generated',
    market_ended: false,
    version: '0.1.0'
  };
}

function pnl(points) {
  const { realized, unrealized, fees, net } = desk.score();
  const sign = (x) => (x > 0 ? '+' : '') + x.toFixed(2);
  const allowed = desk.decisions.filter((d) => d.allow).length;
  return {
    points,
    net: sign(net),
    realized: sign(realized),
    unrealized: sign(unrealized),
    fees: fees.toFixed(2),
    funding: '0.00',
    max_drawdown: sign(desk.worst),
    fills: desk.fills,
    orders: desk.orders.length,
    denied: desk.decisions.length - allowed,
    allow_rate: desk.decisions.length ? allowed / desk.decisions.length : null
  };
}

function exposure() {
  const items = desk
    .positions()
    .map((p) => ({ instrument: p.instrument, net: p.notional, gross: p.notional, limit: '2000.00' }));
  return { total: desk.score().exposure.toFixed(2), limit: '5000.00', items };
}

/** One reader's stream: what they have had already decides what a change is. */
class Stream {
  constructor(socket) {
    this.socket = socket;
    this.seq = 0;
  }
  subscribe(topics, instrument) {
    this.topics = new Set(topics);
    this.market = desk.markets.find((m) => m.id === instrument) ?? desk.markets[0];
    [this.points, this.sentDecisions, this.marks, this.full] = [0, 0, 0, true];
    for (const hz of [10, 4, 1]) this.tick(hz);
    this.full = false;
  }
  send(topic, data) {
    if (!this.topics.has(topic)) return;
    this.seq += 1;
    this.socket.send(JSON.stringify({ seq: this.seq, ts_ms: Date.now(), topic, whole: this.full, data }));
  }
  tick(hz) {
    if (hz === 10) this.send('ladder', this.market.ladder(ours(this.market.id), Date.now()));
    if (hz === 1) {
      this.send('gate', desk.gate());
      this.send('health', health(desk));
      this.send('venues', values.empty ? [] : venues(Date.now()));
    }
    if (hz !== 4) return;
    this.send('frame', frame());
    this.send('positions', desk.positions());
    this.send('exposure', exposure());
    const points = desk.points.filter(([t]) => t > this.points);
    this.points = desk.points.at(-1)?.[0] ?? 0;
    this.send('pnl', pnl(points));
    const marks = desk.marks.filter((m) => m.instrument === this.market.id && m.t_ms > this.marks);
    this.marks = marks.at(-1)?.t_ms ?? this.marks;
    const bars = this.full ? this.market.bars.slice(-900) : this.market.bars.slice(-2);
    this.send('candles', {
      instrument: this.market.id,
      tf_s: 1,
      bars,
      marks: marks.map(({ instrument, ...mark }) => mark)
    });
    const fresh = desk.decisions.filter((d) => d.t_ms > this.sentDecisions).slice(0, 200);
    this.sentDecisions = desk.decisions[0]?.t_ms ?? 0;
    if (fresh.length || this.full) this.send('decisions', fresh.map(row));
    const orders = this.full ? desk.orders.slice(0, 200) : desk.orders.filter((o) => this.dirty?.has(o.id));
    if (orders.length || this.full) this.send('orders', orders);
  }
}

const streams = new Set();
setInterval(() => streams.forEach((s) => s.tick(10)), 100);
setInterval(() => streams.forEach((s) => s.tick(1)), 1000);
setInterval(() => {
  const dirty = desk.changed;
  desk.changed = new Set();
  for (const stream of streams) {
    stream.dirty = dirty;
    stream.tick(4);
  }
}, 250);

function life(id) {
  const found = desk.lives.get(id);
  if (!found) return null;
  const { order, decision, hops, queue, fills, journal } = found;
  const t_ns = (after) => String(BigInt(order.t_ms) * 1000000n + BigInt(Math.round(after * 1e6)));
  const why = {
    ru: `${order.purpose === 'entry' ? 'Вход' : 'Выход'}: ожидание выше порога, дисбаланс стакана и поток сделок согласны; поставлена в очередь за ${queue[0][1].toFixed(3)}, исполнено ${order.filled} из ${order.qty}.`,
    en: `${order.purpose === 'entry' ? 'Entry' : 'Exit'}: expected return above the threshold, book and flow agree; queued behind ${queue[0][1].toFixed(3)}, filled ${order.filled} of ${order.qty}.`
  };
  return {
    ...order,
    hops: hops.map(([hop, after_ms]) => ({ hop, after_ms, t_ns: t_ns(after_ms) })),
    queue,
    decision: whole(decision),
    journal,
    fills,
    why
  };
}

const system = () => SYSTEM(desk, `127.0.0.1:${values.port}`);
const instruments = () =>
  desk.markets.map((m) => ({
    id: m.id,
    symbol: m.symbol,
    venue: m.id.split(':')[0],
    base: m.base,
    quote: m.quote,
    price_decimals: m.decimals,
    qty_decimals: m.qtyDecimals,
    tick: String(m.tick),
    lot: String(m.lot),
    trading: true
  }));
const notFound = {
  error: { code: 'NOT_FOUND', message_ru: 'Нет такой записи', message_en: 'No such record', detail: {} }
};

async function answer(request, path) {
  if (path === '/api/ui/instruments') return [200, instruments()];
  if (path === '/api/ui/system') return [200, system()];
  if (path === '/api/ui/config') return [200, CONFIG];
  if (path === '/api/ui/venues') return [200, venues(Date.now())];
  if (path === '/api/md/meta') return [200, meta(desk.markets)];
  if (path === '/api/system/maintenance') return [200, maintenance(Date.now())];
  if (path === '/api/ui/recon/balances') return [200, balances(Date.now())];
  const [, kind, id] = /^\/api\/ui\/(orders|decisions)\/(.+)$/.exec(path) ?? [];
  if (kind === 'orders') return life(id) ? [200, life(id)] : [404, notFound];
  const decision = kind === 'decisions' && desk.decisions.find((d) => d.id === id);
  if (decision) return [200, whole(decision)];
  if (path === '/api/ui/control' && request.method === 'POST') {
    const { origin, host } = request.headers;
    if (origin && origin !== `http://${host}`) return [403, notFound];
    if (request.headers['content-type'] !== 'application/json') return [415, notFound];
    let text = '';
    for await (const part of request) text += part;
    const { action, reason } = JSON.parse(text);
    return desk.control(action, reason);
  }
  return [404, notFound];
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2'
};
const POLICY =
  "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
  if (path.startsWith('/api/')) {
    const [status, body] = await answer(request, path);
    return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  const file = path.includes('.') ? path : '/index.html';
  try {
    const body = await readFile(join(dist, file));
    response
      .writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': POLICY
      })
      .end(body);
  } catch {
    response.writeHead(404).end('not found');
  }
});

new WebSocketServer({ server, path: '/api/ui/stream' }).on('connection', (socket, request) => {
  const asked = new URL(request.url, 'http://localhost').searchParams;
  const stream = new Stream(socket);
  stream.subscribe((asked.get('topics') ?? 'frame').split(','), asked.get('instrument'));
  streams.add(stream);
  socket.on('message', (text) => {
    const { op, topics, instrument } = JSON.parse(text);
    if (op === 'subscribe') stream.subscribe(topics, instrument);
  });
  socket.on('close', () => streams.delete(stream));
});
server.listen(Number(values.port), '127.0.0.1', () =>
  console.log(`console stand-in: http://127.0.0.1:${values.port}`)
);
