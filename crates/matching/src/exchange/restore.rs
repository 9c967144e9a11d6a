//! The exchange after a restart: from the facts it wrote down.

use std::collections::BTreeMap;

use aurora_model::{InstrumentNo, Nanos};
use rust_decimal::Decimal;

use super::Exchange;
use super::account::{Account, Terms};
use super::command::{AccountNo, OrderId, OrderKind};
use super::config::ExchangeConfig;
use super::event::{BalanceChange, ChangeReason, ExchangeEvent, ExchangeFill};
use super::fact::{
    ExchangeFact, HouseFact, NumbersFact, PositionFact, SettingsFact, StreetFact, TermsFact,
};
use super::forced::House;
use super::listing::Listing;
use super::order::{CloseCause, OrderCause, OrderSnapshot, OrderStatus};
use super::position::Position;
use super::scale::notional;

/// Why facts do not make an exchange.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A fact names an instrument that is not listed.
    #[error(
        "a fact names instrument {0}, which is not listed: start with the listings it was written with"
    )]
    Instrument(u16),
}

impl Exchange {
    /// The exchange as it was, from everything it wrote down. Open orders stand at the back of their queues. Where the
    /// settings say so, what was still open is cancelled at `at`, and the events that say so go to `out`, to be
    /// written down too. Dead-man timers, halts and other knobs are not remembered.
    ///
    /// # Errors
    /// [`RestoreError`] when a fact contradicts the listings.
    pub fn restore(
        config: ExchangeConfig,
        listings: Vec<Listing>,
        facts: impl IntoIterator<Item = ExchangeFact>,
        at: Nanos,
        out: &mut Vec<ExchangeEvent>,
    ) -> Result<Exchange, RestoreError> {
        let mut exchange = Exchange::new(config, listings, at);
        // Each with when it got its place in the queue.
        let mut open: BTreeMap<OrderId, (usize, OrderSnapshot)> = BTreeMap::new();
        for (place, fact) in facts.into_iter().enumerate() {
            if let Some(no) = instrument_of(&fact).filter(|no| exchange.listing(*no).is_none()) {
                return Err(RestoreError::Instrument(no.0));
            }
            if let ExchangeFact::Order(order) = fact {
                exchange.recall_order(order, place, &mut open);
            } else {
                exchange.recall(fact);
            }
        }
        let mut open: Vec<(usize, OrderSnapshot)> = open.into_values().collect();
        open.sort_unstable_by_key(|(place, order)| (*place, order.id));
        for (_, order) in open {
            exchange.reopen(order);
        }
        if exchange.config.cancel_on_restart {
            for account in exchange.accounts() {
                exchange.close_all(account, None, |_| true, CloseCause::Restart, out);
            }
        }
        Ok(exchange)
    }

    /// Everything [`Exchange::restore`] needs, in place of all facts before: what a full file is replaced with.
    pub fn facts(&self) -> Vec<ExchangeFact> {
        let mut facts = Vec::new();
        for account in self.accounts.values() {
            account_facts(account, &mut facts);
        }
        let mut open: Vec<&OrderSnapshot> = self.orders.values().map(|order| &order.snap).collect();
        let seq = |order: &&OrderSnapshot| (self.orders[&order.id].seq, order.id);
        open.sort_unstable_by_key(seq);
        facts.extend(open.into_iter().map(|order| ExchangeFact::Order(*order)));
        for (asset, House { fees, insurance, funding }) in &self.house {
            let (fees, insurance, funding) = (*fees, *insurance, *funding);
            facts.push(ExchangeFact::House(HouseFact { asset: *asset, fees, insurance, funding }));
        }
        for (no, market) in self.numbers().zip(&self.markets) {
            facts.extend(market.pricing.history.iter().map(|r| ExchangeFact::Settled(*r)));
            let (lots, flow) = (market.street_lots, market.street_flow);
            facts.push(ExchangeFact::Street(StreetFact { instrument: no, lots, flow }));
        }
        let numbers = NumbersFact { order: self.last_order_id, fill: self.last_fill_id };
        facts.push(ExchangeFact::Numbers(numbers));
        facts
    }

