//! Snapshots and diffs, late, early, twice and missing: what the book then shows.

use aurora_book::{Applied, Book, Continuity, Sync};
use aurora_model::{InstrumentNo, Level, Lots, MarketEvent, MarketKind, Nanos, Side, Ticks};
use expect_test::{Expect, expect};

/// Lines of `snapshot LAST: LEVELS` and `diff FIRST-LAST<PREV: LEVELS`, a level being `b100=5` or
/// `a101=7`; each is answered with what it did, the state, and the best levels after it.
fn check(rule: Continuity, script: &str, expected: &Expect) {
    let mut book = Book::new(rule);
    let mut story = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (head, levels) = line.split_once(':').unwrap();
        let levels: Vec<Level> = levels.split_whitespace().map(level).collect();
        let applied = book.apply(&MarketEvent {
            instrument: InstrumentNo(0),
            exchange_at: Nanos(0),
            received_at: Nanos(0),
            kind: kind(head, &levels),
        });
        let side = |side| {
            let levels = book.levels(side).map(|(price, qty)| format!("{}x{}", price.0, qty.0));
            levels.collect::<Vec<_>>().join(" ")
        };
        let state = book.sync();
        story += &format!(
            "{line:<32} {applied:?} {state:?} | {} | {}\n",
            side(Side::Buy),
            side(Side::Sell)
        );
    }
    expected.assert_eq(&story);
}

fn kind<'a>(head: &str, levels: &'a [Level]) -> MarketKind<'a> {
    let (word, ids) = head.split_once(' ').unwrap();
    if word == "snapshot" {
        return MarketKind::Snapshot { last_id: ids.parse().unwrap(), levels };
    }
    let (ids, prev) = ids.split_once('<').map_or((ids, None), |(ids, prev)| (ids, Some(prev)));
    let (first, last) = ids.split_once('-').unwrap();
    MarketKind::Diff {
        first_id: first.parse().unwrap(),
        last_id: last.parse().unwrap(),
        prev_id: prev.map(|prev| prev.parse().unwrap()),
        levels,
    }
}

fn level(text: &str) -> Level {
    let (price, qty) = text[1..].split_once('=').unwrap();
    Level {
        side: if text.starts_with('b') { Side::Buy } else { Side::Sell },
        price: Ticks(price.parse().unwrap()),
        qty: Lots(qty.parse().unwrap()),
    }
}

