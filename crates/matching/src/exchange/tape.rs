//! What traded: the newest trades, minutes, and what is made of them.

use std::collections::{BTreeMap, VecDeque};

use aurora_model::{InstrumentNo, Lots, Nanos, Notional, Side, Ticks};

use super::event::PublicTrade;
use super::scale::{Scale, notional};
use super::view::{Candle, Ticker24h};

const MINUTE: i64 = 60 * Nanos::SECOND.0;
const DAY: i64 = 24 * 60 * MINUTE;

/// The tape of one instrument.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    pub(super) next_id: u64,
    trades: VecDeque<PublicTrade>,
    keep_trades: usize,
    /// Minutes with trades, oldest first.
    minutes: VecDeque<Minute>,
    keep_minutes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Minute {
    open_at: i64,
    prices: [Ticks; 4],
    volume: Lots,
    bought: Lots,
    turnover: i128,
    bought_turnover: i128,
    trades: u64,
    ids: (u64, u64),
}

impl Tape {
    pub(super) fn new(first_id: u64, keep_trades: usize, keep_minutes: usize) -> Tape {
        let (trades, minutes) = (VecDeque::new(), VecDeque::new());
        Tape { next_id: first_id, trades, keep_trades, minutes, keep_minutes }
    }

    /// The next trade's id.
    pub(super) fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub(super) fn print(&mut self, trade: PublicTrade) {
        if self.keep_trades <= self.trades.len() {
            self.trades.pop_front();
        }
        self.trades.push_back(trade);
        let open_at = trade.at.0.div_euclid(MINUTE) * MINUTE;
        if self.minutes.back().is_none_or(|minute| minute.open_at < open_at) {
            if self.keep_minutes <= self.minutes.len() {
                self.minutes.pop_front();
            }
            self.minutes.push_back(Minute::new(open_at, &trade));
        }
        self.minutes.back_mut().expect("it was just put there").add(&trade);
    }

    pub(super) fn last(&self) -> Option<&PublicTrade> {
        self.trades.back()
    }

    pub(super) fn recent(&self, limit: usize) -> Vec<PublicTrade> {
        self.trades.iter().skip(self.trades.len().saturating_sub(limit)).copied().collect()
    }

    pub(super) fn ticker(&self, no: InstrumentNo, now: Nanos, scale: &Scale) -> Option<Ticker24h> {
        let last = self.last()?;
        let from = now.0.saturating_sub(DAY);
        let start = self.minutes.partition_point(|minute| minute.open_at <= from - MINUTE);
        let mut all: Option<Minute> = None;
        for minute in self.minutes.range(start..) {
            match &mut all {
                Some(all) => all.append(minute),
                None => all = Some(*minute),
            }
        }
        // A day without a trade shows the last price and nothing traded.
        let day = all.unwrap_or_else(|| Minute::new(from, last));
        let [open, high, low, close] = day.prices;
        Some(Ticker24h {
            instrument: no,
            open,
            high,
            low,
            last: close,
            last_qty: last.qty,
            volume: day.volume,
            turnover: turnover(scale, day.turnover),
            trade_ids: day.ids,
            trades: day.trades,
            from: Nanos(from),
            to: last.at,
        })
    }

    pub(super) fn candles(
        &self,
        interval: Nanos,
        limit: usize,
        now: Nanos,
        scale: &Scale,
    ) -> Vec<Candle> {
        let span = (interval.0 / MINUTE).max(1) * MINUTE;
        let mut traded: BTreeMap<i64, Minute> = BTreeMap::new();
        for minute in &self.minutes {
            let open_at = minute.open_at.div_euclid(span) * span;
            let fresh = Minute { open_at, ..*minute };
            traded.entry(open_at).and_modify(|all| all.append(minute)).or_insert(fresh);
        }
        let Some((&first, _)) = traded.first_key_value() else { return Vec::new() };
        let newest = now.0.max(first).div_euclid(span) * span;
        let back = i64::try_from(limit).unwrap_or(i64::MAX).saturating_sub(1).saturating_mul(span);
        let oldest = first.max(newest.saturating_sub(back));
        let before = traded.range(..oldest).next_back();
        let mut close = before.map_or(traded[&first].prices[0], |(_, minute)| minute.prices[3]);
        let mut candles = Vec::new();
        let mut open_at = oldest;
        while open_at <= newest && candles.len() < limit {
            let minute = traded.get(&open_at).copied().unwrap_or(Minute::quiet(open_at, close));
            close = minute.prices[3];
            candles.push(minute.candle(scale, open_at + span <= now.0));
            open_at += span;
        }
        candles
    }
}

impl Minute {
    fn new(open_at: i64, first: &PublicTrade) -> Minute {
        Minute { ids: (first.id, first.id), ..Minute::quiet(open_at, first.price) }
    }

    fn quiet(open_at: i64, price: Ticks) -> Minute {
        Minute {
            open_at,
            prices: [price; 4],
            volume: Lots::ZERO,
            bought: Lots::ZERO,
            turnover: 0,
            bought_turnover: 0,
            trades: 0,
            ids: (0, 0),
        }
    }

    fn add(&mut self, trade: &PublicTrade) {
        let turnover = i128::from(trade.price.0) * i128::from(trade.qty.0);
        let [_, high, low, close] = &mut self.prices;
        *high = trade.price.max(*high);
        *low = trade.price.min(*low);
        *close = trade.price;
        self.volume += trade.qty;
        self.turnover += turnover;
        if trade.aggressor == Side::Buy {
            self.bought += trade.qty;
            self.bought_turnover += turnover;
        }
        self.trades += 1;
        self.ids.1 = trade.id;
    }

    fn append(&mut self, later: &Minute) {
        let [_, high, low, close] = &mut self.prices;
        *high = later.prices[1].max(*high);
        *low = later.prices[2].min(*low);
        *close = later.prices[3];
        self.volume += later.volume;
        self.bought += later.bought;
        self.turnover += later.turnover;
        self.bought_turnover += later.bought_turnover;
        self.trades += later.trades;
        self.ids.1 = later.ids.1;
    }

    fn candle(&self, scale: &Scale, is_closed: bool) -> Candle {
        let [open, high, low, close] = self.prices;
        Candle {
            open_at: Nanos(self.open_at),
            open,
            high,
            low,
            close,
            volume: self.volume,
            bought: self.bought,
            turnover: turnover(scale, self.turnover),
            bought_turnover: turnover(scale, self.bought_turnover),
            trades: self.trades,
            is_closed,
        }
    }
}

/// Ticks times lots as quote.
fn turnover(scale: &Scale, sum: i128) -> Notional {
    notional(rust_decimal::Decimal::from_i128_with_scale(sum, 0) * scale.tick * scale.lot)
}
