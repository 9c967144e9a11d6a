//! Views that lag, go silent, break and come back, in virtual time.

use expect_test::{Expect, expect};

use super::*;
use crate::line::MarketBatch;
use crate::toy::{BTC, event, ms};

fn config() -> ViewsConfig {
    ViewsConfig { lag: ms(500), ..ViewsConfig::default() }
}

/// Lines of `millis actor what`: `0`, `1`, `2` are views and say levels, `lost N` breaks a view's book, `lag` and
/// `caught` are the desk. The views are judged at every full 100 ms.
fn check(views: u8, script: &str, expected: &Expect) {
    let mut all = Views::new(config(), views, [BTC]);
    let mut story = String::new();
    let (mut now, mut lags) = (0, false);
    let mut ids = [0; 4];
    for line in script.trim().lines() {
        let mut words = line.trim().splitn(3, ' ');
        let at: i64 = words.next().unwrap().parse().unwrap();
        while now + 100 <= at {
            now += 100;
            judge(&mut all, now, lags, &mut story);
        }
        let (actor, what) = (words.next().unwrap(), words.next().unwrap_or_default());
        let mut out = MarketBatch::default();
        match actor {
            "lost" => all.lost(what.parse().unwrap(), BTC),
            "lag" => lags = true,
            "caught" => {
                lags = false;
                all.catch_up(ms(at), &mut out);
            }
            view => {
                let view: u8 = view.parse().unwrap();
                // `~300` says what was true 300 ms ago.
                let (late, what) = match what.strip_prefix('~') {
                    Some(rest) => rest.split_once(' ').unwrap(),
                    None => ("0", what),
                };
                ids[usize::from(view)] += 1;
                let mut levels = Vec::new();
                let stamp = ms(at - late.parse::<i64>().unwrap());
                let event = event(stamp, ids[usize::from(view)], what, &mut levels);
                all.market(ms(at), view, &event, lags, &mut out);
            }
        }
        tell(&out, at, &mut story);
    }
    expected.assert_eq(&story);
}

fn judge(all: &mut Views, at: i64, lags: bool, story: &mut String) {
    let mut events = Vec::new();
    all.judge(ms(at), &mut events);
    for event in events {
        *story += &match event {
            ViewEvent::Quarantined { view, behind, .. } => {
                format!("{at} view {view} quarantined, {} ms behind\n", behind.millis())
            }
            ViewEvent::Released { view, .. } => format!("{at} view {view} released\n"),
            ViewEvent::Failover { from, to, .. } => format!("{at} failover {from} to {to}\n"),
            ViewEvent::Stale(_) => format!("{at} stale\n"),
            ViewEvent::Fresh(_, after) => format!("{at} fresh after {} ms\n", after.millis()),
        };
    }
    if !lags {
        let mut out = MarketBatch::default();
        all.catch_up(ms(at), &mut out);
        tell(&out, at, story);
    }
}

fn tell(out: &MarketBatch, at: i64, story: &mut String) {
    for event in out.events() {
        let (word, levels) = match event.kind {
            MarketKind::Snapshot { levels, .. } => ("book", levels),
            MarketKind::Diff { levels, .. } => ("diff", levels),
            _ => ("other", &[][..]),
        };
        let levels: Vec<_> = levels.iter().map(|l| format!("{}x{}", l.price.0, l.qty.0)).collect();
        *story += &format!("{at} desk: {word} {}\n", levels.join(" "));
    }
}

