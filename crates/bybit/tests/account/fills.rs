//! Fills and positions, whoever tells them.

use aurora_model::{Nanos, Side};
use aurora_wire::Ask;
use expect_test::expect;

use crate::common::{id, placement};
use crate::stage::*;

#[test]
fn a_fill_the_stream_did_not_tell_is_asked_for() {
    let mut talk = ready();
    place(&mut talk, 1);
    talk.frame(0, &order(1, "Cancelled", "0.004", "EC_PerCancelRequest"));
    check(
        &mut talk,
        &expect![[r#"
        Ack { id: A000000100000001S6, venue_id: 17296581429016977492 }
        Canceled { id: A000000100000001S6, filled: Lots(4) }
    "#]],
    );
    talk.pass(Nanos::SECOND * 2);
    let call = talk.call("/v5/execution/list");
    talk.answer(call.no, &answer_list(&[fill_row(1, "e1", "0.004")]));
    check(
        &mut talk,
        &expect![[r#"
        Fill(Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(4), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
    "#]],
    );
}

#[test]
fn fills_that_are_not_ours_are_told_as_such() {
    let mut talk = ready();
    let foreign = fill(1, "adl-1", "0.002").replace(id(1).as_str(), "");
    talk.frame(0, &foreign);
    talk.frame(0, &foreign);
    let funding = fill(1, "f-1", "0.002").replace("Trade", "Funding");
    talk.frame(0, &funding);
    talk.frame(0, &order(7, "New", "0", "EC_NoError").replace(id(7).as_str(), "by-hand"));
    talk.frame(
        0,
        &fill(1, "m-1", "0.002").replace(r#""feeCurrency":"""#, r#""feeCurrency":"MNT""#),
    );
    check(
        &mut talk,
        &expect![[r#"
        Fill(Fill { trade_id: 2055173893347061662691779580250317711, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0), liquidity: Maker, at: Nanos(1700000000001000000) })
        ForeignFill("", Fill { trade_id: 2055173893346764907559563626443011531, instrument: InstrumentNo(0), order: A00000000000000062, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
        ForeignOrder("by-hand", "v-7")
        Unreadable("fee of fill 2055173893347061662691779580250317711 is in MNT")
    "#]],
    );
}

#[test]
fn the_fast_stream_and_the_sweep_are_the_second_path() {
    let mut talk = ready();
    let fast = fill(1, "e1", "0.004").replace(r#""execution""#, r#""execution.fast""#);
    talk.frame(0, &fast);
    talk.frame(0, &fill(1, "e1", "0.004"));
    check(
        &mut talk,
        &expect![[r#"
        Fill(Fill { trade_id: 2055173893346902689386739972555974011, instrument: InstrumentNo(0), order: A000000100000001S6, side: Buy, price: Ticks(600000), qty: Lots(4), fee: Notional(0.12), liquidity: Maker, at: Nanos(1700000000001000000) })
        DropCopy(A000000100000001S6 Lots(4))
    "#]],
    );
    talk.frame(0, r#"{"req_id":"","op":"pong","args":["1"],"conn_id":"c"}"#);
    let mut swept = Vec::new();
    while swept.is_empty() {
        talk.wake();
        talk.frame(0, r#"{"req_id":"","op":"pong","args":["1"],"conn_id":"c"}"#);
        swept = talk.calls().into_iter().filter(|c| c.path == "/v5/execution/list").collect();
    }
    talk.told();
    talk.answer(swept[0].no, &answer_list(&[fill_row(1, "e1", "0.004")]));
    check(
        &mut talk,
        &expect![[r#"
        DropCopy(A000000100000001S6 Lots(4))
    "#]],
    );
}

#[test]
fn positions_of_a_hedged_account_are_added_up_and_orders_name_theirs() {
    let mut talk = ready();
    talk.frame(0, r#"{"topic":"position","creationTime":1,"data":[{"symbol":"BTCUSDT","category":"linear","side":"Buy","size":"0.5","positionIdx":1,"entryPrice":"60000"},{"symbol":"BTCUSDT","category":"linear","side":"Sell","size":"0.2","positionIdx":2,"entryPrice":"61000"}]}"#);
    let mut closing = placement(1);
    closing.intent.side = Side::Sell;
    closing.intent.reduce_only = true;
    ask(&mut talk, &Ask::Place(closing));
    check(
        &mut talk,
        &expect![[r#"
        POST /v5/order/create {"category":"linear","symbol":"BTCUSDT","side":"Sell","orderType":"Limit","qty":"0.01","price":"60000","timeInForce":"PostOnly","orderLinkId":"A000000100000001S6","positionIdx":1,"smpType":"CancelTaker","reduceOnly":true}
        Position(InstrumentNo(0), Lots(500), Some(60000))
        Position(InstrumentNo(0), Lots(300), None)
    "#]],
    );
}
