//! Balances at the venue against the books: what lasts stops trading, what passes does not.

use aurora_engine::{Command, Input, Record, Refusal, StartCheck, WalletPolicy, WalletState};
use aurora_model::{
    Move, MoveKind, Nanos, Notional, Side, Statement, TradingState, TransitionCause, Venue,
    VenueRequest,
};

use crate::stage::{Stage, fill_of};

const SECOND: Nanos = Nanos::SECOND;

fn money(text: &str) -> Notional {
    text.parse().unwrap()
}

fn policy() -> WalletPolicy {
    WalletPolicy { tolerance: money("1"), every: SECOND * 300, patience: SECOND * 60 }
}

/// Started and reconciled; its balance was not told yet.
fn untold() -> Stage {
    Stage::running_with(|settings| settings.wallets = Some(policy()))
}

fn tell(stage: &mut Stage, total: &str, moves: Vec<Move>) {
    let wallets = vec![("USDT".into(), money(total))];
    let statement = Statement { at: stage.now(), wallets, moves };
    stage.apply(&Input::Statement(Venue::Paper, &statement));
    stage.apply(&Input::Timer);
}

/// In RUN, with 5,000 told.
fn running() -> Stage {
    let mut stage = untold();
    tell(&mut stage, "5000", vec![]);
    stage.whole_book();
    stage.apply(&Input::Timer);
    assert_eq!(stage.engine.status().state, TradingState::Run);
    stage
}

fn asked(stage: &Stage) -> usize {
    let is_it = |request: &&VenueRequest| matches!(request, VenueRequest::Statement { .. });
    stage.requests().iter().filter(is_it).count()
}

fn state(stage: &Stage) -> WalletState {
    stage.engine.wallets(stage.now())[0].state
}

fn balances_hold(stage: &Stage) -> bool {
    let checks = stage.engine.checks(stage.now());
    checks.into_iter().any(|(check, ok)| check == StartCheck::Balances && ok)
}

/// The venue is asked, and tells that, for so long.
fn tell_for(stage: &mut Stage, seconds: i64, total: &str) {
    let until = stage.now() + SECOND * seconds;
    while stage.now() < until {
        stage.pass(SECOND);
        let before = asked(stage);
        stage.apply(&Input::Timer);
        if before < asked(stage) {
            tell(stage, total, vec![]);
        }
    }
}

#[test]
fn a_start_waits_for_the_balances() {
    let mut stage = untold();
    stage.apply(&Input::Timer);
    assert_eq!(asked(&stage), 0, "the stage forgets what was asked while it warmed up");
    assert_eq!(stage.engine.status().state, TradingState::Hold);
    assert_eq!(
        stage.command(Command::Resume("go".into())),
        Err(Refusal::Check(StartCheck::Balances))
    );
    let waits = [3, 6, 12, 24, 30, 30].map(|wait| {
        stage.pass(SECOND * wait);
        stage.apply(&Input::Timer);
        asked(&stage)
    });
    assert_eq!(waits, [1, 2, 3, 4, 5, 6], "asked again, for nothing came");
    tell(&mut stage, "5000", vec![]);
    stage.whole_book();
    stage.apply(&Input::Timer);
    assert_eq!(stage.engine.status().state, TradingState::Run);
}

#[test]
fn what_is_not_told_for_long_is_awaited_again() {
    let mut stage = running();
    let before = asked(&stage);
    stage.pass(SECOND * 299);
    stage.apply(&Input::Timer);
    assert_eq!(asked(&stage), before);
    stage.pass(SECOND);
    stage.apply(&Input::Timer);
    assert_eq!(asked(&stage), before + 1);
    stage.pass(SECOND * 600);
    stage.apply(&Input::Timer);
    assert_eq!(state(&stage), WalletState::Awaited);
}

