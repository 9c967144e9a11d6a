//! What one may ask about afterwards: the tape, candles, orders and fills, the book as a stream.

use aurora_matching::exchange::*;
use aurora_model::{InstrumentNo, Lots, Nanos, Side, Ticks};

use crate::scenario::{Stage, asset, money};

const PERP: InstrumentNo = InstrumentNo(0);

fn stage() -> Stage {
    let mut stage =
        Stage::new(ExchangeConfig { closed_orders: 2, fills: 3, ..ExchangeConfig::default() });
    stage.play("book 100x50 99x5 | 101x50");
    stage
}

#[test]
fn drained_changes_rebuild_the_book() {
    let mut stage = stage();
    let mut bids = std::collections::BTreeMap::new();
    let mut last = None;
    for line in
        ["1 buy 2 @ 100", "1 buy 2 @ 98", "level bid 99 0", "2 sell 51 @ 100", "1 cancel #2"]
    {
        stage.play(line);
        let changes = stage.exchange.drain_changes(PERP).unwrap();
        assert!(last.is_none_or(|last| last == changes.prev_id && changes.first_id == last + 1));
        last = Some(changes.last_id);
        for level in changes.levels.iter().filter(|level| level.side == Side::Buy) {
            bids.insert(level.price, level.qty);
        }
        bids.retain(|_, qty| *qty != Lots::ZERO);
        let book = stage.exchange.book(PERP, 10);
        let rebuilt: Vec<(Ticks, Lots)> = bids.iter().rev().map(|(p, q)| (*p, *q)).collect();
        assert_eq!((rebuilt, book.last_id), (book.bids, changes.last_id), "after {line}");
    }
    assert_eq!(stage.exchange.drain_changes(PERP), None);
}

#[test]
fn closed_orders_and_fills_are_remembered_up_to_the_limit_and_paged() {
    let mut stage = stage();
    for _ in 0..5 {
        stage.play("1 buy 1 @ market");
    }
    let closed = stage.exchange.closed_orders(AccountNo(1), Some(PERP), OrderId(0), 10);
    assert_eq!(closed.iter().map(|order| order.id.0).collect::<Vec<_>>(), [4, 5]);
    let fills = stage.exchange.fills(AccountNo(1), None, 0, Nanos(0), 2);
    assert_eq!(fills.iter().map(|fill| fill.order.0).collect::<Vec<_>>(), [3, 4]);
    let more = stage.exchange.fills(AccountNo(1), None, fills[1].fill_id, Nanos(0), 2);
    assert_eq!(more.iter().map(|fill| fill.order.0).collect::<Vec<_>>(), [5]);
    let late = stage.exchange.fills(AccountNo(1), None, 0, more[0].at, 9);
    assert_eq!(late, more);
}

#[test]
fn candles_and_the_day_add_up_to_the_tape() {
    let mut stage = stage();
    for line in ["trade buy 2 @ 101", "trade sell 3 @ 100", "tick 150000", "trade buy 1 @ 105"] {
        stage.play(line);
    }
    let minutes = stage.exchange.candles(PERP, Nanos::SECOND * 60, 10);
    let shape = |c: &Candle| (c.open.0, c.high.0, c.low.0, c.close.0, c.volume.0, c.is_closed);
    assert_eq!(
        minutes.iter().map(shape).collect::<Vec<_>>(),
        [
            (101, 101, 100, 100, 5, true),
            (100, 100, 100, 100, 0, true),
            (105, 105, 105, 105, 1, false)
        ]
    );
    let hour = stage.exchange.candles(PERP, Nanos::SECOND * 3600, 10);
    assert_eq!(hour.iter().map(shape).collect::<Vec<_>>(), [(101, 105, 100, 105, 6, false)]);
    let day = stage.exchange.ticker_24h(PERP).unwrap();
    assert_eq!((day.open.0, day.last.0, day.volume.0, day.trades), (101, 105, 6, 3));
    assert_eq!(day.turnover, money(202 + 300 + 105));
}

#[test]
fn a_venue_may_show_a_balance_that_is_not_there() {
    let mut stage = stage();
    stage.play("1 buy 1 @ 99");
    let usdt = asset("USDT");
    stage.exchange.shift_displayed_balance(AccountNo(1), usdt, money(-500));
    assert_eq!(stage.exchange.balance(AccountNo(1), usdt).unwrap().wallet, money(9_500));
    assert_eq!(stage.exchange.total(usdt), money(10_000));
}

#[test]
fn open_interest_counts_every_contract_once() {
    let mut stage = stage();
    stage.play("1 buy 5 @ market");
    stage.play("2 sell 3 @ market");
    assert_eq!(stage.exchange.open_interest(PERP), Lots(5));
}

#[test]
fn an_exchange_under_maintenance_refuses_everything() {
    let mut stage = stage();
    stage.exchange.set_maintenance(true);
    stage.play("1 buy 5 @ market");
    assert_eq!(stage.told, "refused: the exchange is under maintenance\n");
}
