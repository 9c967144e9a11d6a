//! What one may ask about instruments and their markets.

use super::Exchange;
use super::command::AccountNo;
use super::config::ExchangeConfig;
use super::event::{FundingRecord, MarkPrice, PublicTrade};
use super::listing::Listing;
use super::market::Market;
use super::view::{BookChanges, BookView, Candle, Offer, Ticker24h};
use aurora_model::{InstrumentNo, Lots, Nanos, Side};
use rust_decimal::Decimal;

/// What is listed, and its market.
impl Exchange {
    /// The settings.
    pub fn config(&self) -> &ExchangeConfig {
        &self.config
    }

    /// The time it was told last.
    pub fn now(&self) -> Nanos {
        self.now
    }

    /// Everything listed; [`InstrumentNo`] is the place.
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// One instrument's listing.
    pub fn listing(&self, no: InstrumentNo) -> Option<&Listing> {
        self.listings.get(no.index())
    }

    /// The instrument with that venue symbol ([`aurora_model::Instrument::symbol`]).
    pub fn instrument_no(&self, symbol: &str) -> Option<InstrumentNo> {
        let place = self.listings.iter().position(|listing| listing.instrument.symbol == symbol)?;
        u16::try_from(place).ok().map(InstrumentNo)
    }

    /// The best levels of the book, accounts' orders included; nothing for an unknown instrument.
    pub fn book(&self, no: InstrumentNo, levels: usize) -> BookView {
        self.market(no).map_or_else(BookView::default, |market| market.view(levels))
    }

    /// The best bid and ask.
    pub fn touch(&self, no: InstrumentNo) -> (Option<Offer>, Option<Offer>) {
        let best = |side| self.market(no).and_then(|market| market.best(side));
        (best(Side::Buy), best(Side::Sell))
    }

    /// The last update id of the book.
    pub fn book_id(&self, no: InstrumentNo) -> u64 {
        self.market(no).map_or(0, |market| market.update_id)
    }

    /// The levels that changed since this was last called; `None` when none did. One caller an instrument.
    pub fn drain_changes(&mut self, no: InstrumentNo) -> Option<BookChanges> {
        self.markets.get_mut(no.index())?.drain()
    }

    /// The newest public trade.
    pub fn last_trade(&self, no: InstrumentNo) -> Option<PublicTrade> {
        self.market(no)?.tape.last().copied()
    }

    /// The newest public trades that are remembered, oldest first, at most so many.
    pub fn recent_trades(&self, no: InstrumentNo, limit: usize) -> Vec<PublicTrade> {
        self.market(no).map_or_else(Vec::new, |market| market.tape.recent(limit))
    }

    /// The last 24 hours; `None` before the first trade.
    pub fn ticker_24h(&self, no: InstrumentNo) -> Option<Ticker24h> {
        let market = self.market(no)?;
        market.tape.ticker(no, self.now, &market.scale)
    }

    /// The newest candles of an interval that is a whole number of minutes, oldest first, at most so many. A minute
    /// without a trade repeats the close before it.
    pub fn candles(&self, no: InstrumentNo, interval: Nanos, limit: usize) -> Vec<Candle> {
        let candles =
            |market: &Market| market.tape.candles(interval, limit, self.now, &market.scale);
        self.market(no).map_or_else(Vec::new, candles)
    }

    /// Mark, index and funding; `None` before the first book and on an unknown instrument.
    pub fn mark_price(&self, no: InstrumentNo) -> Option<MarkPrice> {
        let (market, listing) = (self.market(no)?, self.listing(no)?);
        let pricing = &market.pricing;
        let is_contract = !market.is_spot;
        pricing.is_known().then(|| MarkPrice {
            instrument: no,
            mark: pricing.mark,
            index: pricing.index,
            funding_rate: if is_contract {
                pricing.rate(listing.funding_cap)
            } else {
                Decimal::ZERO
            },
            next_funding_at: pricing.next_funding_at,
            at: pricing.computed_at,
        })
    }

    /// Settled funding at `since` and after it, oldest first, as far as remembered.
    pub fn funding_history(&self, no: InstrumentNo, since: Nanos) -> Vec<FundingRecord> {
        let Some(market) = self.market(no) else { return Vec::new() };
        let history = &market.pricing.history;
        let start = history.partition_point(|record| record.at < since);
        history.range(start..).copied().collect()
    }

    /// How much is held long over all accounts and the street.
    pub fn open_interest(&self, no: InstrumentNo) -> Lots {
        let Some(market) = self.market(no) else { return Lots::ZERO };
        let long = |account: &AccountNo| -> i64 {
            self.accounts[account]
                .positions_in(no)
                .map(|(_, position)| position.lots.0.max(0))
                .sum()
        };
        let accounts: i64 = market.holders.iter().map(long).sum();
        Lots(accounts + market.street_lots.max(0))
    }

    pub(super) fn market(&self, no: InstrumentNo) -> Option<&Market> {
        self.markets.get(no.index())
    }
}