#[test]
fn diffs_before_the_snapshot_are_shown_at_once_and_replayed_after_it() {
    check(
        Continuity::BinanceFutures,
        "diff 1-5<0: b100=1 b90=9 a105=5
         diff 7-9<5: b100=2
         diff 12-14<9: b100=0 a101=4
         snapshot 8: b100=1 b99=3 a102=6
         diff 15-16<14: b99=4",
        &expect![[r#"
            diff 1-5<0: b100=1 b90=9 a105=5  Levels Partial | 100x1 90x9 | 105x5
            diff 7-9<5: b100=2               Levels Partial | 100x2 90x9 | 105x5
            diff 12-14<9: b100=0 a101=4      Levels Partial | 90x9 | 101x4 105x5
            snapshot 8: b100=1 b99=3 a102=6  Levels Synced | 99x3 90x9 | 101x4 102x6 105x5
            diff 15-16<14: b99=4             Levels Synced | 99x4 90x9 | 101x4 102x6 105x5
        "#]],
    );
}

#[test]
fn a_snapshot_newer_than_every_diff_waits_for_the_one_that_bridges() {
    check(
        Continuity::BinanceFutures,
        "diff 1-5<0: b90=9 a105=5
         snapshot 20: b100=1 a101=1
         diff 7-9<5: b100=7
         diff 12-21<9: b100=2
         diff 22-23<21: b100=3",
        &expect![[r#"
            diff 1-5<0: b90=9 a105=5         Levels Partial | 90x9 | 105x5
            snapshot 20: b100=1 a101=1       Levels Synced | 100x1 | 101x1
            diff 7-9<5: b100=7               Repeat Synced | 100x1 | 101x1
            diff 12-21<9: b100=2             Levels Synced | 100x2 | 101x1
            diff 22-23<21: b100=3            Levels Synced | 100x3 | 101x1
        "#]],
    );
}

#[test]
fn a_snapshot_older_than_what_waits_is_refused() {
    check(
        Continuity::BinanceFutures,
        "diff 10-15<9: b100=1 a101=1
         snapshot 8: b99=1 a102=1
         snapshot 12: b99=1 a102=1",
        &expect![[r#"
            diff 10-15<9: b100=1 a101=1      Levels Partial | 100x1 | 101x1
            snapshot 8: b99=1 a102=1         SnapshotTooOld Partial | 100x1 | 101x1
            snapshot 12: b99=1 a102=1        Levels Synced | 100x1 99x1 | 101x1 102x1
        "#]],
    );
}

#[test]
fn a_gap_needs_a_snapshot_and_until_then_the_newest_level_is_right() {
    check(
        Continuity::BinanceFutures,
        "snapshot 10: b100=1 b99=1 a101=1 a103=1
         diff 9-12<8: b100=2
         diff 20-22<18: b102=5
         diff 23-24<22: b98=1
         snapshot 23: b102=5 b98=1 a103=1
         diff 25-26<24: a103=2",
        &expect![[r#"
            snapshot 10: b100=1 b99=1 a101=1 a103=1 Levels Synced | 100x1 99x1 | 101x1 103x1
            diff 9-12<8: b100=2              Levels Synced | 100x2 99x1 | 101x1 103x1
            diff 20-22<18: b102=5            Gap { have: 12, found: 18 } Desynced | 102x5 100x2 99x1 | 103x1
            diff 23-24<22: b98=1             Levels Desynced | 102x5 100x2 99x1 98x1 | 103x1
            snapshot 23: b102=5 b98=1 a103=1 Levels Synced | 102x5 98x1 | 103x1
            diff 25-26<24: a103=2            Levels Synced | 102x5 98x1 | 103x2
        "#]],
    );
}

#[test]
fn what_comes_twice_is_dropped() {
    check(
        Continuity::BinanceFutures,
        "snapshot 10: b100=1 a101=1
         diff 9-12<8: b100=2
         diff 9-12<8: b100=2
         snapshot 11: b100=9 a101=9
         diff 13-14<12: a101=2",
        &expect![[r#"
            snapshot 10: b100=1 a101=1       Levels Synced | 100x1 | 101x1
            diff 9-12<8: b100=2              Levels Synced | 100x2 | 101x1
            diff 9-12<8: b100=2              Repeat Synced | 100x2 | 101x1
            snapshot 11: b100=9 a101=9       Repeat Synced | 100x2 | 101x1
            diff 13-14<12: a101=2            Levels Synced | 100x2 | 101x2
        "#]],
    );
}

#[test]
fn spot_counts_on_without_naming_the_previous() {
    check(
        Continuity::BinanceSpot,
        "diff 5-8: b100=1 a101=1
         diff 9-12: b100=2
         snapshot 10: b100=1 a101=1
         diff 13-13: b100=3
         diff 15-16: b100=4",
        &expect![[r#"
            diff 5-8: b100=1 a101=1          Levels Partial | 100x1 | 101x1
            diff 9-12: b100=2                Levels Partial | 100x2 | 101x1
            snapshot 10: b100=1 a101=1       Levels Synced | 100x2 | 101x1
            diff 13-13: b100=3               Levels Synced | 100x3 | 101x1
            diff 15-16: b100=4               Gap { have: 13, found: 14 } Desynced | 100x4 | 101x1
        "#]],
    );
}

#[test]
fn a_recording_that_goes_on_without_a_snapshot_stays_partial() {
    check(
        Continuity::BinanceFutures,
        "diff 1-5<0: b100=1
         diff 6-7<5: a101=1",
        &expect![[r#"
            diff 1-5<0: b100=1               Levels Partial | 100x1 | 
            diff 6-7<5: a101=1               Levels Partial | 100x1 | 101x1
        "#]],
    );
}

#[test]
fn quotes_run_ahead_of_levels_only_while_they_are_newer() {
    let mut book = Book::new(Continuity::BinanceFutures);
    let event = |kind| MarketEvent {
        instrument: InstrumentNo(0),
        exchange_at: Nanos(0),
        received_at: Nanos(7),
        kind,
    };
    let levels = ["b100=1", "a101=1"].map(level);
    let bbo = |update_id| MarketKind::Bbo {
        update_id,
        bid: (Ticks(102), Lots(4)),
        ask: (Ticks(103), Lots(5)),
    };
    book.apply(&event(MarketKind::Snapshot { last_id: 10, levels: &levels }));
    assert_eq!(book.apply(&event(bbo(11))), Applied::Quote);
    assert_eq!(book.touch().unwrap().bid, Ticks(100));
    assert_eq!(book.newest_touch().unwrap().bid, Ticks(102));
    book.apply(&event(bbo(9)));
    assert_eq!(book.newest_touch().unwrap().bid, Ticks(100));
}

#[test]
fn flags_say_what_is_wrong() {
    let mut book = Book::new(Continuity::None);
    let old = Nanos::from_millis(100);
    assert!(book.flags(Nanos(0), old).stale);
    let crossed = ["b101=1", "a100=1"].map(level);
    let event = |levels| MarketEvent {
        instrument: InstrumentNo(0),
        exchange_at: Nanos(0),
        received_at: Nanos(0),
        kind: MarketKind::Snapshot { last_id: 1, levels },
    };
    book.apply(&event(&crossed));
    let flags = book.flags(Nanos(0), old);
    assert!(flags.crossed && !flags.locked && !flags.stale && !flags.unsynced);
    let clean = ["b99=1", "a100=1"].map(level);
    book.apply(&event(&clean));
    assert!(book.flags(old, old).is_clean());
    assert!(book.flags(old + Nanos(1), old).stale);
    assert_eq!(book.sync(), Sync::Synced);
}
