//! One account's request at work: what the venue remembers, the exchange, and who asks.

use std::collections::{BTreeMap, VecDeque};

use aurora_matching::exchange::{
    AccountNo, Asset, BookView, EventKind, ExchangeEvent, ExchangeFill, MarginMode, OrderId,
    OrderSnapshot, PositionSide, PositionSnapshot,
};
use aurora_model::{InstrumentNo, Lots, Nanos};
use rust_decimal::Decimal;

use super::algo::Algo;
use super::ask::Text;
use super::code::{Answer, Refusal};
use super::limit::Limits;
use super::listed::Listed;
use super::row::account::Held;
use super::row::order::{Extra, OrderRow};
use super::row::position::{Closed, PositionRow};
use crate::dialect::World;

/// How many orders the venue remembers the extras and the last fill of.
const REMEMBERED: usize = 50_000;

/// How many closed positions are remembered.
const MOST_CLOSED: usize = 1000;

/// What the venue keeps that the exchange does not.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Tags and the like.
    pub(crate) extras: BTreeMap<OrderId, Extra>,
    /// The newest fill of an order.
    pub(crate) fills: BTreeMap<OrderId, ExchangeFill>,
    /// The newest fill, and what was charged since the position was opened.
    pub(crate) tallies: BTreeMap<(AccountNo, InstrumentNo, PositionSide), Tally>,
    /// The request ids of amends whose push is still to come.
    pub(crate) amends: BTreeMap<OrderId, String>,
    /// Conditional orders, by the id of the parked order.
    pub(crate) algos: BTreeMap<OrderId, Algo>,
    /// Positions that were closed, oldest first.
    pub(crate) closed: VecDeque<Closed>,
    /// How often who has asked.
    pub(crate) limits: Limits,
    /// The book's update id that the wire calls zero; moves when the book service restarts.
    first_seq: BTreeMap<InstrumentNo, u64>,
}

/// What a position has come to since it was opened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) fill: Option<ExchangeFill>,
    /// Below zero was paid.
    pub(crate) fee: Decimal,
    pub(crate) funding: Decimal,
    pub(crate) profit: Decimal,
    /// As it was before the newest change.
    open: Option<PositionSnapshot>,
    /// The most it ever was.
    most: Lots,
}

impl Memory {
    /// An update id of the book as the wire numbers it.
    pub(crate) fn seq(&self, no: InstrumentNo, id: u64) -> u64 {
        id.saturating_sub(self.first_seq.get(&no).copied().unwrap_or(0))
    }

    /// The book service restarts: every book is numbered from the beginning.
    pub(crate) fn restart_books(&mut self, world: &World<'_>) {
        let ids = all(world).map(|listed| (listed.no, world.exchange.book_id(listed.no)));
        self.first_seq = ids.collect();
    }

    /// Notes what an event says about orders and positions.
    pub(crate) fn note(&mut self, event: &ExchangeEvent) {
        match &event.kind {
            EventKind::Fill(fill) => {
                remember(&mut self.fills, fill.order, *fill);
                let tally = self.tally(fill.account, fill.instrument, fill.position_side);
                tally.fill = Some(*fill);
                tally.fee -= fill.fee.decimal();
                tally.profit += fill.realized.decimal();
            }
            EventKind::Funding(payment) => {
                self.tally(payment.account, payment.instrument, payment.position_side).funding +=
                    payment.amount.decimal();
            }
            EventKind::Position { account, position, .. } => {
                let tally = self.tally(*account, position.instrument, position.position_side);
                if position.lots.0 != 0 {
                    tally.open = Some(*position);
                    tally.most = tally.most.max(position.lots.abs());
                    return;
                }
                let was = std::mem::take(tally);
                tally.fill = was.fill;
                self.remember_closed(*account, &was, position);
            }
            _ => {}
        }
    }

    fn remember_closed(&mut self, account: AccountNo, was: &Tally, flat: &PositionSnapshot) {
        let (Some(open), Some(fill)) = (was.open, was.fill) else { return };
        self.closed.push_back(Closed {
            account,
            instrument: flat.instrument,
            open,
            close_price: fill.price,
            most: was.most,
            profit: was.profit,
            fee: was.fee,
            funding: was.funding,
            at: flat.updated_at,
        });
        if MOST_CLOSED < self.closed.len() {
            self.closed.pop_front();
        }
    }

    /// Keeps what an order was sent with.
    pub(crate) fn keep(&mut self, order: OrderId, extra: Extra) {
        remember(&mut self.extras, order, extra);
    }

    fn tally(&mut self, account: AccountNo, no: InstrumentNo, side: PositionSide) -> &mut Tally {
        self.tallies.entry((account, no, side)).or_default()
    }