    /// A number over everything [`Exchange::restore`] brings back: equal for equal states. Places in queues are not
    /// part of it.
    pub fn fingerprint(&self) -> u64 {
        let mut lines: Vec<String> = self.facts().iter().map(ExchangeFact::encode).collect();
        lines.sort_unstable();
        // FNV-1a, 64 bits.
        lines.iter().flat_map(|line| line.bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    fn recall_order(
        &mut self,
        order: OrderSnapshot,
        place: usize,
        open: &mut BTreeMap<OrderId, (usize, OrderSnapshot)>,
    ) {
        self.last_order_id = self.last_order_id.max(order.id.0);
        if order.status.is_open() {
            let entry = open.entry(order.id).or_insert((place, order));
            let keeps_place = matches!(order.cause, OrderCause::Trade);
            *entry = (if keeps_place { entry.0 } else { place }, order);
            self.recall_account(order.account).opened(&order);
            return;
        }
        open.remove(&order.id);
        let keep = self.config.closed_orders.max(1);
        self.recall_account(order.account).closed(&order, keep);
    }

    fn recall(&mut self, fact: ExchangeFact) {
        match fact {
            ExchangeFact::Order(_) => {}
            ExchangeFact::Fill(fill) => self.recall_fill(fill),
            ExchangeFact::Balance { at, change } => self.recall_balance(at, &change),
            ExchangeFact::Position(fact) => self.recall_position(&fact),
            ExchangeFact::Terms(TermsFact { account, instrument, leverage, mode }) => {
                let terms = Terms { leverage, mode };
                self.recall_account(account).terms.insert(instrument, terms);
            }
            ExchangeFact::Settings(SettingsFact { account, position_mode, fee_tier }) => {
                let of = self.recall_account(account);
                of.position_mode = position_mode;
                of.fee_tier = fee_tier;
            }
            ExchangeFact::Funding(payment) => {
                self.last_fill_id = self.last_fill_id.max(payment.id);
                self.house.entry(payment.asset).or_default().funding -= payment.amount.decimal();
                let config = self.config.clone();
                self.recall_account(payment.account).remember_funding(payment, &config);
            }
            ExchangeFact::Settled(record) => {
                self.markets[record.instrument.index()].pricing.settled(record);
            }
            ExchangeFact::House(HouseFact { asset, fees, insurance, funding }) => {
                self.house.insert(asset, House { fees, insurance, funding });
            }
            ExchangeFact::Street(StreetFact { instrument, lots, flow }) => {
                let market = &mut self.markets[instrument.index()];
                (market.street_lots, market.street_flow) = (lots, flow);
            }
            ExchangeFact::Numbers(NumbersFact { order, fill }) => {
                self.last_order_id = self.last_order_id.max(order);
                self.last_fill_id = self.last_fill_id.max(fill);
            }
        }
    }

    fn recall_account(&mut self, account: AccountNo) -> &mut Account {
        self.accounts.entry(account).or_insert_with(|| Account::new(account))
    }

    fn recall_fill(&mut self, fill: ExchangeFill) {
        self.last_fill_id = self.last_fill_id.max(fill.fill_id);
        self.house.entry(fill.fee_asset).or_default().fees += fill.fee.decimal();
        let market = &mut self.markets[fill.instrument.index()];
        market.tape.next_id = market.tape.next_id.max(fill.trade_id + 1);
        let sign = fill.side.sign();
        market.street_lots -= sign * fill.qty.0;
        market.street_flow += i128::from(sign) * market.scale.worth(fill.price, fill.qty);
        let config = self.config.clone();
        self.recall_account(fill.account).remember_fill(fill, &config);
    }

    fn recall_balance(&mut self, at: Nanos, change: &BalanceChange) {
        if change.reason == ChangeReason::Insurance {
            self.house.entry(change.asset).or_default().insurance -= change.change.decimal();
        }
        let wallet = self.recall_account(change.account).wallets.entry(change.asset).or_default();
        wallet.amount = change.wallet.decimal();
        if !change.change.decimal().is_zero() || change.reason == ChangeReason::Opened {
            wallet.updated_at = at;
        }
    }

    fn recall_position(&mut self, fact: &PositionFact) {
        let (account, no) = (fact.account, fact.instrument);
        let of = self.recall_account(account);
        let position = Position {
            lots: fact.lots,
            cost: fact.cost,
            isolated: fact.isolated.decimal(),
            realized: fact.realized.decimal(),
            opened_at: fact.opened_at,
            updated_at: fact.updated_at,
            ..Position::default()
        };
        of.positions.insert((no, fact.position_side), position);
        let holds = of.positions_in(no).any(|(_, position)| !position.is_flat());
        let holders = &mut self.markets[no.index()].holders;
        if holds {
            holders.insert(account);
        } else {
            holders.remove(&account);
        }
    }

    /// Puts an order back where open orders are, at the back of its queue.
    fn reopen(&mut self, order: OrderSnapshot) {
        self.keep_open(order);
        let tick = self.markets[order.instrument.index()].scale.tick;
        if let (Some(price), Some(open)) = (order.avg_price, self.orders.get_mut(&order.id)) {
            let paid = (price * Decimal::from(order.filled.0) / tick).round();
            open.paid = paid.mantissa() / 10_i128.pow(paid.scale());
        }
        if let (true, OrderKind::Limit(price)) = (order.status != OrderStatus::Parked, order.kind) {
            // What it holds is known from the order; nobody needs to be told again.
            self.rest(order.id, price, &mut Vec::new());
        }
    }
}

fn account_facts(account: &Account, facts: &mut Vec<ExchangeFact>) {
    let no = account.no;
    facts.push(ExchangeFact::Settings(SettingsFact {
        account: no,
        position_mode: account.position_mode,
        fee_tier: account.fee_tier,
    }));
    for (instrument, Terms { leverage, mode }) in &account.terms {
        let (instrument, leverage, mode) = (*instrument, *leverage, *mode);
        facts.push(ExchangeFact::Terms(TermsFact { account: no, instrument, leverage, mode }));
    }
    for (asset, wallet) in &account.wallets {
        let amount = notional(wallet.amount);
        let change = BalanceChange {
            account: no,
            asset: *asset,
            wallet: amount,
            locked: notional(wallet.locked),
            change: amount,
            reason: ChangeReason::Opened,
        };
        facts.push(ExchangeFact::Balance { at: wallet.updated_at, change });
    }
    for ((instrument, position_side), position) in &account.positions {
        if position.updated_at == Nanos(0) && position.is_flat() {
            continue;
        }
        facts.push(ExchangeFact::Position(PositionFact {
            account: no,
            instrument: *instrument,
            position_side: *position_side,
            lots: position.lots,
            cost: position.cost,
            isolated: notional(position.isolated),
            realized: notional(position.realized),
            opened_at: position.opened_at,
            updated_at: position.updated_at,
        }));
    }
    let closed = account.closed_in_order.iter().filter_map(|id| account.closed.get(id));
    facts.extend(closed.map(|order| ExchangeFact::Order(*order)));
    facts.extend(account.fills.iter().map(|fill| ExchangeFact::Fill(*fill)));
    facts.extend(account.funding.iter().map(|payment| ExchangeFact::Funding(*payment)));
}

fn instrument_of(fact: &ExchangeFact) -> Option<InstrumentNo> {
    match fact {
        ExchangeFact::Order(order) => Some(order.instrument),
        ExchangeFact::Fill(fill) => Some(fill.instrument),
        ExchangeFact::Position(fact) => Some(fact.instrument),
        ExchangeFact::Terms(fact) => Some(fact.instrument),
        ExchangeFact::Funding(payment) => Some(payment.instrument),
        ExchangeFact::Settled(record) => Some(record.instrument),
        ExchangeFact::Street(fact) => Some(fact.instrument),
        ExchangeFact::Balance { .. }
        | ExchangeFact::Settings(_)
        | ExchangeFact::House(_)
        | ExchangeFact::Numbers(_) => None,
    }
}
