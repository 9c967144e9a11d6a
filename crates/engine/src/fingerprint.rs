//! A short proof that two engines stand in the same place.
//!
//! It covers what money depends on: every order that may still fill, every position with its cost,
//! realized profit and fees, every currency's cash, and the trading state. Books and features are not
//! in it: they come back from the market by themselves.

use std::fmt::Write;

use aurora_exec::Orders;
use aurora_ledger::Ledger;
use aurora_model::TradingState;

/// The first 16 bytes of a BLAKE3 hash, as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub u128);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Fingerprint, std::num::ParseIntError> {
        u128::from_str_radix(text, 16).map(Fingerprint)
    }
}

/// The fingerprint of a state.
pub(crate) fn of(orders: &Orders, ledger: &Ledger, state: TradingState) -> Fingerprint {
    let mut text = String::with_capacity(1024);
    let _ = writeln!(text, "state {}", state.code());
    for order in orders.live() {
        let _ = writeln!(
            text,
            "order {} {} {} {} {} {}",
            order.id,
            order.state.code(),
            order.intent.side.word(),
            order.intent.limit.0,
            order.intent.qty.0,
            order.filled.0,
        );
    }
    for p in ledger.positions() {
        let _ = writeln!(
            text,
            "position {} {} {} {} {} {} {}",
            p.instrument.0,
            p.qty.0,
            p.open_cost.decimal().normalize(),
            p.realized.decimal().normalize(),
            p.fees.decimal().normalize(),
            p.bought.0,
            p.sold.0,
        );
    }
    for equity in ledger.equity() {
        let _ = writeln!(text, "cash {} {}", equity.currency, equity.cash.decimal().normalize());
    }
    for (venue, currency) in ledger.wallets() {
        if let Some(expected) = ledger.wallet_expected(venue, currency) {
            let expected = expected.decimal().normalize();
            let _ = writeln!(text, "wallet {} {currency} {expected}", venue.code());
        }
    }
    let hash = blake3::hash(text.as_bytes());
    let mut first = [0u8; 16];
    first.copy_from_slice(&hash.as_bytes()[..16]);
    Fingerprint(u128::from_be_bytes(first))
}
