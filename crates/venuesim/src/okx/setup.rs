//! The venue as it starts: its rules, its instruments, and how each of them trades.

use aurora_matching::InstrumentSpec;
use aurora_matching::exchange::{Asset, ClientIdRule, ExchangeConfig, Listing, WouldTakeRule};
use aurora_model::{Instrument, Lots, Nanos, Notional, Payoff, Ticks, Venue};
use rust_decimal::Decimal;

use super::Okx;
use crate::setup::Setup;

/// One line of the list.
struct Line {
    base: &'static str,
    /// Price of one tick, and the first price in ticks.
    tick: &'static str,
    price: i64,
    /// Base of one contract; the swap's lot is a hundredth of it.
    contract: &'static str,
    /// Spot: the smallest step, and the smallest order in steps.
    spot_lot: &'static str,
    spot_min: i64,
    /// What a new account has of it.
    balance: i64,
    like: fn(Instrument, Ticks) -> InstrumentSpec,
    /// The lot that `like` counts in.
    like_lot: &'static str,
}

const LIST: [Line; 3] = [
    Line {
        base: "BTC",
        tick: "0.1",
        price: 618_000,
        contract: "0.01",
        spot_lot: "0.00000001",
        spot_min: 1_000,
        balance: 10,
        like: InstrumentSpec::like_btc,
        like_lot: "0.001",
    },
    Line {
        base: "ETH",
        tick: "0.01",
        price: 268_000,
        contract: "0.1",
        spot_lot: "0.000001",
        spot_min: 100,
        balance: 100,
        like: InstrumentSpec::like_eth,
        like_lot: "0.001",
    },
    Line {
        base: "SOL",
        tick: "0.01",
        price: 15_000,
        contract: "1",
        spot_lot: "0.000001",
        spot_min: 1_000,
        balance: 2_000,
        like: InstrumentSpec::like_sol,
        like_lot: "0.01",
    },
];

/// 2019-11-12, when the venue listed its USDT swaps.
const LISTED_AT: Nanos = Nanos::from_millis(1_573_557_408_000);

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal written here")
}

/// The venue, ready to be served.
pub(crate) fn setup() -> Setup {
    let swaps = LIST.iter().map(swap);
    let spots = LIST.iter().map(spot);
    let (listings, market) = swaps.chain(spots).unzip();
    Setup {
        venue: Venue::Okx,
        config: rules(),
        listings,
        market,
        dialect: Box::new(Okx::default()),
    }
}

/// How this venue's exchange differs from others.
fn rules() -> ExchangeConfig {
    let money = |name: &str, amount: i64| {
        let asset = Asset::new(name).expect("a name written here is short");
        (asset, Notional::new(Decimal::from(amount)))
    };
    let coins = LIST.iter().map(|line| money(line.base, line.balance));
    ExchangeConfig {
        starting_balances: [money("USDT", 1_000_000)].into_iter().chain(coins).collect(),
        default_leverage: 3,
        client_ids: ClientIdRule::AmongRemembered,
        post_only: WouldTakeRule::Cancel,
        post_only_amend: WouldTakeRule::Refuse,
        fok: WouldTakeRule::Cancel,
        refuse_empty_amend: false,
        refuse_instant_trigger: false,
        first_id: 2_497_956_918_703_120_000,
        ..ExchangeConfig::default()
    }
}

fn instrument(
    line: &Line,
    class: &str,
    symbol: String,
    lot: Decimal,
    fees: [&str; 2],
) -> Instrument {
    Instrument {
        id: format!("OKX:{class}:{}-USDT", line.base).parse().expect("an id written here"),
        symbol,
        payoff: Payoff::Linear,
        tick: decimal(line.tick),
        lot,
        multiplier: Decimal::ONE,
        min_notional: Notional::ZERO,
        maker_fee: decimal(fees[0]),
        taker_fee: decimal(fees[1]),
    }
}

fn swap(line: &Line) -> (Listing, InstrumentSpec) {
    let contract = decimal(line.contract);
    let lot = contract / Decimal::ONE_HUNDRED;
    let instrument =
        instrument(line, "PERP", format!("{}-USDT-SWAP", line.base), lot, ["0.0002", "0.0005"]);
    let listing = Listing {
        contract_value: contract,
        max_qty: Lots(10_000_000_000),
        max_market_qty: Lots(1_200_000),
        max_leverage: 100,
        listed_at: LISTED_AT,
        ..Listing::new(instrument.clone())
    };
    (listing, traded(line, instrument))
}

fn spot(line: &Line) -> (Listing, InstrumentSpec) {
    let lot = decimal(line.spot_lot);
    let instrument =
        instrument(line, "SPOT", format!("{}-USDT", line.base), lot, ["0.0008", "0.001"]);
    let listing = Listing {
        min_qty: Lots(line.spot_min),
        max_qty: Lots(1_000_000_000_000),
        max_market_qty: Lots(100_000_000_000),
        listed_at: LISTED_AT,
        ..Listing::new(instrument.clone())
    };
    (listing, traded(line, instrument))
}

/// How it trades: sizes are counted in another lot, so they grow with it.
fn traded(line: &Line, instrument: Instrument) -> InstrumentSpec {
    let times = aurora_model::number::decimal_to_f64(decimal(line.like_lot) / instrument.lot);
    let mut spec = (line.like)(instrument, Ticks(line.price));
    spec.character.order_median *= times;
    spec.character.print_median *= times;
    spec.character.touch_size *= times;
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_come_before_spot_and_a_swap_lot_is_a_hundredth_of_a_contract() {
        let setup = setup();
        let symbols: Vec<&str> =
            setup.listings.iter().map(|listing| &*listing.instrument.symbol).collect();
        let want =
            ["BTC-USDT-SWAP", "ETH-USDT-SWAP", "SOL-USDT-SWAP", "BTC-USDT", "ETH-USDT", "SOL-USDT"];
        assert_eq!(symbols, want);
        for (listing, spec) in setup.listings.iter().zip(&setup.market) {
            assert_eq!(listing.instrument, spec.instrument);
        }
    }
}
