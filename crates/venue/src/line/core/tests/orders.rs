//! Orders on their way.

use super::*;

#[test]
fn an_order_that_nobody_signs_is_not_sent_and_never_in_doubt() {
    let mut stage = Stage::open(1);
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 1)));
    let ticket = stage.calls.remove(0);
    stage.happen(Happening::Unsigned(ticket, aurora_signer::NotSigned::State.told()));
    stage.check(&expect![[r#"
        POST /order #1
        line: NotSigned(Told { code: "SIGNER_STATE", ru: "Не подписано: файл состояния подписанта не записывается", en: "Not signed: the signer's state file cannot be written", scope: Desk })
        report: Reject { id: #1, refusal: NotSent }
    "#]]);
}

// Controls: C15
#[test]
fn orders_that_would_do_harm_never_leave() {
    let mut stage = Stage::open(1);
    stage.report(ReportKind::Account {
        open: vec![],
        fills: vec![],
        positions: vec![(BTC, Lots(3))],
    });
    stage.story.clear();
    stage.ask(Ask::Place(order(1, Side::Sell, 12, 1)));
    stage.answer(200, &[]);
    let reducing = |no, side, qty| {
        with(order(no, side, 11, qty), |placement| placement.intent.reduce_only = true)
    };
    for refused in [
        order(2, Side::Buy, 12, 1),
        order(3, Side::Buy, 1, 1),
        order(4, Side::Buy, 10, 5_000),
        reducing(5, Side::Sell, 4),
        reducing(6, Side::Buy, 1),
    ] {
        stage.ask(Ask::Place(refused));
    }
    stage.ask(Ask::Place(reducing(7, Side::Sell, 2)));
    stage.ask(Ask::Place(reducing(8, Side::Sell, 2)));
    stage.wait(600, false);
    let post_only =
        with(order(9, Side::Buy, 9, 1), |p| p.intent.time_in_force = TimeInForce::PostOnly);
    stage.ask(Ask::Place(post_only));
    stage.check(&expect![[r#"
        POST /order #1
        report: Ack { id: #1, venue_id: 1 }
        report: Reject { id: #2, refusal: SelfTrade }
        line: NotSent(#2, "it would trade with our own order #1")
        report: Reject { id: #3, refusal: BelowMinNotional }
        line: NotSent(#3, "BELOW_MIN_NOTIONAL by the rules of BTCUSDT")
        report: Reject { id: #4, refusal: BadIncrement }
        line: NotSent(#4, "BAD_INCREMENT by the rules of BTCUSDT")
        report: Reject { id: #5, refusal: WouldNotReduce }
        line: NotSent(#5, "reduce-only sell of 4 lots: 3 can be reduced, open reduce-only orders take 0")
        report: Reject { id: #6, refusal: WouldNotReduce }
        line: NotSent(#6, "reduce-only buy of 1 lots: 0 can be reduced, open reduce-only orders take 0")
        POST /order #7
        report: Reject { id: #8, refusal: WouldNotReduce }
        line: NotSent(#8, "reduce-only sell of 2 lots: 3 can be reduced, open reduce-only orders take 2")
        report: Reject { id: #9, refusal: NotSent }
        line: NotSent(#9, "post-only: the book is 600 ms old, 500 may be")
    "#]]);
    let counts = stage.core.lifecycle.counts();
    assert_eq!(
        (counts.stp_blocked_self_match, counts.refused_flip, counts.refused_stale),
        (1, 3, 1)
    );
}

#[test]
fn a_position_told_before_or_after_its_fill_holds_no_exit_back() {
    let mut stage = Stage::open(1);
    stage.report(ReportKind::Account { open: vec![], fills: vec![], positions: vec![] });
    let at = stage.at;
    stage.core.note(at, 1, Source::Account, Note::Position(BTC, Lots(3), None));
    stage.report(ReportKind::Fill(fill(1, 1, Side::Buy, 3)));
    stage.report(ReportKind::Fill(fill(1, 1, Side::Buy, 3)));
    let exit = |no, qty| with(order(no, Side::Sell, 12, qty), |p| p.intent.reduce_only = true);
    stage.story.clear();
    stage.ask(Ask::Place(exit(2, 3)));
    stage.ask(Ask::CancelAll(None));
    stage.ask(Ask::Place(exit(3, 3)));
    stage.check(&expect![[r#"
        POST /order #2
        POST /cancel-all all
        POST /order #3
    "#]]);
}

#[test]
fn a_replacement_leaves_when_the_old_order_is_gone_with_what_is_left_to_do() {
    let mut stage = Stage::open(1);
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 5)));
    stage.answer(200, &[]);
    stage.story.clear();
    stage.happen(Happening::Command(LineCommand::Replace(
        AskNo(2),
        id(1),
        order(2, Side::Buy, 11, 5),
    )));
    stage.happen(Happening::Command(LineCommand::Replace(
        AskNo(3),
        id(1),
        order(3, Side::Buy, 12, 5),
    )));
    stage.report(ReportKind::Fill(fill(1, 1, Side::Buy, 2)));
    stage.check(&expect![[r#"
        POST /cancel #1
        report: Reject { id: #3, refusal: NotSent }
        line: NotSent(#3, "order #1 is being replaced already")
        report: Fill(Fill { trade_id: 1, instrument: InstrumentNo(0), order: #1, side: Buy, price: Ticks(10), qty: Lots(2), fee: Notional(0), liquidity: Maker, at: Nanos(5) })
    "#]]);
    stage.answer(200, &[]);
    stage.check(&expect![[r#"
        POST /order #2
        report: Canceled { id: #1, filled: Lots(0) }
    "#]]);
    assert_eq!(stage.core.lifecycle.counts().cancel_replaced, 1);
}

#[test]
fn a_replacement_of_an_order_that_filled_or_whose_fate_stays_unknown_never_leaves() {
    for (report, wait, why) in [
        (Some(ReportKind::Fill(fill(1, 1, Side::Buy, 5))), 0, "the old order has filled all of it"),
        (Some(ReportKind::CancelRejected { id: id(1) }), 5_100, "it is not known in time"),
        (
            Some(ReportKind::Order {
                id: id(1),
                found: Some(VenueOrder {
                    id: id(1),
                    venue_id: 1,
                    intent: order(1, Side::Buy, 10, 5).intent,
                    filled: Lots(5),
                    is_open: false,
                }),
            }),
            0,
            "the old order has filled all of it",
        ),
    ] {
        let mut stage = Stage::open(1);
        stage.ask(Ask::Place(order(1, Side::Buy, 10, 5)));
        stage.happen(Happening::Command(LineCommand::Replace(
            AskNo(2),
            id(1),
            order(2, Side::Buy, 11, 5),
        )));
        stage.story.clear();
        stage.report(report.unwrap());
        stage.wait(wait, true);
        assert!(stage.story.contains(&format!("NotSent(#2, \"{why}")), "{}", stage.story);
        assert!(!stage.story.contains("POST /order"), "{}", stage.story);
    }
}

#[test]
fn an_amend_waits_for_the_ack_and_for_the_one_before_it() {
    let mut stage = Stage::open(1);
    let amend =
        |limit| Ask::Amend(Amendment { id: id(1), intent: order(1, Side::Buy, limit, 5).intent });
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 5)));
    stage.ask(amend(11));
    stage.answer(200, &[]);
    stage.ask(amend(11));
    stage.ask(amend(12));
    stage.ask(amend(-1));
    stage.check(&expect![[r#"
        POST /order #1
        Account: AmendRefused(#1, "the order is not acknowledged yet")
        report: Ack { id: #1, venue_id: 1 }
        Account: AmendRefused(#1, "another amend is under way")
        Account: AmendRefused(#1, "BAD_INCREMENT")
    "#]]);
}

#[test]
fn an_order_with_an_end_of_its_own_is_cancelled_by_our_timer() {
    let mut stage = Stage::open(1);
    let end = stage.at + ms(700);
    stage.ask(Ask::Place(with(order(1, Side::Buy, 10, 5), |p| p.good_until = Some(end))));
    stage.answer(200, &[]);
    stage.story.clear();
    stage.wait(600, true);
    assert_eq!(stage.story, "");
    stage.wait(1_000, true);
    stage.check(&expect![[r#"
        POST /cancel #1
    "#]]);
}

#[test]
fn leverage_above_the_venues_highest_is_refused_here() {
    let mut stage = Stage::open(1);
    stage.ask(Ask::Leverage(BTC, 21));
    stage.check(&expect![[r#"
        Account: Answered(AskNo(1), Err("leverage 21: must be from 1 to 20"))
    "#]]);
}

// Controls: C19
#[test]
fn a_fill_the_first_path_lost_becomes_a_report_after_the_grace_time() {
    let mut stage = Stage::open(1);
    let at = stage.at;
    stage.core.note(at, 1, Source::Account, Note::DropCopy(fill(4, 1, Side::Buy, 2)));
    stage.core.note(at, 1, Source::Account, Note::DropCopy(fill(5, 1, Side::Buy, 2)));
    stage.report(ReportKind::Fill(fill(5, 1, Side::Buy, 2)));
    stage.story.clear();
    stage.wait(4_900, true);
    assert_eq!(stage.story, "");
    stage.wait(200, true);
    stage.check(&expect![[r#"
        report: Fill(Fill { trade_id: 4, instrument: InstrumentNo(0), order: #1, side: Buy, price: Ticks(10), qty: Lots(2), fee: Notional(0), liquidity: Maker, at: Nanos(5) })
        line: DropCopy(MissedByFirst(Fill { trade_id: 4, instrument: InstrumentNo(0), order: #1, side: Buy, price: Ticks(10), qty: Lots(2), fee: Notional(0), liquidity: Maker, at: Nanos(5) }))
    "#]]);
    assert_eq!(stage.core.drop_copy.counts().matched, 1);
}

#[test]
fn a_line_without_an_account_refuses_orders() {
    let mut stage = Stage::new(1, false);
    stage.story.clear();
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 1)));
    stage.check(&expect![[r#"
        report: Reject { id: #1, refusal: NotSent }
        Account: Answered(AskNo(1), Err("this line has no account: it only watches the market"))
    "#]]);
}

#[test]
fn a_price_the_venue_does_not_take_now_is_refused_here() {
    let mut stage = Stage::open(1);
    let (at, limits) = (stage.at, PriceLimits { highest_buy: Ticks(11), lowest_sell: Ticks(9) });
    stage.core.note(at, 0, Source::View(0), Note::PriceLimits(BTC, limits));
    stage.happen(Happening::Wake);
    stage.story.clear();
    stage.ask(Ask::Place(order(1, Side::Buy, 12, 1)));
    stage.ask(Ask::Place(with(order(2, Side::Buy, 12, 1), |order| order.market = true)));
    stage.check(&expect![[r#"
        report: Reject { id: #1, refusal: OutsideBand }
        line: NotSent(#1, "limit 12 ticks: the venue takes buys up to 11 and sells from 9 now")
        POST /order #2
    "#]]);
    stage.socket(0, SocketEvent::Closed("reset".to_owned()));
    assert!(stage.core.limits.is_empty());
}
