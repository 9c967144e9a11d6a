//! What everybody may listen to besides books.

use aurora_matching::exchange::{Candle, EventKind, ExchangeEvent};
use aurora_model::{InstrumentNo, Nanos};
use rust_decimal::Decimal;

use super::{Hub, Subscribed};
use crate::dialect::World;
use crate::okx::channel::Channel;
use crate::okx::desk::{all, listed};
use crate::okx::json::array;
use crate::okx::listed::Listed;
use crate::okx::rest::{candles_of, maintenance, write_ticker};
use crate::okx::row::instrument;
use crate::okx::row::market::{self, Forced};
use crate::socket::Topic;

/// How often a channel that is not driven by events is looked at; `None` for those that are.
fn every(channel: Channel) -> Option<Nanos> {
    Some(match channel {
        Channel::Tickers | Channel::IndexTickers => Nanos::from_millis(100),
        Channel::MarkPrice | Channel::PriceLimit | Channel::Candle(_) => Nanos::from_millis(200),
        Channel::OpenInterest => Nanos::SECOND * 3,
        Channel::FundingRate => Nanos::SECOND * 30,
        _ => return None,
    })
}

/// The first push of a channel: what stands before the rows, and the rows.
pub(super) fn opening(world: &World<'_>, subscribed: &Subscribed) -> Option<(String, String)> {
    let mut rows = String::new();
    match subscribed.channel {
        Channel::Instruments => {
            let asked = all(world).filter(|listed| subscribed.is_for(*listed));
            array(&mut rows, asked, instrument::write);
        }
        Channel::Candle(_) | Channel::Status => return None,
        _ => {
            rows = timed(world, subscribed)?;
        }
    }
    Some((String::new(), rows))
}

/// The rows of a channel that shows one instrument's present.
fn timed(world: &World<'_>, subscribed: &Subscribed) -> Option<String> {
    let no = subscribed.instrument?;
    let listed = listed(world, no)?;
    let exchange = &world.exchange;
    let mark = exchange.mark_price(no);
    let mut row = String::new();
    match subscribed.channel {
        Channel::Tickers => write_ticker(&mut row, exchange, listed, world.told_now()),
        Channel::IndexTickers => {
            market::index_ticker(&mut row, listed, &mark?, exchange.ticker_24h(no).as_ref());
        }
        Channel::MarkPrice => market::mark_price(&mut row, listed, &mark?),
        Channel::FundingRate if !listed.is_spot() => market::funding_rate(&mut row, listed, &mark?),
        Channel::OpenInterest if !listed.is_spot() => {
            let price = mark.map_or(Decimal::ZERO, |mark| mark.mark);
            market::open_interest(
                &mut row,
                listed,
                exchange.open_interest(no),
                price,
                world.told_now(),
            );
        }
        Channel::PriceLimit => {
            market::price_limit(&mut row, listed, exchange.price_limits(no), mark?.at);
        }
        _ => return None,
    }
    Some(format!("[{row}]"))
}

impl Subscribed {
    /// Whether the instrument is among those meant.
    pub(super) fn is_for(&self, listed: Listed<'_>) -> bool {
        let type_fits =
            matches!(&*self.inst_type, "" | "ANY") || self.inst_type == listed.inst_type();
        let family_fits = self.family.is_empty() || self.family == listed.pair();
        type_fits && family_fits && self.instrument.is_none_or(|no| no == listed.no)
    }
}

impl Hub {
    /// Pushes what channels show at intervals, when it is new.
    pub(super) fn push_public(&mut self, world: &mut World<'_>) {
        let now = world.now;
        let due = self.topics(world, |one| every(one.channel).is_some() && one.next_at <= now);
        for topic in due {
            let Some(subscribed) = self.subscribed.get_mut(&topic) else { continue };
            let span = every(subscribed.channel).unwrap_or(Nanos::SECOND);
            subscribed.next_at = now + world.terms.interval(span);
            let rows = match subscribed.channel {
                Channel::Candle(_) => None,
                _ => timed(world, subscribed),
            };
            if let Some(rows) = rows.filter(|rows| *rows != subscribed.last) {
                subscribed.last.clone_from(&rows);
                self.publish(world, topic, "", &rows);
            }
            self.push_candle(world, topic);
        }
    }

