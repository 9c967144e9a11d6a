//! The paper venue: our orders, by price and time, in a book that does not contain them.
//!
//! Sans-IO. The runtime shows it the market ([`PaperVenue::on_market`]), hands it requests
//! ([`PaperVenue::submit`]) and the time ([`PaperVenue::advance`]); it gets back facts, to be written down first,
//! and reports, each with the moment it is to be delivered. The same calls give the same facts and reports.
//!
//! What it promises, and what it approximates:
//! * never more is filled than was there: one trade's volume is shared over our orders once, a displayed lot is
//!   taken once (see `depth.rs`);
//! * a resting order waits for what was ahead of it (see `resting.rs`); a trade or an offer beyond its price
//!   fills it at its own price;
//! * our orders do not move the market: nobody else reacts to them;
//! * an order that could trade with another of ours is refused, the newer one, even if the public book would
//!   have filled it first.

mod account;
mod arrive;
pub(crate) mod depth;
pub(crate) mod resting;
mod scribe;
mod wire;

use aurora_model::{
    ClientOrderId, Fill, Instrument, InstrumentNo, Liquidity, Lots, MarketEvent, MarketKind, Nanos,
    Side, VenueOrder, VenueReport, VenueRequest,
};

use crate::config::VenueConfig;
use crate::fact::VenueFact;
use account::Account;
pub use account::RestoreError;
use depth::Depth;
use resting::{Resting, run_trade};
use scribe::Scribe;
use wire::Wire;

/// What comes out of the venue. The caller owns it, empties it and hands it in again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VenueOutput {
    /// To be made durable before any of the reports is delivered.
    pub facts: Vec<VenueFact>,
    /// Each with the moment it reaches the desk; moments never go back.
    pub reports: Vec<(Nanos, VenueReport)>,
}

/// Where a resting order stands at its price, in public lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Trades before us.
    pub ahead: Lots,
    /// Trades after us.
    pub behind: Lots,
}

/// An exchange for one account in somebody else's market.
#[derive(Clone, Debug)]
pub struct PaperVenue {
    config: VenueConfig,
    account: Account,
    markets: Vec<Market>,
    wire: Wire,
}

/// One instrument: the public book, and ours in it, best price first, then oldest first.
#[derive(Clone, Debug)]
struct Market {
    depth: Depth,
    bids: Vec<Resting>,
    asks: Vec<Resting>,
}

impl PaperVenue {
    /// A venue nobody has traded on yet; `InstrumentNo` is the place in `instruments`.
    pub fn new(instruments: Vec<Instrument>, config: VenueConfig) -> PaperVenue {
        let market = Market { depth: Depth::new(), bids: Vec::new(), asks: Vec::new() };
        PaperVenue {
            markets: vec![market; instruments.len()],
            wire: Wire::new(config.seed),
            account: Account::new(instruments),
            config,
        }
    }

    /// The venue as it was, from everything it wrote down. The connection was lost with the process: what was
    /// still open is cancelled at `at`, and the facts that say so are returned, to be written down too.
    ///
    /// # Errors
    /// [`RestoreError`] when a fact contradicts the instruments or the facts before it.
    pub fn restore(
        instruments: Vec<Instrument>,
        config: VenueConfig,
        facts: impl IntoIterator<Item = VenueFact>,
        at: Nanos,
    ) -> Result<(PaperVenue, Vec<VenueFact>), RestoreError> {
        let mut venue = PaperVenue::new(instruments, config);
        for fact in facts {
            venue.account.book(&fact)?;
        }
        let mut canceled = Vec::new();
        venue.cancel_open(at, &mut canceled);
        Ok((venue, canceled))
    }

    /// Sends a request; it arrives after the order latency.
    pub fn submit(&mut self, at: Nanos, request: VenueRequest) {
        self.wire.send(at, request, &self.config);
    }

    /// When the next request arrives: [`PaperVenue::advance`] has something to do then.
    pub fn next_at(&self) -> Option<Nanos> {
        self.wire.next_at()
    }

    /// Lets everything arrive that arrives at `to` or before.
    pub fn advance(&mut self, to: Nanos, out: &mut VenueOutput) {
        while let Some(way) = self.wire.arrive(to) {
            self.arrive(&way, out);
        }
    }

