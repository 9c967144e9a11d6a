//! Several orders in one request.

use aurora_model::InstrumentNo;
use aurora_wire::{Answer, Ask, AskNo, Input};
use expect_test::expect;

use crate::common::buy;
use crate::stage::*;

#[test]
fn every_order_of_a_batch_has_its_own_fate() {
    let mut desk = ready(false);
    let batch = Ask::PlaceMany(vec![buy(1, 600_000, 5), buy(2, 600_001, 5), buy(3, 600_002, 5)]);
    check(
        desk.tell(Input::Ask(AskNo(1), &batch)),
        &expect![[r#"
        call POST /trade/batch-orders [{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"},{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000.1","clOrdId":"A0700001000000020L","stpMode":"cancel_maker"},{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","sz":"0.05","px":"60000.2","clOrdId":"A0700001000000030M","stpMode":"cancel_maker"}]
    "#]],
    );
    let call = desk.call("/batch-orders");
    let items = [done(1, 0), done(2, 51008), done(3, 59999)];
    check(
        desk.answer(&call, &answer(2, &items)),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 9001 }
        report Reject { id: A0700001000000020L, refusal: InsufficientMargin }
        note Lost(A0700001000000030M, Place, "59999 because")
    "#]],
    );
}

#[test]
fn an_order_of_a_refused_batch_is_refused_and_not_sent_again() {
    let mut desk = ready(false);
    let batch = Ask::PlaceMany(vec![buy(1, 600_000, 5), buy(2, 600_001, 5)]);
    desk.tell(Input::Ask(AskNo(1), &batch));
    let call = desk.call("/batch-orders");
    check(
        desk.answer_with(&call, 404, "not here"),
        &expect![[r#"
            report Reject { id: A0700001000000010K, refusal: Malformed }
            report Reject { id: A0700001000000020L, refusal: Malformed }
        "#]],
    );
    // A batch whose answer is lost is not sent again.
    desk.tell(Input::Ask(AskNo(2), &Ask::PlaceMany(vec![buy(3, 600_000, 5), buy(4, 600_001, 5)])));
    let call = desk.call("/batch-orders");
    check(
        desk.tell(Input::Answer(call.no, Answer::Lost("timed out"))),
        &expect![[r#"
        note Lost(A0700001000000030M, Place, "timed out")
        note Lost(A0700001000000040N, Place, "timed out")
    "#]],
    );
}

#[test]
fn forty_orders_are_two_batches_and_two_instruments_are_two_more() {
    let mut desk = ready(false);
    let mut orders: Vec<_> = (1..=40).map(|no| buy(no, 600_000, 5)).collect();
    for order in orders.iter_mut().take(3) {
        order.intent.instrument = InstrumentNo(2);
    }
    desk.tell(Input::Ask(AskNo(1), &Ask::PlaceMany(orders)));
    let sizes: Vec<_> =
        desk.calls("/batch-orders").iter().map(|call| call.costs[0].units).collect();
    assert_eq!(sizes, [3, 20, 17]);
}

#[test]
fn cancel_all_lists_and_cancels_in_batches() {
    let mut desk = ready(false);
    check(
        desk.tell(Input::Ask(AskNo(5), &Ask::CancelAll(Some(SWAP)))),
        &expect![[r#"
        call GET /trade/orders-pending?instId=BTC-USDT-SWAP&limit=100
    "#]],
    );
    let list = desk.call("/orders-pending");
    let two = [Told::default().item(), Told { no: 2, ..Told::default() }.item()];
    check(
        desk.answer(&list, &answer(0, &two)),
        &expect![[r#"
        call POST /trade/cancel-batch-orders [{"instId":"BTC-USDT-SWAP","ordId":"9001"},{"instId":"BTC-USDT-SWAP","ordId":"9002"}]
    "#]],
    );
    let call = desk.call("/cancel-batch-orders");
    check(
        desk.answer(&call, &answer(0, &[done(1, 0), done(2, 0)])),
        &expect![[r#"
        note Answered(AskNo(5), Ok(()))
    "#]],
    );
}
