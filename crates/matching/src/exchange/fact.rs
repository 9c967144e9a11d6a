//! What the exchange must still know after a crash, one line of text each.

use super::event::{BalanceChange, EventKind, ExchangeEvent, ExchangeFill, FundingPayment};
use super::order::OrderSnapshot;

/// One line: the state after a change. [`ExchangeFact::of`] makes it from an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is written and dropped")]
pub enum ExchangeFact {
    /// An order as it now is.
    Order(OrderSnapshot),
    /// A fill.
    Fill(ExchangeFill),
    /// A balance as it now is.
    Balance(BalanceChange),
    /// A funding payment.
    Funding(FundingPayment),
}

impl ExchangeFact {
    /// The fact that an event leaves; `None` when it leaves none.
    pub fn of(event: &ExchangeEvent) -> Option<ExchangeFact> {
        match event.kind {
            EventKind::Order(order) => Some(ExchangeFact::Order(order)),
            EventKind::Fill(fill) => Some(ExchangeFact::Fill(fill)),
            EventKind::Balance(change) => Some(ExchangeFact::Balance(change)),
            EventKind::Funding(payment) => Some(ExchangeFact::Funding(payment)),
            _ => None,
        }
    }
}
