//! A whole exchange: many accounts, one matching engine an instrument, margin, funding and liquidation.
//!
//! Sans-IO. The server shows it the public market ([`Exchange::on_market`]), tells it the time
//! ([`Exchange::advance`]) and hands it the commands of accounts ([`Exchange::apply`]), which are answered at once;
//! latency is the server's business. What happened comes out as [`ExchangeEvent`]s, in order; those that must
//! survive a crash turn into [`ExchangeFact`] lines, to be written down before anyone is told.
//! The same calls give the same answers, events and facts.
//!
//! An order's way: `admit` (may it?), `place` (it exists), `take` (it trades), `life` (it rests, it closes), `trade`
//! (what a trade books). Beside it: `margin`, `timers` (funding, dead men), `fire` (stops), `forced` (liquidation),
//! `operate` (faults), `query` and `holdings` (what one may ask), `restore`.

mod account;
mod act;
mod admit;
mod amend;
mod command;
mod config;
mod deleverage;
mod event;
mod fact;
mod fire;
mod forced;
mod holdings;
mod life;
mod listing;
mod margin;
mod market;
mod operate;
mod order;
mod own;
mod place;
mod position;
mod pricing;
mod query;
mod refusal;
mod restore;
mod scale;
mod settings;
mod take;
mod tape;
mod text;
mod timers;
mod trade;
mod triggers;
mod view;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::Nanos;

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
pub use fact::{
    ExchangeFact, ExchangeFactError, HouseFact, NumbersFact, PositionFact, SettingsFact,
    StreetFact, TermsFact,
};
pub use listing::{Listing, ListingStatus};
pub use order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
pub use refusal::Refusal;
pub use restore::RestoreError;
pub use text::{Asset, ClientId, Text, TooLong};
pub use view::{BalanceView, BookChanges, BookView, Candle, FeeRates, Offer, Ticker24h};

use account::Account;
use forced::House;
use life::Order;
use market::Market;
use timers::Timer;

/// One simulated venue's exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    config: ExchangeConfig,
    listings: Vec<Listing>,
    /// One for each listing.
    markets: Vec<Market>,
    accounts: BTreeMap<AccountNo, Account>,
    /// The open ones.
    orders: BTreeMap<OrderId, Order>,
    last_order_id: u64,
    last_fill_id: u64,
    house: BTreeMap<Asset, House>,
    timers: BTreeSet<(Nanos, Timer)>,
    maintenance: bool,
    takes_reused_ids: bool,
    now: Nanos,
}

impl Exchange {
    /// An exchange nobody has traded on yet; `InstrumentNo` is the place in `listings`.
    ///
    /// # Panics
    /// When there are more listings than instrument numbers.
    pub fn new(config: ExchangeConfig, listings: Vec<Listing>, at: Nanos) -> Exchange {
        let markets: Vec<Market> =
            listings.iter().map(|listing| Market::new(listing, &config, at)).collect();
        let mut exchange = Exchange {
            last_order_id: config.first_id,
            last_fill_id: config.first_id,
            config,
            listings,
            markets,
            accounts: BTreeMap::new(),
            orders: BTreeMap::new(),
            house: BTreeMap::new(),
            timers: BTreeSet::new(),
            maintenance: false,
            takes_reused_ids: false,
            now: at,
        };
        let first_mark = market::next_multiple(at, exchange.config.mark_interval);
        exchange.timers.insert((first_mark, Timer::Mark));
        for no in exchange.numbers() {
            if let Some(due) = exchange.markets[no.index()].pricing.next_funding_at {
                exchange.timers.insert((due, Timer::Funding(no)));
            }
        }
        exchange
    }
}
