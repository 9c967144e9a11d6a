//! One order: placed, changed, cancelled, in doubt.

use aurora_model::{Nanos, TimeInForce};
use aurora_wire::{Amendment, Answer, Ask, AskNo, Input, Placement};
use expect_test::expect;

use crate::common::{buy, id, intent};
use crate::stage::*;

#[test]
fn an_acknowledgement_is_no_fate() {
    let mut desk = ready(false);
    let post_only = Placement::limit(id(1), intent(600_000, 5, TimeInForce::PostOnly));
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::Place(post_only))),
        &expect![[r#"
        call POST /trade/order {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"post_only","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"}
    "#]],
    );
    let call = desk.call("/trade/order");
    check(
        desk.answer(&call, &answer(0, &[done(1, 0)])),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
    "#]],
    );
    let canceled = Told { state: "canceled", kind: "post_only", source: "31", ..Told::default() };
    check(
        desk.frame(0, &canceled.push()),
        &expect![[r#"
        report Expired { id: A0700001000000010K, filled: Lots(0) }
    "#]],
    );
    check(desk.frame(0, &canceled.push()), &expect![""]);
}

#[test]
fn what_the_stream_says_of_an_order_is_told_apart_from_the_answer() {
    let mut desk = ready(false);
    let call = place(&mut desk, 1);
    desk.answer(&call, &answer(0, &[done(1, 0)]));
    assert_eq!((&desk.out.placed[..], &desk.out.pushed[..]), (&[id(1)][..], &[][..]));
    // The acknowledgement is no news, and the stream spoke all the same.
    desk.frame(0, &Told::default().push());
    assert_eq!((desk.out.reports.len(), &desk.out.pushed[..]), (0, &[id(1)][..]));
}

#[test]
fn a_cancel_of_ours_is_a_cancel_whatever_the_kind() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(1), &Ask::Cancel(id(1), SWAP)));
    check(
        &desk,
        &expect![[r#"
        call POST /trade/cancel-order {"instId":"BTC-USDT-SWAP","clOrdId":"A0700001000000010K"}
    "#]],
    );
    let call = desk.call("/cancel-order");
    check(desk.answer(&call, &answer(0, &[done(1, 0)])), &expect![""]);
    let told = Told { state: "canceled", kind: "post_only", source: "1", ..Told::default() };
    check(
        desk.frame(0, &told.push()),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Canceled { id: A0700001000000010K, filled: Lots(0) }
    "#]],
    );
}

#[test]
fn a_cancel_that_finds_nothing_asks_what_became_of_the_order() {
    let mut desk = ready(false);
    desk.tell(Input::Ask(AskNo(1), &Ask::Cancel(id(1), SWAP)));
    let call = desk.call("/cancel-order");
    check(
        desk.answer(&call, &answer(1, &[done(1, 51402)])),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000010K
    "#]],
    );
    let query = desk.call("/trade/order");
    let filled =
        Told { state: "filled", filled: "0.05", fill: ("503", "0.02", ""), ..Told::default() };
    // Three lots of it are not known yet: they are fetched before the answer is told.
    check(
        desk.answer(&query, &answer(0, &[filled.item()])),
        &expect![[r#"
        call GET /trade/fills?instId=BTC-USDT-SWAP&ordId=9001&limit=100
        report Ack { id: A0700001000000010K, venue_id: 9001 }
    "#]],
    );
    let fills = desk.call("/trade/fills");
    check(
        desk.answer(&fills, &answer(0, &[fill_row(1, "503", "0.02"), fill_row(1, "502", "0.03")])),
        &expect![[r#"
            report Fill(Fill { trade_id: 502, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(3), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
            report Fill(Fill { trade_id: 503, instrument: InstrumentNo(0), order: A0700001000000010K, side: Buy, price: Ticks(600000), qty: Lots(2), fee: Notional(0.06), liquidity: Maker, at: Nanos(1795000000200000000) })
            report Order { id: A0700001000000010K, found: Some(VenueOrder { id: A0700001000000010K, venue_id: 9001, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(5), time_in_force: Gtc, reduce_only: false }, filled: Lots(5), is_open: false }) }
        "#]],
    );
    desk.tell(Input::Ask(AskNo(2), &Ask::Cancel(id(2), SWAP)));
    let call = desk.call("/cancel-order");
    assert_eq!(desk.answer(&call, &answer(1, &[done(2, 51410)])).said().trim(), "");
    check(
        desk.pass(Nanos::SECOND),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000020L
    "#]],
    );
    let query = desk.call("/trade/order");
    check(
        desk.answer(&query, r#"{"code":"51603","msg":"Order does not exist","data":[]}"#),
        &expect![[r#"
            call GET /trade/orders-pending?instId=BTC-USDT-SWAP&limit=100
        "#]],
    );
    let open = desk.call("/orders-pending");
    check(
        desk.answer(&open, r#"{"code":"0","msg":"","data":[]}"#),
        &expect![[r#"
            call GET /trade/orders-history?instType=SWAP&instId=BTC-USDT-SWAP&limit=100
        "#]],
    );
    let ended = desk.call("/orders-history");
    check(
        desk.answer(&ended, r#"{"code":"0","msg":"","data":[]}"#),
        &expect![[r#"
            report Order { id: A0700001000000020L, found: None }
        "#]],
    );
}

#[test]
fn a_list_that_fails_or_does_not_reach_back_proves_nothing() {
    let absent = r#"{"code":"51603","msg":"Order does not exist","data":[]}"#;
    for failure in [
        r#"{"code":"50011","msg":"Too Many Requests","data":[]}"#,
        r#"{"code":"50001","msg":"Service unavailable","data":[]}"#,
        "<html>",
    ] {
        let mut desk = ready(false);
        desk.tell(Input::Ask(AskNo(2), &Ask::Query(id(2), SWAP)));
        let query = desk.call("/trade/order");
        desk.answer(&query, absent);
        let open = desk.call("/orders-pending");
        let said = desk.answer(&open, failure).said().to_owned();
        assert!(!said.contains("found: None"), "{failure}: {said}");
    }
}

#[test]
fn a_lost_answer_is_never_a_refusal() {
    let mut desk = ready(false);
    for (no, answer) in [
        (1, Answer::Lost("timed out")),
        (2, Answer::Got { status: 502, headers: Default::default(), body: b"<html>" }),
        (
            3,
            Answer::Got {
                status: 200,
                headers: Default::default(),
                body: br#"{"code":"50004","msg":"Endpoint request timeout","data":[]}"#,
            },
        ),
        (
            4,
            Answer::Got { status: 200, headers: Default::default(), body: b"{\"code\":\"0\",\"ms" },
        ),
        (5, Answer::NotSent("no room under the limits")),
        (
            6,
            Answer::Got {
                status: 429,
                headers: Default::default(),
                body: br#"{"code":"50011","msg":"Too Many Requests","data":[]}"#,
            },
        ),
    ] {
        let call = place(&mut desk, no);
        desk.tell(Input::Answer(call.no, answer));
        if no == 1 {
            check(
                &desk,
                &expect![[r#"
                note Lost(A0700001000000010K, Place, "timed out")
            "#]],
            );
        }
        let is_lost = desk.out.reports.is_empty() && desk.said().contains("note Lost(");
        assert_eq!(is_lost, no < 5, "{}", desk.said());
    }
    check(
        &desk,
        &expect![[r#"
        report Reject { id: A0700001000000060P, refusal: RateLimited }
    "#]],
    );
}

#[test]
fn a_taken_id_means_that_the_first_order_stands() {
    let mut desk = ready(false);
    let call = place(&mut desk, 1);
    check(
        desk.answer(&call, &answer(1, &[done(1, 51016)])),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000010K
    "#]],
    );
    let query = desk.call("/trade/order");
    check(
        desk.answer(&query, &answer(0, &[Told::default().item()])),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Order { id: A0700001000000010K, found: Some(VenueOrder { id: A0700001000000010K, venue_id: 9001, intent: OrderIntent { instrument: InstrumentNo(0), side: Buy, limit: Ticks(600000), qty: Lots(5), time_in_force: Gtc, reduce_only: false }, filled: Lots(0), is_open: true }) }
    "#]],
    );
}

#[test]
fn an_amend_is_done_when_the_order_says_so() {
    let mut desk = ready(false);
    let amendment = Amendment { id: id(1), intent: intent(600_010, 5, TimeInForce::Gtc) };
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::Amend(amendment))),
        &expect![[r#"
        call POST /trade/amend-order {"instId":"BTC-USDT-SWAP","clOrdId":"A0700001000000010K","newSz":"0.05","newPx":"60001"}
    "#]],
    );
    let call = desk.call("/amend-order");
    assert_eq!(desk.answer(&call, &answer(0, &[done(1, 0)])).said().trim(), "");
    check(
        desk.frame(0, &Told { px: "60001", ..Told::default() }.push()),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        note Amended(A0700001000000010K, Ticks(600010), Lots(5))
    "#]],
    );
    desk.tell(Input::Ask(AskNo(2), &Ask::Amend(amendment)));
    let call = desk.call("/amend-order");
    check(
        desk.answer(&call, &answer(1, &[done(1, 51511)])),
        &expect![[r#"
        call GET /trade/order?instId=BTC-USDT-SWAP&clOrdId=A0700001000000010K
        note AmendRefused(A0700001000000010K, "51511 because")
    "#]],
    );
}

#[test]
fn orders_over_the_socket_are_answered_there() {
    let mut desk = ready(true);
    desk.tell(Input::Ask(AskNo(1), &Ask::Place(buy(1, 600_000, 5))));
    let reply = format!(
        r#"{{"id":"1","op":"order","code":"0","msg":"","data":[{}],"inTime":"1","outTime":"2"}}"#,
        done(1, 0)
    );
    check(
        desk.frame(0, &reply),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
    "#]],
    );
    desk.tell(Input::Ask(AskNo(2), &Ask::Cancel(id(1), SWAP)));
    check(
        &desk,
        &expect![[r#"
        send 0 {"id":"2","op":"cancel-order","args":[{"instIdCode":10459,"clOrdId":"A0700001000000010K"}]}
    "#]],
    );
    // No answer: what became of it is not known.
    check(
        desk.pass(Nanos::SECOND * 2),
        &expect![[r#"
        note Lost(A0700001000000010K, Cancel, "no answer over the socket")
    "#]],
    );
}
