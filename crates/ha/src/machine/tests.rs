use expect_test::{Expect, expect};

use super::*;
use crate::words::Token;

/// Plays a script, a line a moment: `milliseconds what`. Prints what the machine does.
fn check(script: &str, expected: &Expect) {
    check_with(Settings::default(), script, expected);
}

fn check_with(settings: Settings, script: &str, expected: &Expect) {
    expected.assert_eq(&play(settings, script));
}

/// Of a node that has just taken over, with nothing of the old leader's on its way any more: what comes after that.
fn check_leader(script: &str, expected: &Expect) {
    let settings = || Settings { request_life: Nanos(0), ..Settings::default() };
    let before = play(settings(), TAKEOVER);
    let whole = play(settings(), &format!("{TAKEOVER}\n {script}"));
    expected.assert_eq(whole.strip_prefix(&before).unwrap());
}

fn play(settings: Settings, script: &str) -> String {
    let mut machine = Machine::new(settings, Nanos(0), 7).unwrap();
    let mut said = String::new();
    let mut no = 0;
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (at, what) = line.split_once(' ').unwrap();
        let now = Nanos::from_millis(at.parse().unwrap());
        for input in inputs(what, no, now, &machine) {
            machine.on_input(input.0, input.1);
            while let Some(output) = machine.poll_output() {
                if let Output::TryLease { no: asked } | Output::RenewLease { no: asked, .. } =
                    &output
                {
                    no = *asked;
                }
                said += &format!("{:<5} {output:?}\n", input.0.millis());
            }
        }
        let may =
            machine.may_send(now).map_or(String::new(), |epoch| format!(" sends under {epoch}"));
        said += &format!("{at:<5} {what} => {}{may}\n", machine.status().role.code());
        assert!(now < machine.next_timer(), "{at} {what}: it wants a moment that is over");
    }
    said
}

fn inputs(what: &str, no: u64, now: Nanos, machine: &Machine) -> Vec<(Nanos, Input)> {
    let lease = |answer| Input::Lease { no, answer };
    let one = match what.split(' ').collect::<Vec<_>>()[..] {
        ["tick"] => Input::Tick,
        // Time passes with a tick now and then, so that it is no pause.
        ["awake"] => {
            let from = machine.heard_at.millis();
            let steps = (from..now.millis()).step_by(500).skip(1).chain([now.millis()]);
            return steps.map(|at| (Nanos::from_millis(at), Input::Tick)).collect();
        }
        ["granted", token] => lease(LeaseAnswer::Granted(Token(token.parse().unwrap()))),
        ["held"] => lease(LeaseAnswer::Held),
        ["no-store"] => lease(LeaseAnswer::Failed("connection refused".to_owned())),
        ["raised", epoch] => {
            Input::Signer(SignerAnswer::Raised { epoch: epoch.parse().unwrap(), signed_ago: None })
        }
        ["stale", highest] => {
            Input::Signer(SignerAnswer::Stale { highest: highest.parse().unwrap() })
        }
        ["caught-up", epoch] => Input::CaughtUp { last_epoch: epoch.parse().unwrap() },
        ["started"] => Input::Desk(DeskWord::Started),
        ["drained"] => Input::Desk(DeskWord::Drained),
        ["failed"] => Input::Desk(DeskWord::Failed),
        ["broken"] => Input::Copy(Fitness::Broken),
        ["promote"] => Input::Operator(Operator::Promote),
        ["demote"] => Input::Operator(Operator::Demote),
        _ => panic!("no such word: {what}"),
    };
    vec![(now, one)]
}

const TAKEOVER: &str = "
    0 tick
    10 granted 3
    20 raised 8
    30 caught-up 7
    40 tick
";

