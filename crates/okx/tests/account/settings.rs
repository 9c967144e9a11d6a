//! Settings, switches, conditional orders, and what the account pays.

use aurora_model::Nanos;
use aurora_wire::{Answer, Ask, AskNo, Input, MarginMode, Placement, PriceTrigger};
use expect_test::expect;

use crate::common::{buy, id};
use crate::stage::*;

#[test]
fn settings_and_switches() {
    let mut desk = ready(false);
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::DeadMan(Some(Nanos::SECOND * 30)))),
        &expect![[r#"
        call POST /trade/cancel-all-after {"timeOut":"30"}
    "#]],
    );
    let call = desk.call("/cancel-all-after");
    check(desk.answer(&call, r#"{"code":"0","msg":"","data":[{"triggerTime":"1795000030000","ts":"1795000000000"}]}"#), &expect![[r#"
        note DeadMan(Some(Nanos(1795000030000000000)))
    "#]]);
    desk.tell(Input::Ask(AskNo(2), &Ask::DeadMan(None)));
    let call = desk.call("/cancel-all-after");
    check(
        desk.answer(
            &call,
            r#"{"code":"0","msg":"","data":[{"triggerTime":"0","ts":"1795000000000"}]}"#,
        ),
        &expect![[r#"
            note DeadMan(None)
        "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(3), &Ask::Margin(SWAP, MarginMode::Isolated))),
        &expect![[r#"
        note Answered(AskNo(3), Ok(()))
    "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(4), &Ask::Leverage(SWAP, 5))),
        &expect![[r#"
        call POST /account/set-leverage {"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"isolated"}
    "#]],
    );
    let call = desk.call("/set-leverage");
    check(
        desk.answer(
            &call,
            r#"{"code":"59102","msg":"Leverage exceeds the maximum leverage","data":[]}"#,
        ),
        &expect![[r#"
            note Answered(AskNo(4), Err("59102 Leverage exceeds the maximum leverage"))
        "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(5), &Ask::Hedge(true))),
        &expect![[r#"
        call POST /account/set-position-mode {"posMode":"long_short_mode"}
    "#]],
    );
    let call = desk.call("/set-position-mode");
    check(
        desk.answer(&call, r#"{"code":"0","msg":"","data":[{"posMode":"long_short_mode"}]}"#),
        &expect![[r#"
            note Answered(AskNo(5), Ok(()))
        "#]],
    );
    let mut close = buy(1, 600_000, 5);
    close.intent.reduce_only = true;
    check(
        desk.tell(Input::Ask(AskNo(6), &Ask::Place(close))),
        &expect![[r#"
        call POST /trade/order {"instId":"BTC-USDT-SWAP","tdMode":"isolated","side":"buy","posSide":"short","ordType":"limit","sz":"0.05","px":"60000","clOrdId":"A0700001000000010K","stpMode":"cancel_maker"}
    "#]],
    );
    desk.tell(Input::Ask(AskNo(7), &Ask::Balances));
    let call = desk.call("/account/balance");
    check(desk.answer(&call, r#"{"code":"0","msg":"","data":[{"uTime":"1","totalEq":"100","details":[{"ccy":"USDT","cashBal":"100.5","availBal":"90.25"}]}]}"#), &expect![[r#"
        note Balance("USDT", 100.5, 90.25)
        note Answered(AskNo(7), Ok(()))
    "#]]);
}

#[test]
fn conditional_orders_have_their_own_calls_and_socket() {
    let mut desk = ready(false);
    let trigger = PriceTrigger {
        price: aurora_model::Ticks(590_000),
        on_fall: true,
        by_mark: true,
        close_on_trigger: false,
    };
    let stop = Placement { trigger: Some(trigger), market: true, ..buy(1, 590_000, 5) };
    check(
        desk.tell(Input::Ask(AskNo(1), &Ask::Place(stop))),
        &expect![[r#"
        open 2 ws://127.0.0.1:2/ws/v5/business after 0 ms
        call POST /trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"trigger","sz":"0.05","algoClOrdId":"A0700001000000010K","triggerPx":"59000","triggerPxType":"mark","orderPx":"-1"}
    "#]],
    );
    let call = desk.call("/order-algo");
    let taken = format!(
        r#"{{"code":"0","msg":"","data":[{{"algoId":"12345","algoClOrdId":"{}","sCode":"0","sMsg":""}}]}}"#,
        id(1)
    );
    check(
        desk.answer(&call, &taken),
        &expect![[r#"
        report Ack { id: A0700001000000010K, venue_id: 12345 }
    "#]],
    );
    check(
        desk.tell(Input::Ask(AskNo(2), &Ask::Cancel(id(1), SWAP))),
        &expect![[r#"
        call POST /trade/cancel-algos [{"instId":"BTC-USDT-SWAP","algoId":"12345"}]
    "#]],
    );
    let closing = PriceTrigger { close_on_trigger: true, ..trigger };
    let close = Placement { trigger: Some(closing), ..buy(2, 590_000, 5) };
    check(
        desk.tell(Input::Ask(AskNo(3), &Ask::Place(close))),
        &expect![[r#"
        call POST /trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"conditional","closeFraction":"1","algoClOrdId":"A0700001000000020L","slTriggerPx":"59000","slTriggerPxType":"mark","slOrdPx":"-1"}
    "#]],
    );
}

#[test]
fn what_the_account_pays_is_asked_once_it_is_ready_and_again_after_a_failure() {
    let mut desk = ready(false);
    let calls = desk.calls("/account/trade-fee");
    let [spot, swap] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((&*spot.query, &*swap.query), ("instType=SPOT", "instType=SWAP"));
    let rates = r#"{"code":"0","msg":"","data":[{"instType":"SWAP","level":"Lv2","maker":"-0.0001","taker":"-0.0004","makerU":"0.00005","takerU":"-0.0003","ts":"1795000000100"}]}"#;
    check(
        desk.answer(swap, rates),
        &expect![[r#"
            note Fees(InstrumentNo(0), -0.00005, 0.0003)
            note Fees(InstrumentNo(2), -0.00005, 0.0003)
        "#]],
    );
    desk.tell(Input::Answer(spot.no, Answer::Lost("timed out")));
    assert_eq!(desk.pass(Nanos::SECOND * 61).calls("/account/trade-fee").len(), 2);
}
