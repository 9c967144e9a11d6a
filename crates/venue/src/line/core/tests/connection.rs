//! Connections, clocks, limits and what the venue says of itself.

use super::*;

#[test]
fn a_line_opens_its_connections_and_takes_orders_when_the_account_is_ready() {
    let mut stage = Stage::new(1, true);
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 1)));
    stage.socket(1, SocketEvent::Opened);
    stage.ask(Ask::Place(order(2, Side::Buy, 10, 1)));
    stage.answer(200, &[]);
    stage.check(&expect![[r#"
        connect 0 ws://127.0.0.1/m at once
        connect 1 ws://127.0.0.1/a at once
        line: State(StateChange { instrument: None, from: Normal, to: Quarantine, cause: Account })
        report: Reject { id: #1, refusal: Halted }
        line: NotSent(#1, "the venue or instrument is QUARANTINE")
        Account: Up(Link(0))
        line: State(StateChange { instrument: None, from: Quarantine, to: Normal, cause: Account })
        Account: AccountReady
        POST /order #2
        report: Ack { id: #2, venue_id: 1 }
    "#]]);
}

#[test]
fn a_connection_that_fails_is_tried_again_and_what_the_old_one_still_says_is_not_heard() {
    let mut stage = Stage::open(1);
    stage.socket(0, SocketEvent::Closed("reset".to_owned()));
    stage.frame(0, "+10 9");
    stage.socket(2, SocketEvent::Opened);
    stage.check(&expect![[r#"
        connect 2 ws://127.0.0.1/m after a while
        View(0): Down(Link(0), "reset")
        line: State(StateChange { instrument: Some(InstrumentNo(0)), from: Normal, to: CancelOnly, cause: Market })
        line: View(Stale(InstrumentNo(0)))
        View(0): Up(Link(0))
    "#]]);
}

#[test]
fn when_the_leading_view_breaks_the_next_ones_book_follows_at_once() {
    let mut stage = Stage::open(2);
    stage.frame(1, "+10 7");
    stage.socket(0, SocketEvent::Closed("reset".to_owned()));
    stage.frame(1, "+10 8");
    stage.check(&expect![[r#"
        connect 3 ws://127.0.0.1/m after a while
        market: 1 events
        View(0): Down(Link(0), "reset")
        line: View(Failover { instrument: InstrumentNo(0), from: 0, to: 1 })
        market: 1 events
    "#]]);
}

// Controls: C14, C18
#[test]
fn a_venue_that_falls_silent_gets_one_cancel_all_within_its_time() {
    let mut stage = Stage::open(1);
    stage.wait(300, true);
    stage.wait(1_400, false);
    assert!(!stage.story.contains("cancel-all"), "{}", stage.story);
    stage.wait(2_000, false);
    stage.check(&expect![[r#"
        line: State(StateChange { instrument: Some(InstrumentNo(0)), from: Normal, to: CancelOnly, cause: Market })
        line: View(Stale(InstrumentNo(0)))
        POST /cancel-all all
        line: HeartbeatMissed(Market, Nanos(1500000000), true)
    "#]]);
    stage.frame(0, "+10 3");
    stage.wait(200, true);
    stage.check(&expect![[r#"
        line: State(StateChange { instrument: Some(InstrumentNo(0)), from: CancelOnly, to: Normal, cause: Market })
        line: View(Fresh(InstrumentNo(0), Nanos(2200000000)))
    "#]]);
}

#[test]
fn a_lost_private_connection_cancels_everything_unless_it_returns_in_time() {
    let mut stage = Stage::open(1);
    stage.socket(1, SocketEvent::Closed("reset".to_owned()));
    stage.wait(1_400, true);
    stage.socket(2, SocketEvent::Opened);
    stage.wait(1_000, true);
    assert!(!stage.story.contains("cancel-all"), "{}", stage.story);
    stage.socket(2, SocketEvent::Closed("reset".to_owned()));
    stage.wait(1_500, true);
    assert!(stage.story.contains("POST /cancel-all all\n"), "{}", stage.story);
}

#[test]
fn a_429_stops_everything_and_orders_that_cannot_wait_are_refused() {
    let mut stage = Stage::open(1);
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 1)));
    stage.answer(429, &[("Retry-After", "3")]);
    stage.ask(Ask::Place(order(2, Side::Buy, 10, 1)));
    stage.ask(Ask::Cancel(id(7), BTC));
    stage.check(&expect![[r#"
        POST /order #1
        line: PushedBack(Nanos(3000000000), false)
        report: Reject { id: #1, refusal: RateLimited }
        report: Reject { id: #2, refusal: NotSent }
    "#]]);
}

#[test]
fn a_maintenance_window_leaves_the_venue_minutes_before_and_cancels_still_go() {
    let mut stage = Stage::open(1);
    let from = stage.at + ms(601_000);
    let window = Window {
        venue: aurora_model::Venue::Paper,
        symbols: vec![],
        from,
        to: from + ms(1_000),
        title: "upgrade".to_owned(),
        source: "test".to_owned(),
    };
    let elsewhere = Window { venue: aurora_model::Venue::Okx, ..window.clone() };
    stage.happen(Happening::Command(LineCommand::Calendar(vec![elsewhere, window])));
    stage.wait(900, true);
    assert!(stage.story.contains("Maintenance(Alert"), "{}", stage.story);
    stage.story.clear();
    stage.wait(200, true);
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 1)));
    stage.ask(Ask::Cancel(id(9), BTC));
    stage.check(&expect![[r#"
        line: State(StateChange { instrument: None, from: Normal, to: Maintenance, cause: Calendar })
        line: State(StateChange { instrument: Some(InstrumentNo(0)), from: Normal, to: Maintenance, cause: Calendar })
        report: Reject { id: #1, refusal: Halted }
        line: NotSent(#1, "the venue or instrument is MAINTENANCE")
        POST /cancel #9
    "#]]);
}

#[test]
fn the_venues_count_of_our_calls_and_its_clock_are_taken_over() {
    let mut stage = Stage::open(1);
    let at = stage.at;
    stage.core.note(at, 1, Source::Account, Note::Clock { offset: ms(250), round_trip: ms(1) });
    stage.ask(Ask::Cancel(id(1), BTC));
    stage.answer(200, &[("X-Used", "77")]);
    let status = stage.core.status(at);
    assert_eq!(status.clock_offset, ms(250));
    let weight = status.governor.limits.iter().find(|limit| limit.name == Toy.limits()[0].name);
    assert_eq!(weight.map(|limit| limit.used), Some(77), "{:?}", LimitNo(0));
}

#[test]
fn too_many_connections_are_refused_and_too_many_attempts_wait() {
    let mut stage = Stage::new(1, false);
    stage.core.settings.transport.max_connects = 2;
    for no in 0..3 {
        stage.socket(no, SocketEvent::Closed("refused".to_owned()));
    }
    let are_long: Vec<_> = stage.waits.iter().map(|wait| ms(200_000) < *wait).collect();
    assert_eq!(are_long, [false, false, true, true], "{:?}", stage.waits);
    stage.core.settings.transport.max_links = 0;
    stage.story.clear();
    stage.core.later.clear();
    let mut effects = Vec::new();
    stage.core.open(ms(0), 0, Link(3), "ws://127.0.0.1/m".to_owned(), Nanos(0), &mut effects);
    assert!(effects.is_empty() && stage.core.later.len() == 1);
}

#[test]
fn a_private_stream_that_says_nothing_of_a_taken_order_is_opened_again() {
    let mut stage = Stage::open(1);
    for no in 1..=2 {
        stage.ask(Ask::Place(order(no, Side::Buy, 10, 1)));
        stage.answer(200, &[]);
    }
    stage.frame(1, "still here");
    stage.word(1);
    stage.wait(1_900, true);
    stage.frame(1, "still here");
    stage.wait(200, true);
    stage.check(&expect![[r#"
        POST /order #1
        report: Ack { id: #1, venue_id: 1 }
        POST /order #2
        report: Ack { id: #2, venue_id: 1 }
        disconnect 1
        connect 2 ws://127.0.0.1/a after a while
        line: State(StateChange { instrument: None, from: Normal, to: Quarantine, cause: Account })
        Account: Down(Link(0), "order #2 was taken and the private stream says nothing of it")
    "#]]);
}

#[test]
fn a_word_that_comes_before_the_answer_counts() {
    let mut stage = Stage::open(1);
    stage.ask(Ask::Place(order(1, Side::Buy, 10, 1)));
    stage.word(1);
    stage.answer(200, &[]);
    stage.wait(2_500, true);
    stage.check(&expect![[r#"
        POST /order #1
        report: Ack { id: #1, venue_id: 1 }
    "#]]);
}

#[test]
fn what_the_account_pays_outlives_the_published_rules() {
    let mut stage = Stage::open(1);
    let (at, [maker, taker]) = (stage.at, [1, 4].map(|fee| Decimal::new(fee, 4)));
    stage.core.note(at, 1, Source::Account, Note::Fees(BTC, maker, taker));
    let published = Rules { max_leverage: 7, ..rules(BTC) };
    stage.core.take_rules(published);
    let known = &stage.core.rules[0];
    assert_eq!((known.instrument.maker_fee, known.instrument.taker_fee), (maker, taker));
    assert_eq!(known.max_leverage, 7);
}
