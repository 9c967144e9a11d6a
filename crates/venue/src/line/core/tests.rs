//! A line without sockets: what it does and says, in virtual time.

use std::sync::Arc;

use aurora_model::{
    Liquidity, Lots, Notional, ReportKind, Side, TimeInForce, VenueOrder, VenueReport,
};
use aurora_wire::{Amendment, LimitNo, Placement};
use expect_test::{Expect, expect};

use super::*;
use crate::clock::Clock;
use crate::maintenance::Window;
use crate::signing::Signing;
use crate::toy::{BTC, Toy, ToyAccount, ToyMarket, endpoints, id, ms, order, rules};

/// A line, what it did, and what it said, as text.
struct Stage {
    core: Core,
    at: Nanos,
    calls: Vec<Ticket>,
    waits: Vec<Nanos>,
    story: String,
}

impl Stage {
    fn new(views: usize, account: bool) -> Stage {
        let endpoints = endpoints(1);
        let market = |_| Box::new(ToyMarket::new("ws://127.0.0.1/m")) as Box<dyn Session>;
        let account = account
            .then(|| Box::new(ToyAccount::new(Some("ws://127.0.0.1/a"))) as Box<dyn Session>);
        let mut settings = Settings {
            status_every: Nanos(i64::MAX / 4),
            rules_every: None,
            ..Settings::default()
        };
        settings.drop_copy_grace = ms(5_000);
        let config = LineConfig {
            protocol: Arc::new(Toy),
            endpoints,
            signing: Signing::Nobody,
            market: (0..views).map(market).collect(),
            account,
            rules: vec![rules(BTC)],
            settings,
            clock: Clock::system(),
        };
        let mut stage = Stage {
            core: Core::new(config),
            at: ms(1_000_000),
            calls: Vec::new(),
            waits: Vec::new(),
            story: String::new(),
        };
        stage.happen(Happening::Start);
        stage
    }

    /// A line whose sockets are open: the views first, then the account; nothing of it is told.
    fn open(views: usize) -> Stage {
        let mut stage = Stage::new(views, true);
        for no in 0..=views as u64 {
            stage.socket(no, SocketEvent::Opened);
        }
        for no in 0..views as u64 {
            stage.frame(no, "=+10 3, -20 2");
        }
        stage.story.clear();
        stage
    }

    fn happen(&mut self, happening: Happening) {
        let mut effects = Vec::new();
        self.core.on(self.at, happening, &mut effects);
        for effect in effects {
            self.story += &match effect {
                Effect::Connect { no, url, wait, .. } => {
                    // How long it is, is chance.
                    let when = if wait == Nanos(0) { "at once" } else { "after a while" };
                    self.waits.push(wait);
                    format!("connect {} {url} {when}\n", no.0)
                }
                Effect::Write(no, text) => format!("write {} {text}\n", no.0),
                Effect::Disconnect(no) => format!("disconnect {}\n", no.0),
                Effect::Login(no, _) => format!("login {}\n", no.0),
                Effect::Call { ticket, call, .. } => {
                    self.calls.push(ticket);
                    format!("{} {} {}\n", call.method.word(), call.path, call.body)
                }
            };
        }
        let batch = std::mem::take(&mut self.core.batch);
        if !batch.is_empty() {
            self.story += &format!("market: {} events\n", batch.len());
        }
        for message in std::mem::take(&mut self.core.outbox) {
            self.story += &match message {
                FromVenue::Report(report) => format!("report: {:?}\n", report.kind),
                FromVenue::Note(source, note) => format!("{source:?}: {note:?}\n"),
                FromVenue::Event(event) => format!("line: {event:?}\n"),
                FromVenue::Status(_) => continue,
                other => format!("{other:?}\n"),
            };
        }
        for no in 1..10 {
            self.story = self.story.replace(id(no).as_str(), &format!("#{no}"));
        }
    }

    fn socket(&mut self, no: u64, event: SocketEvent) {
        self.happen(Happening::Socket(SocketNo(no), event));
    }

    fn frame(&mut self, no: u64, text: &'static str) {
        self.socket(no, SocketEvent::Frame(text.into()));
    }

    /// The private stream, the second connection, speaks of an order.
    fn word(&mut self, no: u64) {
        let frame = id(no).as_str().to_owned();
        self.socket(1, SocketEvent::Frame(frame.into()));
    }

    fn ask(&mut self, ask: Ask) {
        self.happen(Happening::Ask(AskNo(1), ask));
    }

    fn answer(&mut self, status: u16, headers: &[(&str, &str)]) {
        let ticket = self.calls.remove(0);
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let reply = Reply::Got { status, headers: headers.collect(), body: "{}".into() };
        self.happen(Happening::Answered(ticket, reply));
    }

    /// Lets time pass, with a frame of every view each 100 ms when the market lives.
    fn wait(&mut self, millis: i64, lives: bool) {
        let end = self.at + ms(millis);
        while self.at < end {
            self.at = (self.at + ms(100)).min(end);
            if lives {
                let views = self.core.views.count();
                let story = std::mem::take(&mut self.story);
                (0..u64::from(views)).for_each(|no| self.frame(no, "+10 3"));
                self.story = story + &self.story.replace("market: 1 events\n", "");
            }
            self.happen(Happening::Wake);
        }
    }

    fn report(&mut self, kind: ReportKind) {
        let at = self.at;
        self.core.report(at, VenueReport { venue_at: at, kind });
        self.happen(Happening::Wake);
    }

    fn check(&mut self, expected: &Expect) {
        expected.assert_eq(&std::mem::take(&mut self.story));
    }
}

fn fill(trade_id: u128, no: u64, side: Side, qty: i64) -> aurora_model::Fill {
    aurora_model::Fill {
        trade_id,
        instrument: BTC,
        order: id(no),
        side,
        price: Ticks(10),
        qty: Lots(qty),
        fee: Notional::ZERO,
        liquidity: Liquidity::Maker,
        at: Nanos(5),
    }
}

fn with(mut placement: Placement, change: impl Fn(&mut Placement)) -> Placement {
    change(&mut placement);
    placement
}

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
