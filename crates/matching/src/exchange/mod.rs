//! A whole exchange: many accounts, one matching engine an instrument, margin, funding and liquidation.
//!
//! Sans-IO. The server shows it the public market ([`Exchange::on_market`]), tells it the time
//! ([`Exchange::advance`]) and hands it the commands of accounts ([`Exchange::apply`]), which are answered at once;
//! latency is the server's business. What happened comes out as [`ExchangeEvent`]s, in order; those that must
//! survive a crash turn into [`ExchangeFact`] lines, to be written down before anyone is told.
//! The same calls give the same answers, events and facts.

mod command;
mod config;
mod event;
mod fact;
mod listing;
mod order;
mod refusal;
mod text;
mod view;

use aurora_model::{InstrumentNo, Lots, MarketEvent, Nanos, Notional, Side, Ticks};
use rust_decimal::Decimal;

pub use command::{
    AccountNo, AmendOrder, CancelWhich, Command, Life, MarginMode, OrderId, OrderKind, OrderQty,
    OrderRef, Outcome, PlaceOrder, PositionMode, PositionSide, StpMode, Trigger, TriggerBy,
    TriggerWhen,
};
pub use config::{ClientIdRule, ExchangeConfig, WouldTakeRule};
pub use event::{
    BalanceChange, ChangeReason, EventKind, ExchangeEvent, ExchangeFill, FillKind, FundingPayment,
    FundingRecord, MarkPrice, PositionSnapshot, PublicTrade,
};
pub use fact::ExchangeFact;
pub use listing::{Listing, ListingStatus};
pub use order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
pub use refusal::Refusal;
pub use text::{Asset, ClientId, Text, TooLong};
pub use view::{BalanceView, BookChanges, BookView, Candle, FeeRates, Ticker24h};

/// One simulated venue's exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    config: ExchangeConfig,
    listings: Vec<Listing>,
    now: Nanos,
}

/// What moves it.
impl Exchange {
    /// An exchange nobody has traded on yet; `InstrumentNo` is the place in `listings`.
    pub fn new(config: ExchangeConfig, listings: Vec<Listing>, at: Nanos) -> Exchange {
        Exchange { config, listings, now: at }
    }

    /// Shows it the market, after doing what was due before. The first event of an instrument is a snapshot.
    pub fn on_market(&mut self, event: &MarketEvent<'_>, out: &mut Vec<ExchangeEvent>) {
        self.advance(event.received_at, out);
    }

    /// When [`Exchange::advance`] has something to do next: a timer, funding, mark prices.
    pub fn next_at(&self) -> Option<Nanos> {
        None
    }

    /// Does everything that is due at `to` or before. Time never goes back: an earlier moment does nothing.
    pub fn advance(&mut self, to: Nanos, _out: &mut Vec<ExchangeEvent>) {
        self.now = self.now.max(to);
    }

    /// Does one command of one account, opening the account when it is new. Fills and changes go to `out`, among
    /// them those that the answer sums up.
    ///
    /// # Errors
    /// [`Refusal`] when the command was not done.
    pub fn apply(
        &mut self,
        at: Nanos,
        _account: AccountNo,
        _command: &Command,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Outcome, Refusal> {
        self.advance(at, out);
        Err(Refusal::Maintenance)
    }

    /// Opens the account with the starting balances, when it is new.
    pub fn open_account(&mut self, at: Nanos, _account: AccountNo, out: &mut Vec<ExchangeEvent>) {
        self.advance(at, out);
    }
}

/// What the operator and the fault plan may do.
impl Exchange {
    /// Starts or ends maintenance: every command is refused.
    pub fn set_maintenance(&mut self, _on: bool) {}

    /// Whether it is under maintenance.
    pub fn is_maintenance(&self) -> bool {
        false
    }

    /// Halts, resumes, settles or closes an instrument. Settling and closing cancel its orders; closing settles its
    /// positions at the mark price.
    pub fn set_status(
        &mut self,
        _at: Nanos,
        no: InstrumentNo,
        status: ListingStatus,
        _out: &mut Vec<ExchangeEvent>,
    ) {
        if let Some(listing) = self.listings.get_mut(no.index()) {
            listing.status = status;
        }
    }

