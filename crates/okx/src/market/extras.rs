//! Mark and index prices, price limits, funding, open interest, liquidations, trading states, maintenance.

use aurora_model::{Nanos, Ticks};
use aurora_wire::{Note, Output, PriceLimits};
use rust_decimal::Decimal;

use super::MarketSession;
use super::feed::Feed;
use crate::decode::rest::{
    self, Funding, IndexTicker, InstrumentRow, Liquidated, MarkPrice, OpenInterest, PriceLimit,
    SystemStatus,
};
use crate::frame::Push;
use crate::rules;
use crate::wire::{self, Channel};

impl MarketSession {
    pub(super) fn on_extra(&mut self, push: &Push<'_>, out: &mut Output) -> Result<(), String> {
        let data = push.data().map_err(|error| error.to_string())?;
        match push.channel {
            Channel::MarkPrice => self.on_mark(data, out),
            Channel::IndexTickers => self.on_index(data),
            Channel::PriceLimit => self.on_price_limit(data, out),
            Channel::FundingRate => self.on_funding(data, out),
            Channel::OpenInterest => self.on_open_interest(data, out),
            Channel::Liquidations => self.on_liquidations(data, out),
            Channel::Instruments => self.on_instruments(data, out),
            Channel::Status => rest::items(data).map(|rows| self.announce(&rows, out)),
            _ => Ok(()),
        }
        .map_err(|error| error.to_string())
    }

    fn feed(&mut self, symbol: &str) -> Option<&mut Feed> {
        self.feeds.iter_mut().find(|feed| feed.symbol() == symbol)
    }

    fn on_mark(&mut self, data: &[u8], out: &mut Output) -> Result<(), rest::OkxError> {
        for row in rest::items::<MarkPrice>(data)? {
            if let (Some(feed), Some(price)) = (self.feed(&row.inst_id), row.mark_px) {
                out.notes.extend(feed.mark(price));
            }
        }
        Ok(())
    }

    fn on_index(&mut self, data: &[u8]) -> Result<(), rest::OkxError> {
        for row in rest::items::<IndexTicker>(data)? {
            for feed in self.feeds.iter_mut().filter(|feed| feed.index == row.inst_id) {
                if let Some(price) = row.idx_px {
                    feed.index(price);
                }
            }
        }
        Ok(())
    }

    /// A limit that is not told, or not enabled, is none.
    fn on_price_limit(&mut self, data: &[u8], out: &mut Output) -> Result<(), rest::OkxError> {
        for row in rest::items::<PriceLimit>(data)? {
            let Some(feed) = self.feed(&row.inst_id) else { continue };
            let is_held = row.enabled != Some(false);
            // Between two ticks it is the lower one: nothing is refused here that the venue takes.
            let ticks = |price: Option<Decimal>| {
                price.filter(|_| is_held).and_then(|price| floor(price, feed.rules.instrument.tick))
            };
            let limits = PriceLimits {
                highest_buy: ticks(row.buy_lmt).unwrap_or(Ticks(i64::MAX)),
                lowest_sell: ticks(row.sell_lmt).unwrap_or(Ticks(i64::MIN)),
            };
            out.notes.push(Note::PriceLimits(feed.no(), limits));
        }
        Ok(())
    }

    fn on_funding(&mut self, data: &[u8], out: &mut Output) -> Result<(), rest::OkxError> {
        for row in rest::items::<Funding>(data)? {
            if let Some(feed) = self.feed(&row.inst_id) {
                out.notes.extend(feed.funding(row.funding_rate, row.funding_time));
            }
        }
        Ok(())
    }

    fn on_open_interest(&mut self, data: &[u8], out: &mut Output) -> Result<(), rest::OkxError> {
        for row in rest::items::<OpenInterest>(data)? {
            if let (Some(feed), Some(base)) = (self.feed(&row.inst_id), row.oi_ccy) {
                out.notes.push(Note::OpenInterest(feed.no(), base));
            }
        }
        Ok(())
    }

    fn on_liquidations(&mut self, data: &[u8], out: &mut Output) -> Result<(), rest::OkxError> {
        for row in rest::items::<Liquidated>(data)? {
            let Some(feed) = self.feed(&row.inst_id) else { continue };
            for one in &row.details {
                let side = wire::side(one.side.as_bytes());
                let (price, size) = (one.bk_px.unwrap_or_default(), one.sz.unwrap_or_default());
                let lots = rules::whole_lots(size, feed.rules.wire_lot);
                let ticks = floor(price, feed.rules.instrument.tick);
                if let (Some(side), Some(lots), Some(ticks)) = (side, lots, ticks) {
                    out.notes.push(Note::Liquidation(feed.no(), side, ticks, lots));
                }
            }
        }
        Ok(())
    }

    /// Trading states, and steps that changed under us.
    fn on_instruments(&mut self, data: &[u8], out: &mut Output) -> Result<(), rest::OkxError> {
        for row in rest::items::<InstrumentRow>(data)? {
            let Some(feed) = self.feed(&row.inst_id) else { continue };
            let status = rules::status(&row.state);
            if status != feed.status {
                feed.status = status;
                out.notes.push(Note::Status(feed.no(), status));
            }
            let steps = (row.tick_sz, row.lot_sz);
            if steps != (Some(feed.rules.instrument.tick), Some(feed.rules.wire_lot)) {
                let words = format!("tick or lot of {} changed: read its rules again", row.inst_id);
                out.notes.push(Note::Unreadable(words));
            }
        }
        Ok(())
    }

    pub(super) fn on_status(&mut self, body: Result<&[u8], String>, out: &mut Output) {
        let rows = body.and_then(|body| rest::read(body).map_err(|error| error.to_string()));
        match rows {
            Ok(rows) => self.announce(&rows, out),
            Err(why) => out.notes.push(Note::Unreadable(format!("maintenance: {why}"))),
        }
    }

    /// Maintenance planned, running, over or called off; each once.
    fn announce(&mut self, rows: &[SystemStatus], out: &mut Output) {
        for row in rows {
            let span: (Nanos, Nanos) = match row.state.as_str() {
                "canceled" => (row.begin, row.begin),
                "scheduled" | "ongoing" | "pre_open" | "completed" => (row.begin, row.end),
                _ => continue,
            };
            if !self.announced.contains(&span) {
                self.announced.push(span);
                out.notes.push(Note::Maintenance(span.0, span.1, row.title.clone()));
            }
        }
    }
}

/// A bankruptcy price lies between ticks.
fn floor(price: Decimal, tick: Decimal) -> Option<Ticks> {
    let ticks = price.checked_div(tick)?.trunc();
    i64::try_from(ticks).ok().filter(|ticks| 0 < *ticks).map(Ticks)
}
