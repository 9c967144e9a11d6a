/** A made-up market for looking at the console: one price path and one book an instrument. Seeded, not realistic. */

export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Market {
  constructor({ id, symbol, base, quote, tick, lot, decimals, qtyDecimals, price, seed }) {
    Object.assign(this, { id, symbol, base, quote, tick, lot, decimals, qtyDecimals });
    this.random = random(seed);
    this.mid = price;
    this.vol = tick * 3;
    this.bars = [];
    this.flow = 0;
    this.updatedAt = Date.now();
    this.makeBook();
    const now = Math.floor(Date.now() / 1000);
    for (let t = now - 900; t < now; t += 1) for (let i = 0; i < 4; i += 1) this.trade(t * 1000 + i * 250);
  }

  text(price) {
    return price.toFixed(this.decimals);
  }

  qty(value) {
    return value.toFixed(this.qtyDecimals);
  }

  /** One step of the price path and one trade. */
  trade(now) {
    const normal = Math.sqrt(-2 * Math.log(this.random() + 1e-12)) * Math.cos(2 * Math.PI * this.random());
    this.vol = this.tick * 1.2 + this.vol * 0.97 + (this.random() < 0.01 ? this.tick * 5 : 0) * this.random();
    this.vol = Math.min(this.vol, this.tick * 14);
    this.mid += normal * this.vol * 0.12;
    const side = normal > 0 ? 1 : -1;
    this.flow = this.flow * 0.93 + side * 0.07;
    this.last = Math.round((this.mid + side * this.tick * 0.5) / this.tick) * this.tick;
    const size = this.lot * Math.ceil(this.random() ** 3 * 400);
    const t = Math.floor(now / 1000);
    const bar = this.bars[this.bars.length - 1];
    if (bar && bar[0] === t) {
      bar[2] = Math.max(bar[2], this.last);
      bar[3] = Math.min(bar[3], this.last);
      bar[4] = this.last;
      bar[5] += size;
    } else this.bars.push([t, this.last, this.last, this.last, this.last, size]);
    if (this.bars.length > 3600) this.bars.shift();
    return { side, size };
  }

  makeBook() {
    const bestBid = Math.floor(this.mid / this.tick) * this.tick;
    const bestAsk = bestBid + this.tick * (1 + Math.floor(this.random() * 1.6));
    const shape = (i) => this.lot * (40 + 55 * i * this.random() + this.random() ** 4 * 2600);
    this.bids = Array.from({ length: 25 }, (_, i) => [bestBid - i * this.tick, shape(i)]);
    this.asks = Array.from({ length: 25 }, (_, i) => [bestAsk + i * this.tick, shape(i)]);
  }

  /** Moves the book with the mid, and some of the sizes on it. */
  step(now) {
    this.updatedAt = now;
    const bestBid = Math.floor(this.mid / this.tick) * this.tick;
    if (Math.abs(bestBid - this.bids[0][0]) > this.tick * 0.5) {
      const kept = new Map([...this.bids, ...this.asks].map(([price, qty]) => [this.text(price), qty]));
      this.makeBook();
      for (const level of [...this.bids, ...this.asks]) level[1] = kept.get(this.text(level[0])) ?? level[1];
    }
    for (const level of [...this.bids, ...this.asks])
      if (this.random() < 0.15) level[1] = Math.max(this.lot * 5, level[1] * (0.75 + this.random() * 0.5));
  }

  ladder(ours, now) {
    const [bid, bidQty] = this.bids[0];
    const [ask, askQty] = this.asks[0];
    const sum = (levels) => levels.slice(0, 5).reduce((all, [, qty]) => all + qty, 0);
    const [b, a] = [sum(this.bids), sum(this.asks)];
    return {
      instrument: this.id,
      bids: this.bids.map(([price, qty]) => [this.text(price), this.qty(qty)]),
      asks: this.asks.map(([price, qty]) => [this.text(price), this.qty(qty)]),
      last: this.text(this.last),
      mid: this.text((bid + ask) / 2),
      micro: ((bid * askQty + ask * bidQty) / (bidQty + askQty)).toFixed(this.decimals + 1),
      spread: this.text(ask - bid),
      spread_bps: ((ask - bid) / this.mid) * 1e4,
      obi: (b - a) / (b + a),
      tfi: Math.max(-1, Math.min(1, this.flow * 1.6)),
      age_ms: now - this.updatedAt,
      flags: [],
      ours
    };
  }
}