    /// Gives the instrument a tick that is a whole number of its own ticks: prices off it are refused from here on,
    /// orders resting off it are cancelled. Prices stay counted in the old tick; zero and one undo it.
    pub fn set_tick_multiple(
        &mut self,
        _at: Nanos,
        _no: InstrumentNo,
        _multiple: i64,
        _out: &mut Vec<ExchangeEvent>,
    ) {
    }

    /// The tick orders must be on, as a multiple of the listing's.
    pub fn tick_multiple(&self, _no: InstrumentNo) -> i64 {
        1
    }

    /// Takes the account over: cancels its orders, closes its positions.
    pub fn force_liquidation(
        &mut self,
        _at: Nanos,
        _account: AccountNo,
        _out: &mut Vec<ExchangeEvent>,
    ) {
    }

    /// Makes the rate of the next settlements this, until `None` gives it back to the market.
    pub fn set_funding_rate(&mut self, _no: InstrumentNo, _rate: Option<Decimal>) {}

    /// Makes [`Exchange::balance`] show so much more than there is: a venue that errs. Margin is not affected.
    pub fn shift_displayed_balance(&mut self, _account: AccountNo, _asset: Asset, _by: Notional) {}

    /// Whether client ids that are taken are refused from here on.
    pub fn set_refuse_reused_ids(&mut self, refuse: bool) {
        self.config.refuse_reused_ids = refuse;
    }
}

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
    pub fn book(&self, _no: InstrumentNo, _levels: usize) -> BookView {
        BookView::default()
    }

    /// The best bid and ask.
    pub fn touch(&self, _no: InstrumentNo) -> (Option<(Ticks, Lots)>, Option<(Ticks, Lots)>) {
        (None, None)
    }

    /// The last update id of the book.
    pub fn book_id(&self, _no: InstrumentNo) -> u64 {
        0
    }

    /// The levels that changed since this was last called; `None` when none did. One caller an instrument.
    pub fn drain_changes(&mut self, _no: InstrumentNo) -> Option<BookChanges> {
        None
    }

    /// The newest public trade.
    pub fn last_trade(&self, _no: InstrumentNo) -> Option<PublicTrade> {
        None
    }

    /// The newest public trades that are remembered, oldest first, at most so many.
    pub fn recent_trades(&self, _no: InstrumentNo, _limit: usize) -> Vec<PublicTrade> {
        Vec::new()
    }

    /// The last 24 hours; `None` before the first trade.
    pub fn ticker_24h(&self, _no: InstrumentNo) -> Option<Ticker24h> {
        None
    }

    /// The newest candles of an interval that is a whole number of minutes, oldest first, at most so many. A minute
    /// without a trade repeats the close before it.
    pub fn candles(&self, _no: InstrumentNo, _interval: Nanos, _limit: usize) -> Vec<Candle> {
        Vec::new()
    }

    /// Mark, index and funding; `None` before the first book and on an unknown instrument.
    pub fn mark_price(&self, _no: InstrumentNo) -> Option<MarkPrice> {
        None
    }

    /// Settled funding at `since` and after it, oldest first, as far as remembered.
    pub fn funding_history(&self, _no: InstrumentNo, _since: Nanos) -> Vec<FundingRecord> {
        Vec::new()
    }

    /// How much is held long over all accounts and the street.
    pub fn open_interest(&self, _no: InstrumentNo) -> Lots {
        Lots::ZERO
    }

    /// The highest price a buy limit and the lowest a sell limit may have now; `None` without a market.
    pub fn price_limits(&self, _no: InstrumentNo) -> Option<(Ticks, Ticks)> {
        None
    }
}

/// What accounts have. An account that was never opened has nothing.
impl Exchange {
    /// Every account, by number.
    pub fn accounts(&self) -> Vec<AccountNo> {
        Vec::new()
    }

    /// Open orders, parked ones included, by id; of one instrument, or of all.
    pub fn open_orders(
        &self,
        _account: AccountNo,
        _instrument: Option<InstrumentNo>,
    ) -> Vec<OrderSnapshot> {
        Vec::new()
    }