#[test]
fn a_difference_that_lasts_holds_and_one_that_passes_does_not() {
    let mut stage = running();
    tell(&mut stage, "5000.9", vec![]);
    assert_eq!(state(&stage), WalletState::Agreed, "within the tolerance");
    tell(&mut stage, "4990", vec![]);
    tell_for(&mut stage, 50, "4990");
    assert_eq!(state(&stage), WalletState::Doubtful);
    assert!(balances_hold(&stage), "too young to stop a desk that trades");
    tell_for(&mut stage, 70, "5000");
    assert_eq!((state(&stage), stage.alerts().len()), (WalletState::Agreed, 0));

    tell(&mut stage, "4990", vec![]);
    tell_for(&mut stage, 130, "4990");
    assert_eq!(state(&stage), WalletState::Differs);
    assert_eq!(stage.alerts(), ["BALANCE_MISMATCH"], "told once");
    let status = stage.engine.status();
    assert_eq!((status.state, status.cause), (TradingState::Hold, TransitionCause::Reconciliation));
    assert_eq!(status.reason, "PAPER USDT: ours 5000, the venue's 4990, difference -10");
    tell_for(&mut stage, 30, "5000");
    assert_eq!(state(&stage), WalletState::Agreed);
    stage.whole_book();
    assert_eq!(stage.command(Command::Resume("found it".into())), Ok(()));
}

#[test]
fn a_difference_that_never_stays_the_same_is_one_too() {
    let mut stage = running();
    for n in 0..400 {
        stage.pass(SECOND);
        tell(&mut stage, &format!("{}", 4_000 + n), vec![]);
    }
    assert_eq!(stage.alerts(), ["BALANCE_MISMATCH"]);
    assert_eq!(stage.engine.status().state, TradingState::Hold);
}

#[test]
fn funding_explains_what_it_moved_once_it_is_written_down() {
    let mut stage = running();
    tell(&mut stage, "4988", vec![]);
    assert_eq!(state(&stage), WalletState::Doubtful, "the wallet moved, the row is not there yet");
    let (at, asset, amount) = (stage.now(), "USDT".into(), money("-12"));
    let row = Move { id: 7, at, asset, amount, kind: MoveKind::Funding(Some(stage.no())) };
    tell(&mut stage, "4988", vec![row]);
    assert_eq!(state(&stage), WalletState::Agreed);
    assert_eq!(stage.engine.ledger().net(), money("-12"));
    let replayed = stage.replayed();
    assert_eq!(replayed.engine.fingerprint(), stage.engine.fingerprint());
}

#[test]
fn what_moved_while_the_desk_was_down_keeps_it_in_hold_until_a_person_accepts_it() {
    let mut before = running();
    let id = before.rest(Side::Buy, 1_000, 5);
    before.report(aurora_model::ReportKind::Fill(fill_of(id, 1, Side::Buy, 1_000, 5)));
    assert_eq!(before.command(Command::AcceptBalances), Err(Refusal::Trading));
    before.hold();

    let mut stage = before.restarted();
    stage.warm_up();
    assert_eq!(state(&stage), WalletState::Awaited);
    tell(&mut stage, "4000", vec![]);
    assert!(!balances_hold(&stage), "a start waits until it is clear");
    tell_for(&mut stage, 130, "4000");
    assert_eq!(state(&stage), WalletState::Differs);
    stage.whole_book();
    assert_eq!(
        stage.command(Command::Resume("go".into())),
        Err(Refusal::Check(StartCheck::Balances))
    );
    assert_eq!(stage.command(Command::AcceptBalances), Ok(()));
    assert_eq!(state(&stage), WalletState::Agreed);
    assert_eq!(stage.command(Command::AcceptBalances), Err(Refusal::NothingDiffers));
    stage.last_record(|record| matches!(record, Record::Statement { restarts: true, .. }));
    tell(&mut stage, "4000", vec![]);
    stage.whole_book();
    assert_eq!(stage.command(Command::Resume("a withdrawal of mine".into())), Ok(()));

    stage.journal.splice(0..0, before.journal.clone());
    let mut again = stage.restarted();
    again.warm_up();
    tell(&mut again, "4000", vec![]);
    assert_eq!(state(&again), WalletState::Agreed, "what was accepted stays so");
    for cut in [0, stage.journal.len() / 2, stage.journal.len()] {
        let restored = stage.replayed_from_snapshot(cut);
        assert_eq!(restored.engine.fingerprint(), stage.replayed().engine.fingerprint());
    }
}

#[test]
fn a_statement_before_the_account_is_compared_says_nothing() {
    let mut stage = untold();
    stage.begin(2);
    tell(&mut stage, "5000", vec![]);
    assert_eq!(state(&stage), WalletState::Awaited);
    let told = |record: &Record| matches!(record, Record::Statement { .. });
    assert!(!stage.journal.iter().any(|stamped| told(&stamped.record)));
}
