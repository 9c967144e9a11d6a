//! One listed instrument, with what the wire needs at hand.

use aurora_matching::exchange::Listing;
use aurora_model::{Lots, Price, Qty, Ticks};
use rust_decimal::Decimal;

use super::code::ApiError;

/// A listed instrument.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) symbol: String,
    pub(super) base: String,
    pub(super) quote: String,
    tick: Step,
    lot: Step,
    /// Decimals a price may have; more than the tick has.
    pub(super) price_precision: u32,
    pub(super) qty_precision: u32,
    rules: aurora_model::Instrument,
}

/// A step as a whole number over a power of ten.
#[derive(Clone, Copy, Debug)]
struct Step {
    mantissa: i64,
    scale: u32,
}

impl Step {
    fn new(step: Decimal) -> Step {
        let mantissa = i64::try_from(step.mantissa()).expect("a step is a short decimal");
        Step { mantissa, scale: step.scale() }
    }

    /// So many steps as decimal text.
    fn put(self, out: &mut String, steps: i64) {
        let value = i128::from(steps) * i128::from(self.mantissa);
        if value < 0 {
            out.push('-');
        }
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(value.unsigned_abs());
        let scale = self.scale as usize;
        if scale == 0 {
            return out.push_str(digits);
        }
        let whole = digits.len().saturating_sub(scale);
        out.push_str(if whole == 0 { "0" } else { &digits[..whole] });
        out.push('.');
        out.extend(std::iter::repeat_n('0', scale.saturating_sub(digits.len())));
        out.push_str(&digits[whole..]);
    }
}

impl Listed {
    pub(super) fn new(listing: &Listing) -> Listed {
        let rules = listing.instrument.clone();
        Listed {
            symbol: rules.symbol.clone(),
            base: rules.id.base.clone(),
            quote: rules.id.quote.clone(),
            tick: Step::new(rules.tick),
            lot: Step::new(rules.lot),
            price_precision: rules.price_decimals().max(2),
            qty_precision: rules.qty_decimals(),
            rules,
        }
    }

    pub(super) fn put_price(&self, out: &mut String, price: Ticks) {
        self.tick.put(out, price.0);
    }

    pub(super) fn put_qty(&self, out: &mut String, qty: Lots) {
        self.lot.put(out, qty.0);
    }

    pub(super) fn price_text(&self, price: Ticks) -> String {
        let mut text = String::new();
        self.put_price(&mut text, price);
        text
    }

    pub(super) fn qty_text(&self, qty: Lots) -> String {
        let mut text = String::new();
        self.put_qty(&mut text, qty);
        text
    }

    /// A price as a decimal; also of zero ticks.
    pub(super) fn price(&self, price: Ticks) -> Decimal {
        self.rules.tick * Decimal::from(price.0)
    }

    pub(super) fn qty(&self, qty: Lots) -> Decimal {
        self.rules.qty(qty).decimal()
    }

    /// A price from the wire in ticks.
    pub(super) fn ticks(&self, price: Decimal) -> Result<Ticks, ApiError> {
        if price <= Decimal::ZERO {
            return Err(ApiError::new(-4001, "Price less than 0."));
        }
        precise(price, self.price_precision)?;
        let price = Price::new(price).expect("above zero");
        let off_tick = || ApiError::new(-4014, "Price not increased by tick size.");
        self.rules.ticks(price).ok_or_else(off_tick)
    }

    /// A quantity from the wire in lots.
    pub(super) fn lots(&self, qty: Decimal) -> Result<Lots, ApiError> {
        if qty <= Decimal::ZERO {
            return Err(ApiError::new(-4003, "Quantity less than or equal to zero."));
        }
        precise(qty, self.qty_precision)?;
        let off_step = || ApiError::new(-4023, "Qty not increased by step size.");
        self.rules.lots(Qty::new(qty)).ok_or_else(off_step)
    }
}

fn precise(value: Decimal, decimals: u32) -> Result<(), ApiError> {
    if value.normalize().scale() <= decimals {
        return Ok(());
    }
    Err(ApiError::new(-1111, "Precision is over the maximum defined for this asset."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_written_with_all_their_decimals() {
        let text = |step: &str, steps| {
            let mut out = String::new();
            Step::new(step.parse().unwrap()).put(&mut out, steps);
            out
        };
        assert_eq!(text("0.10", 618_000), "61800.00");
        assert_eq!(text("0.001", 5), "0.005");
        assert_eq!(text("0.001", -1_234), "-1.234");
        assert_eq!(text("1", 7), "7");
        assert_eq!(text("0.5", 3), "1.5");
    }
}
