//! Faults of the exchange itself: they strike once, and what can be undone is when the rule ends.

use aurora_matching::exchange::{AccountNo, Asset, Exchange, ExchangeEvent, ListingStatus};
use aurora_model::{InstrumentNo, Nanos, Notional};

use super::request::Faults;
use super::rule::{Realm, Rule, What};

/// What takes a fault back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undo {
    Nothing,
    Maintenance,
    Status(InstrumentNo),
    Tick(InstrumentNo),
    Funding(InstrumentNo),
    Balance(AccountNo, Asset),
    Skew,
    Keys,
    ReusedIds,
}

impl Faults {
    /// Strikes with what is due, and undoes what is over.
    pub(crate) fn act_on(
        &mut self,
        exchange: &mut Exchange,
        now: Nanos,
        events: &mut Vec<ExchangeEvent>,
    ) {
        for place in 0..self.rules.len() {
            let armed = &mut self.rules[place];
            if armed.rule.what.realm() != Realm::Exchange {
                continue;
            }
            if armed.struck == 0 && armed.is_due(now) {
                armed.struck = 1;
                let rule = armed.rule.clone();
                self.strike(&rule, exchange, now, events);
            } else if armed.struck == 1 && armed.is_over(now) {
                armed.struck = 2;
                let undo = undo_of(&armed.rule, exchange);
                self.undo(undo, exchange, now, events);
            }
        }
    }

    fn strike(
        &mut self,
        rule: &Rule,
        exchange: &mut Exchange,
        now: Nanos,
        events: &mut Vec<ExchangeEvent>,
    ) {
        let symbol = rule.place.symbol.as_deref().unwrap_or_default();
        let no = exchange.instrument_no(symbol);
        match (&rule.what, no) {
            (What::ExpireSession, _) => self.expires_sessions = true,
            (What::RestartBooks, _) => self.restarts_books = true,
            (What::Maintenance, _) => exchange.set_maintenance(true),
            (What::KeyMayWithdraw, _) => self.key_may_withdraw = true,
            (What::ClockSkew(by), _) => self.skew = *by,
            (What::ReusedIds, _) => exchange.take_reused_ids(true),
            (What::Liquidate { account }, _) => {
                exchange.force_liquidation(now, AccountNo(*account), events);
            }
            (What::WrongBalance { account, asset, by }, _) => {
                if let Ok(asset) = Asset::new(asset) {
                    exchange.shift_displayed_balance(AccountNo(*account), asset, *by);
                }
            }
            (What::Halt, Some(no)) => exchange.set_status(now, no, ListingStatus::Halt, events),
            (What::Delist, Some(no)) => exchange.set_status(now, no, ListingStatus::Closed, events),
            (What::TickSize { multiple }, Some(no)) => {
                exchange.set_tick_multiple(now, no, *multiple, events);
            }
            (What::PayFunding(rate), Some(no)) => exchange.force_funding(now, no, *rate, events),
            (What::FundingRate(rate), Some(no)) => exchange.set_funding_rate(no, Some(*rate)),
            _ => {}
        }
    }

    /// Takes a fault back.
    pub(crate) fn undo(
        &mut self,
        undo: Undo,
        exchange: &mut Exchange,
        now: Nanos,
        events: &mut Vec<ExchangeEvent>,
    ) {
        match undo {
            Undo::Nothing => {}
            Undo::Maintenance => exchange.set_maintenance(false),
            Undo::Status(no) => exchange.set_status(now, no, ListingStatus::Trading, events),
            Undo::Tick(no) => exchange.set_tick_multiple(now, no, 1, events),
            Undo::Funding(no) => exchange.set_funding_rate(no, None),
            Undo::Balance(account, asset) => {
                exchange.shift_displayed_balance(account, asset, Notional::ZERO);
            }
            Undo::Keys => self.key_may_withdraw = false,
            Undo::Skew => self.skew = Nanos(0),
            Undo::ReusedIds => exchange.take_reused_ids(false),
        }
    }
}

/// What takes the rule's strike back.
pub(crate) fn undo_of(rule: &Rule, exchange: &Exchange) -> Undo {
    let symbol = rule.place.symbol.as_deref().unwrap_or_default();
    let no = exchange.instrument_no(symbol);
    match (&rule.what, no) {
        (What::Maintenance, _) => Undo::Maintenance,
        (What::ClockSkew(_), _) => Undo::Skew,
        (What::KeyMayWithdraw, _) => Undo::Keys,
        (What::ReusedIds, _) => Undo::ReusedIds,
        (What::Halt | What::Delist, Some(no)) => Undo::Status(no),
        (What::TickSize { .. }, Some(no)) => Undo::Tick(no),
        (What::FundingRate(_), Some(no)) => Undo::Funding(no),
        (What::WrongBalance { account, asset, .. }, _) => match Asset::new(asset) {
            Ok(asset) => Undo::Balance(AccountNo(*account), asset),
            Err(_) => Undo::Nothing,
        },
        _ => Undo::Nothing,
    }
}
