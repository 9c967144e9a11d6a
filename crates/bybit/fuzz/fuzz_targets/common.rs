//! The instruments the samples speak of.

use aurora_model::{Instrument, InstrumentNo, Lots, Notional, Payoff};
use aurora_wire::{Rules, SymbolStatus};

pub fn rules() -> Vec<Rules> {
    let all = [("BTC", "0.01", "0.001"), ("ETH", "0.001", "0.01"), ("ICP", "0.001", "0.1")];
    let rules = |(no, (base, tick, lot)): (u16, (&str, &str, &str))| Rules {
        no: InstrumentNo(no),
        instrument: Instrument {
            id: format!("BYBIT:PERP:{base}-USDT").parse().expect("an id"),
            symbol: format!("{base}USDT"),
            payoff: Payoff::Linear,
            tick: tick.parse().expect("a tick"),
            lot: lot.parse().expect("a lot"),
            multiplier: "1".parse().expect("one"),
            min_notional: "5".parse::<Notional>().expect("five"),
            maker_fee: "0.0002".parse().expect("a fee"),
            taker_fee: "0.00055".parse().expect("a fee"),
        },
        wire_lot: lot.parse().expect("a lot"),
        code: None,
        min_qty: Lots(1),
        max_qty: Lots(1_000_000),
        max_market_qty: Lots(1_000_000),
        band: None,
        max_open_orders: Some(500),
        max_leverage: 100,
        funding_every: None,
        status: SymbolStatus::Trading,
    };
    (0..).zip(all).map(rules).collect()
}