    /// Shows it the market, after letting arrive what came before. Costs little where we have no orders.
    pub fn on_market(&mut self, event: &MarketEvent<'_>, out: &mut VenueOutput) {
        self.advance(event.received_at, out);
        let (no, at) = (event.instrument, event.received_at);
        let Some(market) = self.markets.get_mut(no.index()) else { return };
        market.depth.apply(&event.kind);
        if market.bids.is_empty() && market.asks.is_empty() {
            return;
        }
        let mut scribe =
            Scribe { account: &mut self.account, wire: &mut self.wire, config: &self.config, out };
        let filled = match event.kind {
            MarketKind::Trade { aggressor, price, qty, .. } => {
                let orders = market.side_mut(aggressor.opposite());
                let reach = orders.partition_point(|o| o.price == price || o.stands_before(price));
                let mut filled = false;
                run_trade(&mut orders[..reach], price, qty, |id, most| {
                    let own = scribe.account.order(id).map_or(price, |order| order.intent.limit);
                    let qty = scribe.fill(id, own, most, Liquidity::Maker, at);
                    filled |= Lots::ZERO < qty;
                    qty
                });
                filled
            }
            _ => {
                market.see(&self.config);
                market.cross(Side::Buy, &mut scribe, at) | market.cross(Side::Sell, &mut scribe, at)
            }
        };
        if filled {
            self.settle(no, at, out);
        }
    }

    /// Where the order stands in its queue; `None` when it does not rest.
    pub fn queue(&self, id: ClientOrderId) -> Option<Queue> {
        let order = self.account.order(id).filter(|order| order.is_open)?;
        let market = &self.markets[order.intent.instrument.index()];
        let resting = market.side(order.intent.side).iter().find(|resting| resting.id == id)?;
        Some(Queue { ahead: resting.ahead, behind: resting.behind() })
    }

    /// Every open order, by id.
    pub fn open_orders(&self) -> impl Iterator<Item = &VenueOrder> {
        self.account.open_orders()
    }

    /// Every position that is not flat.
    pub fn positions(&self) -> Vec<(InstrumentNo, Lots)> {
        self.account.positions()
    }

    /// Every fill at that moment or after it, oldest first.
    pub fn fills_since(&self, moment: Nanos) -> &[Fill] {
        self.account.fills_since(moment)
    }

    /// The connection is lost: what was on its way to the venue never arrives, and open orders are cancelled if
    /// the venue is set so. Nobody is there to be told; facts only.
    pub fn disconnect(&mut self, at: Nanos, out: &mut VenueOutput) {
        self.wire.cut();
        if self.config.cancel_on_disconnect {
            self.cancel_open(at, &mut out.facts);
        }
    }

    fn cancel_open(&mut self, at: Nanos, facts: &mut Vec<VenueFact>) {
        let open: Vec<ClientOrderId> = self.account.open_orders().map(|order| order.id).collect();
        for id in open {
            let fact = VenueFact::Canceled { at, id };
            self.account.book(&fact).expect("an open order can be cancelled");
            facts.push(fact);
        }
        for market in &mut self.markets {
            market.bids.clear();
            market.asks.clear();
        }
    }

    /// After fills: closed orders leave the queue, and so do reduce-only orders with nothing left to reduce.
    fn settle(&mut self, no: InstrumentNo, at: Nanos, out: &mut VenueOutput) {
        let market = &mut self.markets[no.index()];
        let mut scribe =
            Scribe { account: &mut self.account, wire: &mut self.wire, config: &self.config, out };
        for orders in [&mut market.bids, &mut market.asks] {
            orders.retain(|resting| {
                if scribe.is_open(resting.id) && scribe.account.fillable(resting.id) == Lots::ZERO {
                    scribe.expire(resting.id, at);
                }
                scribe.is_open(resting.id)
            });
        }
    }
}

impl Market {
    fn side(&self, side: Side) -> &Vec<Resting> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut Vec<Resting> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    /// Our places after the book changed.
    fn see(&mut self, config: &VenueConfig) {
        for resting in self.bids.iter_mut().chain(&mut self.asks) {
            let displayed = self.depth.displayed(resting.side, resting.price);
            if displayed != resting.displayed {
                resting.see(displayed, config.queue);
            }
        }
    }

    /// Fills our orders of that side that someone now offers to trade with, at our price.
    fn cross(&mut self, side: Side, scribe: &mut Scribe<'_>, at: Nanos) -> bool {
        let against = side.opposite();
        let mut any = false;
        for order in 0..self.side(side).len() {
            let order = self.side(side)[order];
            while let Some((price, offered)) = self.depth.best(against) {
                if !(price == order.price || order.stands_before(price)) {
                    return any;
                }
                let filled = scribe.fill(order.id, order.price, offered, Liquidity::Maker, at);
                self.depth.eat(against, price, filled);
                any |= Lots::ZERO < filled;
                if filled < offered {
                    break;
                }
            }
        }
        any
    }
}
