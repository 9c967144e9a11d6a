//! Mark, index and funding of one instrument, from its own touch.
//!
//! There is no other market to ask, so the index is the mid price remembered for a quarter of a minute or so. The
//! mark price is the index plus the smoothed basis, held between best bid and best ask: a lone print does not move it,
//! a moved market does at once. Funding is after Binance's formula (support article 360033525031): the mean premium
//! plus interest of 0.01%, the sum held within 0.05% of the premium, then within the listing's cap.

use std::collections::VecDeque;

use aurora_model::{Nanos, Ticks};
use rust_decimal::Decimal;

use super::event::FundingRecord;

/// Prices are counted in thousandths of a tick here.
const PARTS: i64 = 1_000;
/// How many settled fundings are remembered.
const HISTORY: usize = 500;

/// The prices of one instrument that are not traded prices.
#[derive(Clone, Debug)]
pub(super) struct Pricing {
    /// Thousandths of a tick; zero before the first touch.
    mark_parts: i64,
    index_parts: i64,
    basis_parts: i64,
    /// Billionths, smoothed.
    premium: i64,
    pub(super) mark: Decimal,
    pub(super) index: Decimal,
    pub(super) fixed_rate: Option<Decimal>,
    pub(super) next_funding_at: Option<Nanos>,
    pub(super) computed_at: Nanos,
    pub(super) history: VecDeque<FundingRecord>,
}

impl Pricing {
    pub(super) fn new(next_funding_at: Option<Nanos>) -> Pricing {
        Pricing {
            mark_parts: 0,
            index_parts: 0,
            basis_parts: 0,
            premium: 0,
            mark: Decimal::ZERO,
            index: Decimal::ZERO,
            fixed_rate: None,
            next_funding_at,
            computed_at: Nanos(0),
            history: VecDeque::new(),
        }
    }

    /// Whether there has been a touch.
    pub(super) fn is_known(&self) -> bool {
        self.mark_parts != 0
    }

    /// Looks at the touch once more; called every mark interval.
    pub(super) fn see(&mut self, bid: Ticks, ask: Ticks, tick: Decimal, at: Nanos) {
        let (bid, ask) = (bid.0.saturating_mul(PARTS), ask.0.saturating_mul(PARTS));
        let mid = bid / 2 + ask / 2;
        if !self.is_known() {
            self.index_parts = mid;
        }
        self.index_parts += (mid - self.index_parts) / 16;
        self.basis_parts += (mid - self.index_parts - self.basis_parts) / 32;
        let fair = self.index_parts + self.basis_parts;
        self.mark_parts = if bid <= ask { fair.clamp(bid, ask) } else { mid };
        let premium = i128::from(mid - self.index_parts) * 1_000_000_000
            / i128::from(self.index_parts.max(1));
        let premium = i64::try_from(premium).unwrap_or(0);
        self.premium += (premium - self.premium) / 64;
        let price = |parts: i64| tick * Decimal::from(parts) / Decimal::from(PARTS);
        self.mark = price(self.mark_parts);
        self.index = price(self.index_parts);
        self.computed_at = at;
    }

    /// The rate that would be settled now.
    pub(super) fn rate(&self, cap: Decimal) -> Decimal {
        if let Some(rate) = self.fixed_rate {
            return rate.clamp(-cap, cap);
        }
        let (interest, most) = (Decimal::new(1, 4), Decimal::new(5, 4));
        let premium = Decimal::new(self.premium, 9);
        (premium + (interest - premium).clamp(-most, most)).clamp(-cap, cap).round_dp(8)
    }

    /// Mark and index in ticks, for triggers: rounded down, and rounded up.
    pub(super) fn in_ticks(&self) -> [(Ticks, Ticks); 2] {
        [self.mark_parts, self.index_parts].map(|parts| {
            let below = parts.div_euclid(PARTS);
            (Ticks(below), Ticks(below + i64::from(parts.rem_euclid(PARTS) != 0)))
        })
    }

    pub(super) fn settled(&mut self, record: FundingRecord) {
        if HISTORY <= self.history.len() {
            self.history.pop_front();
        }
        self.history.push_back(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(pricing: &mut Pricing, bid: i64, times: usize) {
        for _ in 0..times {
            pricing.see(Ticks(bid), Ticks(bid + 2), Decimal::new(1, 1), Nanos(1));
        }
    }

    #[test]
    fn the_mark_stays_within_the_touch_and_the_index_follows() {
        let mut pricing = Pricing::new(None);
        assert!(!pricing.is_known());
        see(&mut pricing, 1_000, 1);
        assert_eq!((pricing.mark, pricing.index), (Decimal::new(1001, 1), Decimal::new(1001, 1)));
        see(&mut pricing, 1_100, 1);
        assert_eq!(pricing.mark, Decimal::from(110));
        assert!(pricing.index < Decimal::from(101));
        see(&mut pricing, 1_100, 200);
        assert_eq!(pricing.index.round_dp(1), Decimal::new(1101, 1));
    }

    #[test]
    fn a_calm_market_pays_the_interest_and_a_rising_one_more_up_to_the_cap() {
        let cap = Decimal::new(2, 3);
        let mut pricing = Pricing::new(None);
        see(&mut pricing, 100_000, 100);
        assert_eq!(pricing.rate(cap), Decimal::new(1, 4));
        for step in 0..200 {
            see(&mut pricing, 100_000 + step * 100, 1);
        }
        assert_eq!(pricing.rate(cap), cap);
        pricing.fixed_rate = Some(Decimal::new(-5, 4));
        assert_eq!(pricing.rate(cap), Decimal::new(-5, 4));
    }
}