#[test]
fn the_first_whole_view_leads_and_the_other_is_not_heard() {
    check(
        2,
        "0 0 +9 1
         1 0 =+10 3, -11 2
         2 1 =+10 3, -11 2
         3 0 +10 4
         4 1 +10 4",
        &expect![[r#"
            1 desk: book 10x3 11x2
            3 desk: diff 10x4
        "#]],
    );
}

#[test]
fn a_lagging_leader_is_quarantined_and_the_next_ones_whole_book_follows() {
    check(
        3,
        "0 0 =+10 3, -11 2
         0 1 =+10 3, -11 2
         0 2 =+10 3, -11 2
         650 1 +10 7
         650 2 +10 7
         660 0 ~600 +10 5
         760 1 +10 8
         850 2 +10 8
         950 1 +10 9",
        &expect![[r#"
            0 desk: book 10x3 11x2
            660 desk: diff 10x5
            900 view 0 quarantined, 700 ms behind
            900 failover 0 to 2
            900 desk: book 10x8 11x2
        "#]],
    );
}

#[test]
fn a_silent_view_is_left_within_a_second_and_trusted_again_after_its_probation() {
    let mut script = "0 0 =+10 3, -11 2\n0 1 =+10 3, -11 2\n".to_owned();
    for at in (100..9_000).step_by(100) {
        script += &format!("{at} 1 +9 {at}\n");
        if 2_000 <= at {
            script += &format!("{at} 0 +9 {at}\n");
        }
    }
    let mut story = String::new();
    let mut all = Views::new(config(), 2, [BTC]);
    for line in script.lines() {
        let mut words = line.splitn(3, ' ');
        let at: i64 = words.next().unwrap().parse().unwrap();
        let view: u8 = words.next().unwrap().parse().unwrap();
        let mut levels = Vec::new();
        let event = event(ms(at), at.cast_unsigned() + 1, words.next().unwrap(), &mut levels);
        all.market(ms(at), view, &event, true, &mut MarketBatch::default());
        if view == 1 {
            judge(&mut all, at, true, &mut story);
        }
    }
    expect![[r#"
        800 view 0 quarantined, 800 ms behind
        800 failover 0 to 1
        7100 view 0 released
    "#]]
    .assert_eq(&story);
    assert_eq!(all.counts().quarantines, 1);
    assert_eq!((all.leader(BTC), all.is_trusted(BTC)), (Some(1), true));
}

#[test]
fn a_broken_book_is_left_at_once_and_without_another_one_the_desk_is_told() {
    check(
        2,
        "0 0 =+10 3, -11 2
         0 1 =+10 3, -11 2
         50 lost 0
         60 0 +10 9
         120 lost 1
         290 1 =+10 6, -11 2
         300 1 +10 7",
        &expect![[r#"
            0 desk: book 10x3 11x2
            100 failover 0 to 1
            100 desk: book 10x3 11x2
            200 stale
            290 desk: book 10x6 11x2
            300 fresh after 100 ms
            300 desk: diff 10x7
        "#]],
    );
}

#[test]
fn silence_of_all_is_stale_and_nobody_is_blamed() {
    check(
        2,
        "0 0 =+10 3, -11 2
         0 1 =+10 3, -11 2
         1490 0 +10 4
         1510 1 +10 4
         1600 0 +10 5",
        &expect![[r#"
            0 desk: book 10x3 11x2
            1300 stale
            1500 fresh after 200 ms
            1500 desk: book 10x4 11x2
            1600 desk: diff 10x5
        "#]],
    );
}

#[test]
fn a_desk_that_lags_gets_one_whole_book_for_all_it_missed() {
    check(
        1,
        "0 0 =+10 3, -11 2
         1 lag
         2 0 +10 4
         3 0 +9 1
         4 0 -11 0, -12 5
         5 caught
         6 0 +8 1",
        &expect![[r#"
            0 desk: book 10x3 11x2
            5 desk: book 10x4 9x1 12x5
            6 desk: diff 8x1
        "#]],
    );
}

#[test]
fn a_trade_told_twice_is_handed_on_once() {
    let mut all = Views::new(config(), 1, [BTC]);
    let mut out = MarketBatch::default();
    all.market(ms(0), 0, &event(ms(0), 1, "=+10 3", &mut Vec::new()), false, &mut out);
    let trade = |id| MarketEvent {
        instrument: BTC,
        exchange_at: ms(1),
        received_at: ms(1),
        kind: MarketKind::Trade {
            id,
            aggressor: Side::Buy,
            price: aurora_model::Ticks(10),
            qty: aurora_model::Lots(1),
        },
    };
    for id in [7, 8, 7] {
        all.market(ms(1), 0, &trade(id), false, &mut out);
    }
    assert_eq!((out.len(), all.counts().repeated_trades), (3, 1));
}
