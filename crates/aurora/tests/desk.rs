//! The desk as users run it: the real binary, on a market of its own, killed at the worst moments.

#[path = "desk/balances.rs"]
mod balances;
#[path = "desk/keys.rs"]
mod keys;
#[path = "desk/pause.rs"]
mod pause;
#[path = "desk/probe.rs"]
mod probe;
#[path = "desk/recall.rs"]
mod recall;
#[path = "desk/sims.rs"]
mod sims;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use probe::{Desk, Folder, VenueStory, VenuesStory, replay, run_to_end, tapes};
use sims::Sims;

/// How often the desk is killed; the full count is asked for with `AURORA_KILLS`.
fn kills() -> usize {
    std::env::var("AURORA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(50)
}

/// Moments of a kill, spread over the life of a start: 30 ms to 1.2 s after the page answers.
fn moments(count: usize) -> impl Iterator<Item = Duration> {
    // A fixed scramble of the numbers below a prime: the same moments in every run.
    (0..count as u64).map(|n| Duration::from_millis(30 + (n * 7_919 + 13) % 1_171))
}

#[test]
fn killed_at_any_moment_it_sends_nothing_twice_and_loses_no_fill() {
    let folder = Folder::new();
    for (round, moment) in moments(kills()).enumerate() {
        let desk = Desk::start(&folder, &["--speed", "20"]);
        desk.wait_for("the run begins", |desk| !desk.state().0.is_empty());
        desk.kill_after(moment);
        // A torn tail is found and cut by the next start; what is whole must already add up.
        let venue = VenueStory::read(&folder);
        let twice = venue.accepted.len() - venue.accepted.iter().collect::<BTreeSet<_>>().len();
        assert_eq!(twice, 0, "round {round}: the venue accepted an id twice");
    }
    // One more start that is allowed to recover, reconcile and end by itself: an order the venue never had takes 10 s.
    let end = run_to_end(&folder, &["--speed", "max", "--market-time", "20"]);
    let replayed = replay(&folder);
    assert_eq!(
        replayed["fingerprint"], end["fingerprint"],
        "replay leads elsewhere than the run did"
    );
    assert_eq!(replayed["in_doubt"], 0, "an order's fate is still unknown");
    assert_eq!(replayed["live_orders"], 0);

    let venue = VenueStory::read(&folder);
    let journal = probe::journal_fills(&folder);
    assert!(venue.fills.len() > 10, "the desk hardly traded: {} fills", venue.fills.len());
    assert_eq!(journal, venue.fills, "booked fills are not the venue's fills");
    assert_eq!(replayed["positions"], venue.positions());
    let intents = probe::journal_intents(&folder);
    let strangers: Vec<_> = venue.accepted.iter().filter(|id| !intents.contains(*id)).collect();
    assert!(strangers.is_empty(), "at the venue but never written down: {strangers:?}");
    eprintln!("{} kills, {} orders, {} fills", kills(), venue.accepted.len(), venue.fills.len());
}

#[test]
fn killed_while_trading_on_three_venues_it_sends_nothing_twice_and_loses_no_fill() {
    let names = ["binance", "okx", "bybit"];
    let venues = ["--venue", "binance", "--venue", "okx", "--venue", "bybit"];
    let folder = Folder::new();
    for moment in moments((kills() / 8).max(3)) {
        let desk = Desk::start(&folder, &venues);
        desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
        desk.kill_after(moment * 2);
        let story = VenuesStory::read(&folder, &names);
        let twice: Vec<_> = story.taken.iter().filter(|(_, times)| **times != 1).collect();
        assert!(twice.is_empty(), "taken twice under one id: {twice:?}");
    }
    let mut last = venues.to_vec();
    last.extend(["--market-time", "20"]);
    let end = run_to_end(&folder, &last);
    let replayed = replay(&folder);
    assert_eq!(replayed["fingerprint"], end["fingerprint"]);
    assert_eq!((&replayed["in_doubt"], &replayed["live_orders"]), (&0.into(), &0.into()));

    let story = VenuesStory::read(&folder, &names);
    assert!(story.open.is_empty(), "still open at a venue: {:?}", story.open);
    let mut booked: BTreeMap<String, i64> = BTreeMap::new();
    for (_, order, _, qty) in probe::journal_fills(&folder) {
        *booked.entry(order).or_default() += qty;
    }
    assert!(!booked.is_empty(), "the desk never traded");
    assert_eq!(booked, story.filled, "booked fills are not the venues' fills");
    let intents = probe::journal_intents(&folder);
    let strangers: Vec<_> = story.taken.keys().filter(|id| !intents.contains(*id)).collect();
    assert!(strangers.is_empty(), "at a venue but never written down: {strangers:?}");
    eprintln!("{} orders, {} of them filled", story.taken.len(), story.filled.len());
}

#[test]
fn the_same_tape_and_seed_give_the_same_journal() {
    let Some(tapes) = tapes(&["usdm_btcusdt_20240808.raw.zst", "spot_ethusdt_20240808.raw.zst"])
    else {
        return;
    };
    let mut arguments = vec!["--speed", "max", "--tape"];
    arguments.extend(tapes.iter().map(String::as_str));
    let [first, second] = [(), ()].map(|()| {
        let folder = Folder::new();
        let end = run_to_end(&folder, &arguments);
        (
            end["journal_hash"].clone(),
            end["fingerprint"].clone(),
            folder.journal_bytes(),
            end["fills"].as_u64(),
        )
    });
    assert!(first.3 > Some(0), "nothing was traded");
    assert_eq!(first, second);
}

#[test]
fn an_operators_hold_cancels_what_is_open_and_outlives_a_restart() {
    let folder = Folder::new();
    let desk = Desk::start(&folder, &["--speed", "20"]);
    desk.wait_for("an order rests", |desk| desk.order_states().iter().any(|state| state == "ACK"));
    let held = desk.control("hold", "coffee");
    assert_eq!(held["state"], "HOLD");
    assert!(held["canceled"].as_u64() >= Some(1));
    desk.wait_for("nothing is open", |desk| {
        let open = ["PREPARED", "SUBMITTED", "IN_DOUBT", "ACK", "PARTIAL"];
        desk.order_states().iter().all(|state| !open.contains(&state.as_str()))
    });
    desk.kill_after(Duration::ZERO);

    let desk = Desk::start(&folder, &["--speed", "20"]);
    desk.wait_for("the hold is back", |desk| desk.state() == ("HOLD".into(), "OPERATOR".into()));
    desk.wait_for("the desk resumes", |desk| desk.control("resume", "back")["state"] == "RUN");
    assert_eq!(desk.stop(), Some(0));
}

#[test]
fn what_an_operator_was_answered_outlives_a_crash_at_that_moment() {
    let folder = Folder::new();
    let mut was_held = false;
    for round in 0..4 {
        let desk = Desk::start(&folder, &["--speed", "20"]);
        if was_held {
            desk.wait_for("the hold is back", |desk| desk.state().1 == "OPERATOR");
            desk.wait_for("the desk resumes", |desk| {
                let answer = desk.control("resume", "back");
                answer["accepted"] == true && answer["written"] == "durable"
            });
        } else {
            desk.wait_for("the desk trades", |desk| desk.state().0 == "RUN");
            let held = desk.control("hold", &format!("round {round}"));
            assert_eq!((&held["state"], &held["written"]), (&"HOLD".into(), &"durable".into()));
            assert!(held["warning"].is_null());
        }
        desk.kill_after(Duration::ZERO);
        was_held = !was_held;
    }
}

#[test]
fn a_venue_about_to_close_is_left_and_the_others_trade_on() {
    let folder = Folder::new();
    let calendar = |windows: &str| {
        std::fs::write(folder.path().join("calendar.json"), windows).unwrap();
    };
    let config = "maintenance: {sources: [calendar.json], read_every_s: 1}\n";
    std::fs::write(folder.path().join("desk.yaml"), config).unwrap();
    calendar(r#"[{"venue": "OKX", "from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}]"#);
    let venues = ["--config", "desk.yaml", "--venue", "binance", "--venue", "okx"];
    let desk = Desk::start(&folder, &venues);
    let decided = |desk: &Desk, venue: &str, verdict: &str| {
        let decisions = desk.get("/api/ui/export/decisions.csv");
        decisions.lines().filter(|line| line.contains(venue) && line.contains(verdict)).count()
    };
    desk.wait_for("orders for OKX are denied", |desk| decided(desk, "OKX", "VENUE_MAINT") > 2);
    desk.wait_for("Binance trades on", |desk| decided(desk, "BINANCE", ",true,ok,") > 2);
    assert_eq!(decided(&desk, "OKX", ",true,ok,"), 0);
    assert_eq!(
        decided(&desk, "", "AURORA.HALT"),
        0,
        "{}",
        desk.get("/api/ui/export/decisions.csv")
    );
    assert!(desk.get("/api/system/maintenance").contains("2099"));
    calendar("[]");
    desk.wait_for("OKX is traded again", |desk| decided(desk, "OKX", ",true,ok,") > 0);
    assert_eq!(desk.stop(), Some(0));
}

// Controls: C14
#[test]
fn what_a_killed_desk_leaves_open_every_venue_cancels_by_itself() {
    let folder = Folder::new();
    let sims = Sims::start(&["binance", "okx", "bybit"]);
    std::fs::write(folder.path().join("desk.yaml"), "execution: {dead_man_s: 10}\n").unwrap();
    let mut arguments = vec!["--config".to_owned(), "desk.yaml".to_owned()];
    arguments.extend(sims.arguments());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // What rests may fill before the venues act; then it is done once more.
    let mut canceled_by_themselves = [false; 3];
    for _ in 0..8 {
        if canceled_by_themselves == [true; 3] {
            break;
        }
        let desk = Desk::start(&folder, &arguments);
        desk.wait_for("an order rests at each venue", |_| {
            sims.orders().into_iter().all(|orders| !open(orders).is_empty())
        });
        desk.kill_after(Duration::ZERO);
        let left: Vec<BTreeSet<String>> = sims.orders().into_iter().map(open).collect();
        probe::wait_for("nothing is open anywhere", || {
            sims.orders().into_iter().all(|orders| open(orders).is_empty())
        });
        let canceled = canceled_by_themselves.iter_mut();
        for ((left, orders), canceled) in left.iter().zip(sims.orders()).zip(canceled) {
            for order in orders.into_iter().filter(|order| left.contains(&order.client_id)) {
                let cause = order.cause.as_str();
                assert!(["Trade", "Closed(DeadMan)"].contains(&cause), "{order:?}");
                *canceled |= cause == "Closed(DeadMan)";
            }
        }
    }
    assert_eq!(canceled_by_themselves, [true; 3]);
}

fn open(orders: Vec<sims::SimOrder>) -> BTreeSet<String> {
    orders.into_iter().filter(|order| order.is_open).map(|order| order.client_id).collect()
}

#[test]
fn a_folder_of_other_instruments_is_refused_before_anything_starts() {
    let folder = Folder::new();
    run_to_end(&folder, &["--speed", "max", "--market-time", "1"]);
    std::fs::write(folder.path().join("other.yaml"), "symbols: [ETH/USDT]\n").unwrap();
    let (code, told) = probe::refused(&folder, &["--speed", "max", "--config", "other.yaml"]);
    assert_eq!(code, Some(3));
    assert!(told.contains("was begun with other instruments"), "{told}");
}

#[test]
fn kill_flag_stops_the_desk_and_rearming_needs_it_gone() {
    let folder = Folder::new();
    let desk = Desk::start(&folder, &["--speed", "20"]);
    desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
    std::fs::write(folder.path().join("kill.flag"), "").unwrap();
    desk.wait_for("the desk is killed", |desk| {
        desk.state() == ("KILLED".into(), "KILL_FLAG".into())
    });
    assert_eq!(desk.control("resume", "")["error"]["code"], "STATE");
    assert_eq!(desk.control("rearm", "")["error"]["code"], "KILL_FLAG");
    std::fs::remove_file(folder.path().join("kill.flag")).unwrap();
    assert_eq!(desk.control("rearm", "checked")["state"], "HOLD");
    desk.wait_for("the desk resumes", |desk| desk.control("resume", "go")["state"] == "RUN");
    assert_eq!(desk.stop(), Some(0));
}

// Controls: C12
#[test]
fn the_kill_command_works_on_a_desk_that_answers_and_on_a_frozen_one() {
    let folder = Folder::new();
    let desk = Desk::start(&folder, &["--speed", "20"]);
    desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
    let (code, said) = desk.kill_by_command(&folder);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(desk.state(), ("KILLED".into(), "OPERATOR".into()));
    assert_eq!(desk.control("rearm", "looked")["state"], "HOLD");
    desk.wait_for("the desk resumes", |desk| desk.control("resume", "go")["state"] == "RUN");

    desk.signal("-STOP");
    let (code, said) = desk.kill_by_command(&folder);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("kill.flag is written"), "{said}");
    desk.signal("-CONT");
    desk.wait_for("the flag kills it", |desk| desk.state().0 == "KILLED");
    assert_eq!(desk.stop(), Some(0));
}

// Controls: C21
#[test]
fn a_page_elsewhere_cannot_press_a_button() {
    let folder = Folder::new();
    let desk = Desk::start(&folder, &[]);
    desk.wait_until_answering();
    for (headers, status) in [
        (&[("Origin", "http://evil.example"), ("Content-Type", "application/json")][..], 403),
        (&[("Content-Type", "text/plain")], 415),
        (&[("Host", "evil.example"), ("Content-Type", "application/json")], 403),
    ] {
        assert_eq!(
            desk.post("/api/ui/control", headers, r#"{"action":"hold"}"#).0,
            status,
            "{headers:?}"
        );
    }
    assert_eq!(desk.post("/api/ui/control", &[("Content-Type", "application/json")], "{}").0, 422);
    assert_ne!(desk.state().1, "OPERATOR");
    assert_eq!(desk.stop(), Some(0));
}

#[test]
fn a_full_disk_closes_new_risk_and_says_so() {
    let folder = Folder::new();
    let desk = Desk::start(&folder, &["--speed", "20"]);
    desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
    // The session's folder is gone: the event log has nowhere to go.
    std::fs::remove_dir_all(folder.path().join("session")).unwrap();
    desk.wait_for("denials name the audit log", |desk| {
        desk.get("/api/ui/export/decisions.csv").contains("audit_unavailable")
    });
    assert_eq!(desk.stop(), Some(0));
}