    /// Pushes the running candle when it moved, and the one before it when it has just closed.
    fn push_candle(&mut self, world: &mut World<'_>, topic: Topic) {
        let Some(subscribed) = self.subscribed.get_mut(&topic) else { return };
        let (Channel::Candle(bar), Some(no)) = (subscribed.channel, subscribed.instrument) else {
            return;
        };
        let Some(listed) = listed(world, no) else { return };
        let row = |candle: &Candle| {
            let mut row = String::from("[");
            market::candle(&mut row, listed, candle);
            row + "]"
        };
        let newest = candles_of(world.exchange, no, bar, 2);
        let mut fresh = Vec::new();
        if let [closed, _] = &*newest {
            let begins = format!("[[\"{}\"", closed.open_at.millis());
            let closed = row(closed);
            if subscribed.last.starts_with(&begins) && subscribed.last != closed {
                fresh.push(closed);
            }
        }
        if let Some(running) = newest.last().map(row).filter(|running| *running != subscribed.last)
        {
            subscribed.last.clone_from(&running);
            fresh.push(running);
        }
        for rows in fresh {
            self.publish(world, topic, "", &rows);
        }
    }

    /// Pushes what an event shows to everybody.
    pub(super) fn push_event(&mut self, world: &mut World<'_>, event: &ExchangeEvent) {
        match &event.kind {
            EventKind::PublicTrade(trade) => {
                let wanted = self.topics(world, |one| {
                    matches!(one.channel, Channel::Trades | Channel::TradesAll)
                        && one.instrument == Some(trade.instrument)
                });
                if wanted.is_empty() {
                    return;
                }
                let seq = world.exchange.book_id(trade.instrument);
                let rows = self.one_row(world, trade.instrument, |out, listed| {
                    market::trade_push(out, listed, trade, seq);
                });
                for topic in wanted {
                    self.publish(world, topic, "", &rows);
                }
            }
            EventKind::Listing { instrument, .. } => {
                let rows = self.one_row(world, *instrument, instrument::write);
                self.push_to(world, Channel::Instruments, *instrument, &rows);
            }
            EventKind::Liquidation { instrument, side, qty, bankruptcy_price, .. } => {
                let forced =
                    Forced { side: *side, qty: *qty, price: *bankruptcy_price, at: event.at };
                let rows = self.one_row(world, *instrument, |out, listed| {
                    market::liquidation(out, listed, &forced)
                });
                self.push_to(world, Channel::LiquidationOrders, *instrument, &rows);
            }
            _ => {}
        }
    }

    fn one_row(
        &self,
        world: &World<'_>,
        no: InstrumentNo,
        write: impl FnOnce(&mut String, Listed<'_>),
    ) -> String {
        let mut rows = String::from("[");
        if let Some(listed) = listed(world, no) {
            write(&mut rows, listed);
        }
        rows + "]"
    }

    /// Pushes rows about an instrument to the listeners of a channel that mean it.
    fn push_to(&mut self, world: &mut World<'_>, channel: Channel, no: InstrumentNo, rows: &str) {
        let Some(listed) = listed(world, no) else { return };
        let wanted = self.topics(world, |one| one.channel == channel && one.is_for(listed));
        for topic in wanted {
            self.publish(world, topic, "", rows);
        }
    }

    /// Tells that maintenance began or ended.
    pub(super) fn push_status(&mut self, world: &mut World<'_>, state: &str) {
        let mut rows = String::from("[");
        maintenance(&mut rows, state, world.told_now());
        rows.push(']');
        for topic in self.topics(world, |one| one.channel == Channel::Status) {
            self.publish(world, topic, "", &rows);
        }
    }
}
