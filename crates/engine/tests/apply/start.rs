//! A start that is not clean stays in HOLD, and a desk that stood still goes there.

use aurora_engine::{Audit, Command, Input, Measure, Reconciliation, Refusal, StartCheck, Watch};
use aurora_model::{Lots, Nanos, ReportKind, Side, TradingState, TransitionCause, VenueRequest};

use crate::stage::Stage;

fn measure(span: i64, limit: i64) -> Measure {
    Measure { span: Nanos::from_millis(span), limit: Nanos::from_millis(limit) }
}

fn account(stage: &mut Stage, lots: i64) {
    let positions = vec![(stage.no(), Lots(lots))];
    stage.report(ReportKind::Account { open: vec![], fills: vec![], positions });
}

/// What goes wrong at a start, beside a good book and a good account.
type Fault = fn(&mut Stage);

/// (Day loss and kill caps are told in `brakes.rs`; the ledger's own sums cannot be broken from outside.)
const FAULTS: [(StartCheck, Fault); 7] = [
    (StartCheck::Audit, |stage| stage.apply(&Input::Audit(Audit::Unwritten))),
    (StartCheck::Clocks, |stage| {
        stage.apply(&Input::Watch(Watch::Skew(measure(2_001, 2_000))));
    }),
    (StartCheck::Disk, |stage| {
        stage.apply(&Input::Watch(Watch::Commits(measure(501, 500))));
    }),
    (StartCheck::Builds, |stage| {
        stage.apply(&Input::Watch(Watch::Builds(Err("the signer is of build 1".into()))));
    }),
    (StartCheck::Keys, |stage| {
        stage.apply(&Input::Watch(Watch::Keys(Err("OKX: its key may withdraw".into()))));
    }),
    (StartCheck::Reconciled, |stage| account(stage, 5)),
    // Its book grows old.
    (StartCheck::Books, |stage| stage.pass(Nanos::SECOND * 5)),
];

#[test]
fn each_probe_that_fails_keeps_hold_and_refuses_resume_by_name() {
    for (check, fault) in FAULTS {
        let mut stage = Stage::empty();
        stage.command(Command::Start { epoch: 1 }).unwrap();
        stage.whole_book();
        if check != StartCheck::Reconciled {
            account(&mut stage, 0);
        }
        fault(&mut stage);
        stage.apply(&Input::Timer);
        assert_eq!(stage.engine.status().state, TradingState::Hold, "{check:?}");
        let (ru, en) = check.hint();
        assert!(!ru.is_empty() && !en.is_empty());
        let resumed = stage.command(Command::Resume("go".into()));
        assert_eq!(resumed, Err(Refusal::Check(check)), "{check:?}");
    }
}

#[test]
fn an_order_left_in_doubt_keeps_hold() {
    let mut before = Stage::running();
    before.rest(Side::Buy, 1_000, 5);
    let mut stage = before.restarted();
    stage.warm_up();
    assert_eq!(stage.engine.status().state, TradingState::Hold);
    let resumed = stage.command(Command::Resume("go".into()));
    assert_eq!(resumed, Err(Refusal::Check(StartCheck::NoDoubt)));
}

#[test]
fn a_start_that_is_clean_runs_and_limits_themselves_are_within() {
    let mut stage = Stage::empty();
    stage.command(Command::Start { epoch: 1 }).unwrap();
    for watch in [
        Watch::Pause(measure(2_000, 2_000)),
        Watch::Jump(measure(1_000, 1_000)),
        Watch::Skew(measure(2_000, 2_000)),
        Watch::Commits(measure(500, 500)),
        Watch::Builds(Ok(())),
    ] {
        stage.apply(&Input::Watch(watch));
    }
    stage.warm_up();
    assert_eq!(stage.engine.status().state, TradingState::Run);
}

#[test]
fn a_pause_during_a_start_has_it_look_again_and_then_run_by_itself() {
    let mut stage = Stage::empty();
    stage.command(Command::Start { epoch: 1 }).unwrap();
    stage.apply(&Input::Watch(Watch::Pause(measure(3_000, 2_000))));
    let status = stage.engine.status();
    assert_eq!((status.state, status.cause), (TradingState::Hold, TransitionCause::Start));
    let sweeps =
        stage.requests().iter().filter(|r| matches!(r, VenueRequest::Sweep { .. })).count();
    assert_eq!(sweeps, 2, "what was asked before the pause is asked again");
    stage.warm_up();
    assert_eq!(stage.engine.status().state, TradingState::Run);
}

#[test]
fn a_pause_and_a_clock_that_jumped_hold_withdraw_what_has_not_left_and_compare_again() {
    for (watch, cause) in [
        (Watch::Pause(measure(3_000, 2_000)), TransitionCause::Pause),
        (Watch::Jump(measure(3_600_000, 1_000)), TransitionCause::Clock),
    ] {
        let mut stage = Stage::running();
        stage.wish(Side::Buy, 1_000, 5);
        stage.market(1_000, 1_001);
        stage.apply(&Input::Watch(watch));
        let status = stage.engine.status();
        assert_eq!((status.state, status.cause), (TradingState::Hold, cause));
        stage.all_durable();
        assert_eq!(stage.sent(), [], "it was from before");
        assert_eq!(*stage.engine.reconciliation(), Reconciliation::Awaited);
        assert!(stage.requests().iter().any(|r| matches!(r, VenueRequest::Sweep { .. })));
        // Only a person lets it go on, after the account was compared.
        stage.warm_up();
        assert_eq!(stage.engine.status().state, TradingState::Hold);
        stage.command(Command::Resume("looked at it".into())).unwrap();
    }
}

#[test]
fn what_lasts_holds_a_desk_that_trades_until_it_is_within_its_limit_again() {
    for (bad, good, check) in [
        (Watch::Skew(measure(2_500, 2_000)), Watch::Skew(measure(3, 2_000)), StartCheck::Clocks),
        (Watch::Commits(measure(900, 500)), Watch::Commits(measure(1, 500)), StartCheck::Disk),
        (Watch::Keys(Err("OKX".into())), Watch::Keys(Ok(())), StartCheck::Keys),
    ] {
        let mut stage = Stage::running();
        stage.apply(&Input::Watch(bad));
        assert_eq!(stage.engine.status().state, TradingState::Hold);
        let resumed = stage.command(Command::Resume("go".into()));
        assert_eq!(resumed, Err(Refusal::Check(check)));
        stage.apply(&Input::Watch(good));
        stage.market(1_000, 1_001);
        stage.command(Command::Resume("go".into())).unwrap();
    }
}
