//! Two instruments and fills for them.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;

use aurora_ledger::Ledger;
use aurora_model::{
    ClientOrderId, Fill, Instrument, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderNo,
    Payoff, Side, Ticks,
};

pub(crate) const LINEAR: InstrumentNo = InstrumentNo(0);
pub(crate) const INVERSE: InstrumentNo = InstrumentNo(1);

pub(crate) fn linear() -> Instrument {
    Instrument {
        id: "BINANCEUSDM:PERP:BTC-USDT".parse().unwrap(),
        symbol: "BTCUSDT".into(),
        payoff: Payoff::Linear,
        tick: "0.1".parse().unwrap(),
        lot: "0.001".parse().unwrap(),
        multiplier: "1".parse().unwrap(),
        min_notional: "5".parse().unwrap(),
        maker_fee: "0.0002".parse().unwrap(),
        taker_fee: "0.0005".parse().unwrap(),
    }
}

/// One contract is worth 100 USD.
pub(crate) fn inverse() -> Instrument {
    Instrument {
        id: "BINANCECOINM:PERP:BTC-USD:INVERSE".parse().unwrap(),
        symbol: "BTCUSD_PERP".into(),
        payoff: Payoff::Inverse,
        lot: "1".parse().unwrap(),
        multiplier: "100".parse().unwrap(),
        ..linear()
    }
}

pub(crate) fn ledger() -> Ledger {
    let cash = [("USDT", "100000"), ("BTC", "1.5")];
    let cash = cash.map(|(currency, amount)| (currency.to_owned(), amount.parse().unwrap()));
    Ledger::new(vec![linear(), inverse()], BTreeMap::from(cash)).unwrap()
}

pub(crate) fn fill(
    instrument: InstrumentNo,
    trade_id: u64,
    side: Side,
    qty: i64,
    price: i64,
) -> Fill {
    Fill {
        trade_id: trade_id.into(),
        instrument,
        order: ClientOrderId::new(0, 1, OrderNo(trade_id % 1_000_000)),
        side,
        price: Ticks(price),
        qty: Lots(qty),
        fee: Notional::ZERO,
        liquidity: Liquidity::Maker,
        at: Nanos(0),
    }
}
