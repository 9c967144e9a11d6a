//! What one instrument of the generated market is like.

use aurora_model::{Instrument, Notional, Payoff, Ticks};

/// One instrument of the generated market.
#[derive(Clone, Debug)]
pub struct InstrumentSpec {
    /// Its rules.
    pub instrument: Instrument,
    /// The price it starts at.
    pub start_price: Ticks,
    /// How it trades.
    pub character: Character,
}

/// How an instrument trades in calm weather. Rates are a second, sizes in lots, distances in ticks.
#[derive(Clone, Debug)]
pub struct Character {
    /// Deviation of one-second returns, in bps.
    pub volatility_bps: f64,
    /// How much of its return variance it shares with the others, 0 to 1.
    pub common: f64,
    /// How far the fair price wanders from the touch before the touch follows, in one-second deviations.
    pub stickiness: f64,
    /// Market orders.
    pub order_rate: f64,
    /// The median market order; sizes are lognormal.
    pub order_median: f64,
    /// The lognormal spread of market orders.
    pub order_spread: f64,
    /// The median size of the resting orders they trade against, one print each; lognormal as well.
    pub print_median: f64,
    /// Limit orders and cancels at the touch.
    pub touch_rate: f64,
    /// The usual size of the touch.
    pub touch_size: f64,
    /// The share of levels that hold something: near the touch, growth a tick, most.
    pub occupied: (f64, f64, f64),
    /// The mean of what such a level holds, as a share of the touch: near, growth a tick, most.
    pub level_size: (f64, f64, f64),
    /// Levels changed behind the touch in one diff.
    pub diff_levels: f64,
    /// The median distance of such a change.
    pub diff_distance: f64,
    /// How far the book reaches.
    pub reach: i64,
}

impl InstrumentSpec {
    /// The built-in instruments, at the prices they start from: `BTC-USDT`, `ETH-USDT` and `SOL-USDT` perpetuals on
    /// the paper venue.
    pub fn standard() -> Vec<InstrumentSpec> {
        type Like = fn(Instrument, Ticks) -> InstrumentSpec;
        let all: [(&str, &str, &str, i64, Like); 3] = [
            ("BTC-USDT", "0.1", "0.001", 618_000, InstrumentSpec::like_btc),
            ("ETH-USDT", "0.01", "0.001", 268_000, InstrumentSpec::like_eth),
            ("SOL-USDT", "0.01", "0.01", 15_000, InstrumentSpec::like_sol),
        ];
        let spec = |(pair, tick, lot, price, like): (&str, &str, &str, i64, Like)| {
            let decimal = |text: &str| text.parse().expect("a decimal written here");
            let instrument = Instrument {
                id: format!("PAPER:PERP:{pair}").parse().expect("an id written here"),
                symbol: pair.replace('-', ""),
                payoff: Payoff::Linear,
                tick: decimal(tick),
                lot: decimal(lot),
                multiplier: decimal("1"),
                min_notional: Notional::new(decimal("5")),
                maker_fee: decimal("0.0002"),
                taker_fee: decimal("0.0005"),
            };
            like(instrument, Ticks(price))
        };
        all.into_iter().map(spec).collect()
    }

    /// Trades like BTCUSDT on Binance USD-M on 2024-08-08: a fat touch one tick wide over a sparse book. Sizes
    /// are for a tick of 0.1 and a lot of 0.001.
    pub fn like_btc(instrument: Instrument, start_price: Ticks) -> InstrumentSpec {
        InstrumentSpec { instrument, start_price, character: Character::btc() }
    }

    /// Trades like ETHUSDT on the same day: a coarser tick, a fuller book. For a tick of 0.01, a lot of 0.001.
    pub fn like_eth(instrument: Instrument, start_price: Ticks) -> InstrumentSpec {
        InstrumentSpec { instrument, start_price, character: Character::eth() }
    }

    /// A large altcoin, not measured: fewer orders, more volatility, a thick touch. For a tick and lot of 0.01.
    pub fn like_sol(instrument: Instrument, start_price: Ticks) -> InstrumentSpec {
        InstrumentSpec { instrument, start_price, character: Character::sol() }
    }
}

impl Character {
    fn btc() -> Character {
        Character {
            volatility_bps: 1.24,
            common: 0.85,
            stickiness: 0.9,
            order_rate: 16.5,
            order_median: 34.0,
            order_spread: 2.4,
            print_median: 48.0,
            touch_rate: 155.0,
            touch_size: 4_200.0,
            occupied: (0.06, 0.0045, 0.72),
            level_size: (0.06, 0.0002, 0.08),
            diff_levels: 62.0,
            diff_distance: 330.0,
            reach: 1_500,
        }
    }

    fn eth() -> Character {
        Character {
            volatility_bps: 1.2,
            common: 0.85,
            stickiness: 0.9,
            order_rate: 11.5,
            order_median: 209.0,
            order_spread: 2.25,
            print_median: 270.0,
            touch_rate: 138.0,
            touch_size: 22_000.0,
            occupied: (0.12, 0.0105, 0.9),
            level_size: (0.07, 0.0025, 0.6),
            diff_levels: 58.0,
            diff_distance: 170.0,
            reach: 1_200,
        }
    }

    fn sol() -> Character {
        Character {
            volatility_bps: 1.9,
            common: 0.55,
            stickiness: 0.9,
            order_rate: 6.0,
            order_median: 300.0,
            order_spread: 2.2,
            print_median: 350.0,
            touch_rate: 70.0,
            touch_size: 30_000.0,
            occupied: (0.7, 0.01, 0.95),
            level_size: (0.22, 0.0075, 1.1),
            diff_levels: 40.0,
            diff_distance: 50.0,
            reach: 400,
        }
    }
}
