//! What the venue lists, by which rules its exchange works.

use aurora_matching::InstrumentSpec;
use aurora_matching::exchange::{ClientIdRule, ExchangeConfig, Listing, WouldTakeRule};
use aurora_model::{Lots, Nanos};
use rust_decimal::Decimal;

/// Orders may be this far from the mark price.
const BAND: (i64, u32) = (5, 2);
/// 2021-03-15, when the first of them was listed.
const LISTED_AT: Nanos = Nanos::from_millis(1_615_766_400_000);

/// The instruments and how the generated market trades them.
pub(super) fn market() -> Vec<InstrumentSpec> {
    InstrumentSpec::standard()
        .into_iter()
        .map(|mut spec| {
            let pair = format!("{}-{}", spec.instrument.id.base, spec.instrument.id.quote);
            let id = format!("BYBIT:PERP:{pair}");
            spec.instrument.id = id.parse().expect("an id written here");
            spec.instrument.maker_fee = Decimal::new(2, 4);
            spec.instrument.taker_fee = Decimal::new(55, 5);
            spec
        })
        .collect()
}

/// The listing of one of them.
pub(super) fn listing(spec: &InstrumentSpec) -> Listing {
    Listing {
        max_qty: Lots(1_000_000),
        max_market_qty: Lots(120_000),
        price_band: Decimal::new(BAND.0, BAND.1),
        max_open_orders: 500,
        max_leverage: 100,
        maintenance_rate: Decimal::new(5, 3),
        funding_cap: Decimal::new(5, 3),
        listed_at: LISTED_AT,
        ..Listing::new(spec.instrument.clone())
    }
}

/// The rules in which Bybit differs from the others.
pub(super) fn rules() -> ExchangeConfig {
    ExchangeConfig {
        default_leverage: 10,
        client_ids: ClientIdRule::AmongRemembered,
        post_only: WouldTakeRule::Cancel,
        post_only_amend: WouldTakeRule::Cancel,
        fok: WouldTakeRule::Cancel,
        amend_below_filled_closes: false,
        closed_orders: 5_000,
        fills: 10_000,
        ..ExchangeConfig::default()
    }
}