    /// A row of an order.
    pub(crate) fn order_row<'a>(
        &'a self,
        world: &'a World<'_>,
        order: &'a OrderSnapshot,
    ) -> Option<OrderRow<'a>> {
        Some(OrderRow {
            listed: listed(world, order.instrument)?,
            order,
            extra: self.extras.get(&order.id),
            fill: self.fills.get(&order.id),
            leverage: Some(world.exchange.leverage(order.account, order.instrument).0),
        })
    }

    /// A row of a position.
    pub(crate) fn position_row<'a>(
        &'a self,
        world: &'a World<'_>,
        account: AccountNo,
        position: &'a PositionSnapshot,
    ) -> Option<PositionRow<'a>> {
        let listed = listed(world, position.instrument)?;
        let key = (account, position.instrument, position.position_side);
        let tally = self.tallies.get(&key);
        let mark = world.exchange.mark_price(position.instrument);
        let last = world.exchange.last_trade(position.instrument);
        let balance = Asset::new(listed.settle())
            .ok()
            .and_then(|asset| world.exchange.balance(account, asset));
        let ratio = balance.filter(|_| position.margin == MarginMode::Cross);
        Some(PositionRow {
            account,
            listed,
            position,
            index: mark.map_or(Decimal::ZERO, |mark| mark.index),
            last: last.map_or(Decimal::ZERO, |trade| listed.price(trade.price)),
            fill: tally.and_then(|tally| tally.fill.as_ref()),
            fee: tally.map_or(Decimal::ZERO, |tally| tally.fee),
            funding: tally.map_or(Decimal::ZERO, |tally| tally.funding),
            margin_ratio: ratio.and_then(|balance| super::row::account::margin_ratio(&balance)),
            now: world.told_now(),
        })
    }
}

/// Keeps one more, and forgets the oldest when there are too many.
fn remember<T>(map: &mut BTreeMap<OrderId, T>, order: OrderId, value: T) {
    map.insert(order, value);
    if REMEMBERED < map.len() {
        map.pop_first();
    }
}

/// An instrument by its place.
pub(crate) fn listed<'a>(world: &'a World<'_>, no: InstrumentNo) -> Option<Listed<'a>> {
    let listing = world.exchange.listing(no)?;
    Some(Listed { no, listing, tick_multiple: world.exchange.tick_multiple(no) })
}

/// Every instrument, in the exchange's order.
pub(crate) fn all<'a>(world: &'a World<'_>) -> impl Iterator<Item = Listed<'a>> {
    let numbers = (0..).map(InstrumentNo).take(world.exchange.listings().len());
    numbers.filter_map(|no| listed(world, no))
}

/// The money of an account, each currency with its worth in dollars.
pub(crate) fn held(world: &World<'_>, account: AccountNo) -> Vec<Held> {
    let balances = world.exchange.balances(account).into_iter();
    balances
        .map(|balance| Held { balance, dollars: dollars(world, balance.asset.as_str()) })
        .collect()
}

/// What one of a currency is worth in dollars, by the index; zero when nothing here says.
pub(crate) fn dollars(world: &World<'_>, asset: &str) -> Decimal {
    if matches!(asset, "USDT" | "USDC" | "USD") {
        return Decimal::ONE;
    }
    let priced = |listed: Listed<'_>| {
        let mark = world.exchange.mark_price(listed.no).map(|mark| mark.index);
        mark.or_else(|| Some(listed.price(world.exchange.last_trade(listed.no)?.price)))
    };
    all(world).filter(|listed| listed.base() == asset).find_map(priced).unwrap_or_default()
}

/// One request of one account.
#[derive(Debug)]
pub(crate) struct Desk<'a, 'w> {
    pub(crate) memory: &'a mut Memory,
    pub(crate) world: &'a mut World<'w>,
    pub(crate) account: AccountNo,
}

impl Desk<'_, '_> {
    /// The time as the venue tells it.
    pub(crate) fn now(&self) -> Nanos {
        self.world.told_now()
    }

    /// An instrument that is surely there.
    pub(crate) fn listed(&self, no: InstrumentNo) -> Listed<'_> {
        listed(self.world, no).expect("the number came from the list")
    }

    /// The instrument a request names, by id or by code.
    pub(crate) fn named(&self, inst_id: &str, code: &str) -> Answer<InstrumentNo> {
        let exchange = &self.world.exchange;
        let no = if !inst_id.is_empty() {
            exchange.instrument_no(inst_id)
        } else if !code.is_empty() {
            let code = code.parse().map_err(|_| Refusal::parameter("instIdCode"))?;
            Listed::of_code(code).filter(|no| exchange.listing(*no).is_some())
        } else {
            return Err(Refusal::missing("instId"));
        };
        no.ok_or(Refusal::of(51001))
    }

    /// The same, from a body.
    pub(crate) fn instrument(&self, inst_id: &Text<'_>, code: &Text<'_>) -> Answer<InstrumentNo> {
        self.named(inst_id, code)
    }

    /// The book to some depth.
    pub(crate) fn book(&self, no: InstrumentNo, depth: usize) -> BookView {
        self.world.exchange.book(no, depth)
    }
}
