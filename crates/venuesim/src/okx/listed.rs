//! An instrument in the venue's words, and its prices and sizes there and back.
//!
//! A swap is sized in contracts worth `ctVal` of base each, spot in base; the exchange counts lots of base.

use aurora_matching::exchange::{Listing, ListingStatus};
use aurora_model::{InstrumentNo, Lots, Notional, Payoff, Price, Qty, Ticks};
use rust_decimal::Decimal;

/// The first `instIdCode`; the list's places follow it.
const FIRST_CODE: u64 = 10_458;

/// One listing with its place in the exchange's list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) no: InstrumentNo,
    pub(crate) listing: &'a Listing,
    /// How many of the listing's ticks the venue's tick is now.
    pub(crate) tick_multiple: i64,
}

impl<'a> Listed<'a> {
    /// `BTC-USDT-SWAP`, `BTC-USDT`.
    pub(crate) fn inst_id(self) -> &'a str {
        &self.listing.instrument.symbol
    }

    /// The number that may stand for the id.
    pub(crate) fn code(self) -> u64 {
        FIRST_CODE + u64::from(self.no.0)
    }

    /// The place in the list that a code stands for.
    pub(crate) fn of_code(code: u64) -> Option<InstrumentNo> {
        Some(InstrumentNo(u16::try_from(code.checked_sub(FIRST_CODE)?).ok()?))
    }

    /// `SWAP` or `SPOT`.
    pub(crate) fn inst_type(self) -> &'static str {
        if self.is_spot() { "SPOT" } else { "SWAP" }
    }

    /// Traded for cash.
    pub(crate) fn is_spot(self) -> bool {
        self.listing.is_spot()
    }

    /// The family and underlying of a swap, `BTC-USDT`; empty on spot.
    pub(crate) fn family(self) -> String {
        if self.is_spot() { String::new() } else { self.pair() }
    }

    /// `BTC-USDT`, also the name of the index.
    pub(crate) fn pair(self) -> String {
        format!("{}-{}", self.base(), self.quote())
    }

    pub(crate) fn base(self) -> &'a str {
        &self.listing.instrument.id.base
    }

    pub(crate) fn quote(self) -> &'a str {
        &self.listing.instrument.id.quote
    }

    /// What profit and margin are counted in.
    pub(crate) fn settle(self) -> &'a str {
        self.listing.instrument.settle_currency()
    }

    /// The venue's word for the listing's state.
    pub(crate) fn state(self) -> &'static str {
        match self.listing.status {
            ListingStatus::Trading => "live",
            ListingStatus::PreLaunch => "preopen",
            ListingStatus::Halt => "suspend",
            ListingStatus::Settling | ListingStatus::Closed => "expired",
        }
    }

    /// How much of the exchange's quantity one unit of the wire's is.
    fn unit(self) -> Decimal {
        match self.listing.instrument.payoff {
            Payoff::Linear => self.listing.contract_value,
            Payoff::Inverse => Decimal::ONE,
        }
    }

    /// A size as the wire counts it: contracts or base.
    pub(crate) fn size(self, lots: Lots) -> Decimal {
        (self.listing.instrument.qty(lots).decimal() / self.unit()).normalize()
    }

    /// The same in base currency.
    pub(crate) fn base_size(self, lots: Lots) -> Decimal {
        self.listing.instrument.qty(lots).decimal().normalize()
    }

    /// A size from the wire in lots; `None` when it is not a whole number of them.
    pub(crate) fn lots(self, size: Decimal) -> Option<Lots> {
        self.listing.instrument.lots(Qty::new(size.checked_mul(self.unit())?))
    }

    /// The smallest step of a size on the wire.
    pub(crate) fn lot_size(self) -> Decimal {
        self.size(Lots(1))
    }

    /// A price as the wire shows it.
    pub(crate) fn price(self, ticks: Ticks) -> Decimal {
        (self.listing.instrument.tick * Decimal::from(ticks.0)).normalize()
    }

    /// The smallest step of a price.
    pub(crate) fn tick_size(self) -> Decimal {
        self.price(Ticks(self.tick_multiple))
    }

    /// A price from the wire in ticks; `None` when it is not a whole number of them.
    pub(crate) fn ticks(self, price: Decimal) -> Option<Ticks> {
        self.listing.instrument.ticks(Price::new(price)?)
    }

    /// A price that need not lie on the grid, shown with the grid's decimals.
    pub(crate) fn rounded(self, price: Decimal) -> Decimal {
        price.round_dp(self.listing.instrument.price_decimals() + 1).normalize()
    }

    /// What so many lots are worth at a price, in quote.
    pub(crate) fn worth(self, price: Decimal, lots: Lots) -> Notional {
        Notional::new(self.base_size(lots) * price)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use aurora_model::Instrument;

    /// A swap of 0.01 BTC a contract, and BTC spot.
    pub(crate) fn listings() -> [Listing; 2] {
        let instrument = |id: &str, symbol: &str, lot: &str| Instrument {
            id: id.parse().unwrap(),
            symbol: symbol.into(),
            payoff: Payoff::Linear,
            tick: "0.1".parse().unwrap(),
            lot: lot.parse().unwrap(),
            multiplier: Decimal::ONE,
            min_notional: Notional::ZERO,
            maker_fee: "0.0002".parse().unwrap(),
            taker_fee: "0.0005".parse().unwrap(),
        };
        let mut swap = Listing::new(instrument("OKX:PERP:BTC-USDT", "BTC-USDT-SWAP", "0.0001"));
        swap.contract_value = "0.01".parse().unwrap();
        [swap, Listing::new(instrument("OKX:SPOT:BTC-USDT", "BTC-USDT", "0.00001"))]
    }

    #[test]
    fn a_swap_is_sized_in_contracts_and_spot_in_base() {
        let listings = listings();
        let [swap, spot] = [0, 1].map(|n: usize| Listed {
            no: InstrumentNo(u16::try_from(n).unwrap()),
            listing: &listings[n],
            tick_multiple: 1,
        });
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(swap.lots(dec("0.02")), Some(Lots(2)));
        assert_eq!(swap.lots(dec("0.005")), None);
        assert_eq!(swap.size(Lots(150)), dec("1.5"));
        assert_eq!((swap.lot_size(), spot.lot_size()), (dec("0.01"), dec("0.00001")));
        assert_eq!(spot.lots(dec("0.02")), Some(Lots(2000)));
        assert_eq!((swap.inst_type(), spot.inst_type()), ("SWAP", "SPOT"));
        assert_eq!(Listed::of_code(spot.code()), Some(spot.no));
        assert_eq!((Listed::of_code(3), Listed::of_code(u64::MAX)), (None, None));
        assert_eq!(swap.ticks(dec("58799.95")), None);
    }
}
