//! Numbers as people read them: each instrument's own decimals.

use std::sync::Arc;

use aurora_api::console::wire::{OrderTerms, Text};
use aurora_model::{Instrument, Lang, Lots, Nanos, Notional, OrderIntent, Reason, Ticks};
use rust_decimal::Decimal;

use crate::venues::VenueName;

/// One instrument's way of being written.
#[derive(Clone, Debug)]
pub(crate) struct Show {
    pub(crate) id: Arc<str>,
    /// The venue's word, as in `/api/ui/venues`.
    pub(crate) venue: &'static str,
    pub(crate) rules: Instrument,
    price_decimals: usize,
    qty_decimals: usize,
}

impl Show {
    pub(crate) fn new(rules: &Instrument) -> Show {
        Show {
            id: rules.id.to_string().into(),
            venue: VenueName::ALL
                .into_iter()
                .find(|name| name.venue() == rules.id.venue)
                .map_or("paper", VenueName::word),
            price_decimals: rules.price_decimals() as usize,
            qty_decimals: rules.qty_decimals() as usize,
            rules: rules.clone(),
        }
    }

    pub(crate) fn price(&self, ticks: Ticks) -> String {
        let value = self.rules.tick * Decimal::from(ticks.0);
        format!("{value:.*}", self.price_decimals)
    }

    /// A price between ticks, with one decimal more.
    pub(crate) fn fine_price(&self, ticks: f64) -> String {
        format!("{:.*}", self.price_decimals + 1, self.rules.price_f64(ticks))
    }

    pub(crate) fn qty(&self, lots: Lots) -> String {
        let value = self.rules.lot * Decimal::from(lots.0);
        format!("{value:.*}", self.qty_decimals)
    }

    /// The quantity with an explicit sign, as a position is written.
    pub(crate) fn signed_qty(&self, lots: Lots) -> String {
        if lots.0 > 0 { format!("+{}", self.qty(lots)) } else { self.qty(lots) }
    }

    /// What an order asks, and how much of it has filled.
    pub(crate) fn terms(&self, intent: &OrderIntent, filled: Lots) -> OrderTerms {
        OrderTerms {
            side: intent.side.word(),
            order_type: "limit",
            tif: intent.time_in_force.word(),
            price: self.price(intent.limit),
            qty: self.qty(intent.qty),
            filled: self.qty(filled),
        }
    }
}

/// Money with two decimals.
pub(crate) fn money(amount: Notional) -> String {
    format!("{:.2}", amount.decimal())
}

/// Money with an explicit sign and four decimals: a single trade's profit.
pub(crate) fn signed(amount: Notional, decimals: usize) -> String {
    let text = format!("{:.decimals$}", amount.decimal());
    if amount.decimal() > Decimal::ZERO { format!("+{text}") } else { text }
}

pub(crate) fn millis(at: Nanos) -> f64 {
    at.0 as f64 / 1e6
}

pub(crate) fn text(reason: &Reason) -> Text {
    Text::new(reason.text(Lang::Ru), reason.text(Lang::En))
}

/// A number as Russian writes it.
pub(crate) fn comma(number: &str) -> String {
    number.replace('.', ",").replace('-', "−")
}