// Controls: C17
#[test]
fn a_takeover_goes_lease_epoch_journal_wait_desk() {
    let script = format!("{TAKEOVER}\n 1500 awake\n 1510 granted 3\n 3270 awake\n 3300 started");
    check(
        &script,
        &expect![[r#"
            0     TryLease { no: 1 }
            0     tick => FOLLOWER
            10    Notice(Candidate(Token(3)))
            10    RaiseEpoch { epoch: 8 }
            10    granted 3 => CANDIDATE
            20    Notice(Raised { from: 7, to: 8 })
            20    CatchUp
            20    raised 8 => CANDIDATE
            30    caught-up 7 => CANDIDATE
            40    tick => CANDIDATE
            1500  RenewLease { no: 2, token: Token(3) }
            1500  awake => CANDIDATE
            1510  granted 3 => CANDIDATE
            3010  RenewLease { no: 3, token: Token(3) }
            3270  Notice(Leading(8))
            3270  StartDesk { epoch: 8, open_orders: CancelAll }
            3270  awake => LEADER sends under 8
            3300  started => LEADER sends under 8
        "#]],
    );
}

#[test]
fn what_another_has_is_asked_for_again_and_again() {
    check(
        "0 tick\n 10 held\n 500 tick\n 510 tick\n 520 no-store\n 1020 tick",
        &expect![[r#"
            0     TryLease { no: 1 }
            0     tick => FOLLOWER
            10    held => FOLLOWER
            500   tick => FOLLOWER
            510   TryLease { no: 2 }
            510   tick => FOLLOWER
            520   Notice(NoStore("connection refused"))
            520   no-store => FOLLOWER
            1020  TryLease { no: 3 }
            1020  tick => FOLLOWER
        "#]],
    );
}

#[test]
fn an_epoch_the_signer_finds_too_low_is_raised_further() {
    check(
        "0 tick\n 10 granted 3\n 20 stale 41\n 30 raised 42\n 40 caught-up 9",
        &expect![[r#"
            0     TryLease { no: 1 }
            0     tick => FOLLOWER
            10    Notice(Candidate(Token(3)))
            10    RaiseEpoch { epoch: 8 }
            10    granted 3 => CANDIDATE
            20    RaiseEpoch { epoch: 42 }
            20    stale 41 => CANDIDATE
            30    Notice(Raised { from: 41, to: 42 })
            30    CatchUp
            30    raised 42 => CANDIDATE
            40    caught-up 9 => CANDIDATE
        "#]],
    );
}

#[test]
fn a_candidate_that_waits_out_old_requests_is_not_hurried_by_its_own_limit() {
    let settings = Settings { candidate_limit: Nanos::from_millis(3_000), ..Settings::default() };
    check_with(
        settings,
        "0 tick\n 10 granted 3\n 1500 awake\n 1510 granted 3\n 2500 awake\n 2500 raised 8\n 2510 caught-up 7\n 3200 awake",
        &expect![[r#"
            0     TryLease { no: 1 }
            0     tick => FOLLOWER
            10    Notice(Candidate(Token(3)))
            10    RaiseEpoch { epoch: 8 }
            10    granted 3 => CANDIDATE
            1010  RaiseEpoch { epoch: 8 }
            1500  RenewLease { no: 2, token: Token(3) }
            1500  awake => CANDIDATE
            1510  granted 3 => CANDIDATE
            2010  RaiseEpoch { epoch: 8 }
            2500  awake => CANDIDATE
            2500  Notice(Raised { from: 7, to: 8 })
            2500  CatchUp
            2500  raised 8 => CANDIDATE
            2510  caught-up 7 => CANDIDATE
            3010  RenewLease { no: 3, token: Token(3) }
            3200  awake => CANDIDATE
        "#]],
    );
}

#[test]
fn a_leader_that_cannot_renew_stops_before_the_lease_ends() {
    check_leader(
        "1600 awake\n 1700 no-store\n 2200 awake\n 4449 awake\n 4450 awake\n 4500 drained",
        &expect![[r#"
            1540  RenewLease { no: 2, token: Token(3) }
            1600  awake => LEADER sends under 8
            1700  Notice(NoStore("connection refused"))
            1700  no-store => LEADER sends under 8
            2200  RenewLease { no: 3, token: Token(3) }
            2200  awake => LEADER sends under 8
            3200  Notice(NoStore("no answer in time"))
            3700  RenewLease { no: 4, token: Token(3) }
            4449  awake => LEADER sends under 8
            4450  Notice(Stopped(LeaseExpired))
            4450  StopSending
            4450  DrainDesk { why: LeaseExpired, may_cancel: false }
            4450  awake => DRAINING
            4500  drained => FOLLOWER
        "#]],
    );
}

#[test]
fn after_a_pause_nothing_leaves_before_the_lease_was_looked_at_again() {
    check_leader(
        "50 started\n 1051 tick\n 1060 granted 3\n 9000 tick",
        &expect![[r#"
            50    started => LEADER sends under 8
            1051  Notice(Paused(Nanos(1001000000)))
            1051  StopSending
            1051  HoldDesk(Paused)
            1051  RenewLease { no: 2, token: Token(3) }
            1051  tick => LEADER
            1060  granted 3 => LEADER sends under 8
            9000  Notice(Paused(Nanos(7940000000)))
            9000  StopSending
            9000  HoldDesk(Paused)
            9000  Notice(Stopped(LeaseExpired))
            9000  StopSending
            9000  DrainDesk { why: LeaseExpired, may_cancel: false }
            9000  tick => DRAINING
        "#]],
    );
}

#[test]
fn a_higher_epoch_at_the_signer_ends_it_at_once() {
    check_leader(
        "60 stale 9\n 70 drained",
        &expect![[r#"
            60    Notice(Stopped(StaleEpoch))
            60    StopSending
            60    DrainDesk { why: StaleEpoch, may_cancel: false }
            60    stale 9 => DRAINING
            70    drained => FOLLOWER
        "#]],
    );
}

#[test]
fn a_demoted_leader_drains_with_its_lease_then_stands_aside() {
    check_leader(
        "60 demote\n 70 drained\n 80 tick\n 14000 awake\n 15070 awake\n",
        &expect![[r#"
            60    Notice(Stopped(Operator))
            60    DrainDesk { why: Operator, may_cancel: true }
            60    demote => DRAINING
            70    ReleaseLease { token: Token(3) }
            70    drained => FOLLOWER
            80    tick => FOLLOWER
            14000 awake => FOLLOWER
            15070 TryLease { no: 2 }
            15070 awake => FOLLOWER
        "#]],
    );
}

#[test]
fn a_broken_copy_never_asks_and_a_candidate_with_one_gives_up() {
    check(
        "0 broken\n 10 tick\n 600 promote\n 700 tick",
        &expect![[r#"
            0     broken => FOLLOWER
            10    tick => FOLLOWER
            600   promote => FOLLOWER
            700   tick => FOLLOWER
        "#]],
    );
    check(
        "0 tick\n 10 granted 3\n 20 broken",
        &expect![[r#"
            0     TryLease { no: 1 }
            0     tick => FOLLOWER
            10    Notice(Candidate(Token(3)))
            10    RaiseEpoch { epoch: 8 }
            10    granted 3 => CANDIDATE
            20    Notice(Stopped(Unfit))
            20    ReleaseLease { token: Token(3) }
            20    broken => FOLLOWER
        "#]],
    );
}

#[test]
fn without_automatic_takeover_only_a_person_makes_a_leader() {
    let settings = Settings { auto_takeover: false, ..Settings::default() };
    check_with(
        settings,
        "0 tick\n 900 awake\n 910 promote",
        &expect![[r#"
            0     tick => FOLLOWER
            900   awake => FOLLOWER
            910   TryLease { no: 1 }
            910   promote => FOLLOWER
        "#]],
    );
}

#[test]
fn a_drain_that_does_not_end_ends_the_process() {
    check_leader(
        "60 demote\n 10061 awake",
        &expect![[r#"
            60    Notice(Stopped(Operator))
            60    DrainDesk { why: Operator, may_cancel: true }
            60    demote => DRAINING
            1560  RenewLease { no: 2, token: Token(3) }
            2560  Notice(NoStore("no answer in time"))
            3060  RenewLease { no: 3, token: Token(3) }
            4060  Notice(NoStore("no answer in time"))
            4560  StopSending
            10060 StopSending
            10060 EndProcess
            10061 awake => FOLLOWER
        "#]],
    );
}