    /// An open or remembered order. A client id stands for its newest order.
    pub fn order(&self, _account: AccountNo, _order: OrderRef) -> Option<OrderSnapshot> {
        None
    }

    /// Closed orders that are remembered, with ids above `after`, by id; of one instrument, or of all.
    pub fn closed_orders(
        &self,
        _account: AccountNo,
        _instrument: Option<InstrumentNo>,
        _after: OrderId,
        _limit: usize,
    ) -> Vec<OrderSnapshot> {
        Vec::new()
    }

    /// Fills that are remembered, oldest first: those with [`ExchangeFill::fill_id`] above `after_id` and at `since`
    /// or later; of one instrument, or of all.
    pub fn fills(
        &self,
        _account: AccountNo,
        _instrument: Option<InstrumentNo>,
        _after_id: u64,
        _since: Nanos,
        _limit: usize,
    ) -> Vec<ExchangeFill> {
        Vec::new()
    }

    /// Funding payments that are remembered, oldest first, at `since` or later.
    pub fn funding_payments(&self, _account: AccountNo, _since: Nanos) -> Vec<FundingPayment> {
        Vec::new()
    }

    /// Every position that is not flat.
    pub fn positions(&self, _account: AccountNo) -> Vec<PositionSnapshot> {
        Vec::new()
    }

    /// One position, flat or not; `None` for spot and unknown instruments and accounts.
    pub fn position(
        &self,
        _account: AccountNo,
        _instrument: InstrumentNo,
        _side: PositionSide,
    ) -> Option<PositionSnapshot> {
        None
    }

    /// Every balance, by asset, as displayed.
    pub fn balances(&self, _account: AccountNo) -> Vec<BalanceView> {
        Vec::new()
    }

    /// One balance, as displayed.
    pub fn balance(&self, _account: AccountNo, _asset: Asset) -> Option<BalanceView> {
        None
    }

    /// The leverage and margin mode of one instrument.
    pub fn leverage(&self, _account: AccountNo, _instrument: InstrumentNo) -> (u32, MarginMode) {
        (self.config.default_leverage, MarginMode::Cross)
    }

    /// One-way or hedge.
    pub fn position_mode(&self, _account: AccountNo) -> PositionMode {
        PositionMode::OneWay
    }

    /// What the account pays on the instrument.
    pub fn fee_rates(&self, _account: AccountNo, instrument: InstrumentNo) -> FeeRates {
        self.listing(instrument).map_or(FeeRates::default(), |listing| FeeRates {
            maker: listing.instrument.maker_fee,
            taker: listing.instrument.taker_fee,
        })
    }

    /// The moment of the dead-man timer of that scope; `None` when it is not armed.
    pub fn dead_man(&self, _account: AccountNo, _scope: &[InstrumentNo]) -> Option<Nanos> {
        None
    }

    /// How much more the account may buy or sell at that price, before fees: what "maximum order size" screens show.
    pub fn max_order(
        &self,
        _account: AccountNo,
        _instrument: InstrumentNo,
        _side: Side,
        _price: Ticks,
    ) -> Lots {
        Lots::ZERO
    }
}

/// Restart.
impl Exchange {
    /// The exchange as it was, from everything it wrote down. Where the settings say so, what was still open is
    /// cancelled at `at`, and the events that say so go to `out`, to be written down too.
    ///
    /// # Errors
    /// [`RestoreError`] when a fact contradicts the listings.
    pub fn restore(
        config: ExchangeConfig,
        listings: Vec<Listing>,
        _facts: impl IntoIterator<Item = ExchangeFact>,
        at: Nanos,
        _out: &mut Vec<ExchangeEvent>,
    ) -> Result<Exchange, RestoreError> {
        Ok(Exchange::new(config, listings, at))
    }

    /// A number over everything [`Exchange::restore`] brings back: equal for equal states.
    pub fn fingerprint(&self) -> u64 {
        0
    }
}

/// Why facts do not make an exchange.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A fact names an instrument that is not listed.
    #[error(
        "a fact names instrument {0}, which is not listed: start with the listings it was written with"
    )]
    Instrument(u16),
}
