//! Settings, switches, balances, and what the account pays.

use aurora_model::Nanos;
use aurora_wire::{Answer, Ask, Input, MarginMode};
use expect_test::expect;

use crate::stage::*;

#[test]
fn settings_are_answered_when_all_their_calls_are() {
    let mut talk = ready();
    for (setting, path, answer) in [
        (Ask::Leverage(BTC, 7), "/v5/position/set-leverage", code(110_043)),
        (Ask::Leverage(BTC, 500), "", String::new()),
        (Ask::Margin(BTC, MarginMode::Isolated), "/v5/account/set-margin-mode", code(0)),
        (Ask::Hedge(true), "/v5/position/switch-mode", code(110_025)),
        (Ask::CancelAll(Some(BTC)), "/v5/order/cancel-all", code(0)),
        (Ask::CancelAll(None), "/v5/order/cancel-all", code(10_006)),
    ] {
        ask(&mut talk, &setting);
        if !path.is_empty() {
            let call = talk.call(path);
            talk.out.notes.push(aurora_wire::Note::Unreadable(call.body));
            talk.answer(call.no, &answer);
        }
    }
    check(
        &mut talk,
        &expect![[r#"
        Unreadable("{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"buyLeverage\":\"7\",\"sellLeverage\":\"7\"}")
        Answered(AskNo(1), Ok(()))
        Answered(AskNo(1), Err("leverage 500 must be from 1 to 100"))
        Unreadable("{\"setMarginMode\":\"ISOLATED_MARGIN\"}")
        Answered(AskNo(1), Ok(()))
        Unreadable("{\"category\":\"linear\",\"coin\":\"USDT\",\"mode\":3}")
        Answered(AskNo(1), Ok(()))
        Unreadable("{\"category\":\"linear\",\"symbol\":\"BTCUSDT\"}")
        Answered(AskNo(1), Ok(()))
        Unreadable("{\"category\":\"linear\",\"settleCoin\":\"USDT\"}")
        Answered(AskNo(1), Err("10006 words"))
    "#]],
    );
}

#[test]
fn the_dead_man_switch_is_set_watched_and_kept_alive() {
    let mut talk = ready();
    ask(&mut talk, &Ask::DeadMan(Some(Nanos::SECOND * 6)));
    let call = talk.call("/v5/order/disconnected-cancel-all");
    expect![[r#"{"product":"DERIVATIVES","timeWindow":6}"#]].assert_eq(&call.body);
    talk.answer(call.no, &code(0));
    check(
        &mut talk,
        &expect![[r#"
        send 0 {"req_id":"1700000000001003","op":"subscribe","args":["dcp.future"]}
        DeadMan(Some(Nanos(1700000006009000000)))
        Answered(AskNo(1), Ok(()))
    "#]],
    );
    ask(&mut talk, &Ask::DeadMan(Some(Nanos::SECOND * 6)));
    check(
        &mut talk,
        &expect![[r#"
        DeadMan(Some(Nanos(1700000006010000000)))
        Answered(AskNo(1), Ok(()))
    "#]],
    );
    talk.pass(Nanos::SECOND * 7);
    let pings = talk.told().matches("ping").count();
    assert!((3..=4).contains(&pings), "{pings} pings well within the window");
    ask(&mut talk, &Ask::DeadMan(None));
    check(
        &mut talk,
        &expect![[r#"
            send 0 {"req_id":"1700000000001004","op":"unsubscribe","args":["dcp.future"]}
            DeadMan(None)
            Answered(AskNo(1), Ok(()))
        "#]],
    );
}

#[test]
fn balances_are_told_with_what_is_free() {
    let mut talk = ready();
    ask(&mut talk, &Ask::Balances);
    let call = talk.call("/v5/account/wallet-balance");
    let wallet = r#"{"coin":[{"coin":"USDT","walletBalance":"1000.5","locked":"0","totalOrderIM":"100.25","totalPositionIM":"50"},{"coin":"BTC","walletBalance":"0.1","totalOrderIM":"","totalPositionIM":""}]}"#;
    talk.answer(call.no, &answer_list(&[wallet.to_owned()]));
    check(
        &mut talk,
        &expect![[r#"
        Balance("USDT", 1000.5, 850.25)
        Balance("BTC", 0.1, 0.1)
        Answered(AskNo(1), Ok(()))
    "#]],
    );
}

#[test]
fn what_the_account_pays_is_asked_once_it_is_ready_and_again_after_a_failure() {
    let mut talk = session(false);
    log_in(&mut talk);
    talk.wake();
    let call = talk.call("/v5/account/fee-rate");
    talk.say(Input::Answer(call.no, Answer::Lost("timed out")));
    talk.out.clear();
    talk.pass(Nanos::SECOND * 61);
    let call = talk.call("/v5/account/fee-rate");
    let rate = r#"{"symbol":"BTCUSDT","takerFeeRate":"0.0004","makerFeeRate":"-0.00005"}"#;
    talk.out.clear();
    talk.answer(call.no, &answer_list(&[rate.to_owned()]));
    check(
        &mut talk,
        &expect![[r#"
            Fees(InstrumentNo(0), -0.00005, 0.0004)
        "#]],
    );
}
