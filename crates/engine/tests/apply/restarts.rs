//! What a new process knows of the one before: rates and days go on, and no moment of an old clock lies ahead.

use aurora_engine::Input;
use aurora_model::{Nanos, OrderState, ReportKind, Side, TradingState, VenueRefusal, VenueRequest};

use super::brakes::{state, trade};
use super::stage::Stage;

const HOUR: Nanos = Nanos(3_600 * Nanos::SECOND.0);

/// The next process, whose clock was set back in between.
fn restarted_earlier(before: &Stage, by: Nanos) -> Stage {
    let mut stage = before.replayed();
    stage.pass(Nanos(-by.0));
    stage.begin(2);
    stage.warm_up();
    stage
}

#[test]
fn the_minute_of_orders_goes_on_over_a_restart() {
    let mut before = Stage::running_with(|settings| settings.limits.orders_per_minute = 2);
    trade(&mut before, 1, Side::Buy, 5);
    trade(&mut before, 2, Side::Sell, 5);
    let mut stage = before.restarted();
    stage.warm_up();
    assert_eq!(state(&stage).0, TradingState::Run);
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), ["RATE_LIMIT"]);
    stage.pass(Nanos::SECOND * 60);
    stage.warm_up();
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    assert_eq!(stage.sent().len(), 1, "the minute is over: {:?}", stage.denials());
}

#[test]
fn orders_that_wait_for_the_disk_count_as_sent() {
    let mut stage = Stage::running_with(|settings| settings.limits.orders_per_minute = 2);
    for limit in [999, 998, 997] {
        stage.wish(Side::Buy, limit, 5);
        stage.market(1_000, 1_001);
    }
    assert_eq!(stage.denials(), ["RATE_LIMIT"]);
}

#[test]
fn a_cancel_asked_again_and_again_of_a_silent_venue_is_no_loop_after_a_restart_either() {
    let mut before = Stage::running_within(|brakes| brakes.cancels_per_minute = 2);
    let id = before.rest(Side::Buy, 999, 5);
    before.take_back(id);
    for _ in 0..20 {
        before.market(1_000, 1_001);
        before.apply(&Input::Timer);
    }
    let asked = |r: &&VenueRequest| matches!(r, VenueRequest::Cancel { .. });
    assert!(2 < before.requests().iter().filter(asked).count(), "{:?}", before.requests());
    before.report(ReportKind::Canceled { id, filled: aurora_model::Lots::ZERO });
    let mut stage = before.restarted();
    stage.warm_up();
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    assert_eq!(stage.denials(), [""; 0]);
}

#[test]
fn a_day_that_ended_between_a_report_and_the_timer_is_ended_by_the_next_process() {
    let mut before = Stage::running();
    trade(&mut before, 1, Side::Buy, 5);
    before.pass_to_next_day();
    // The day's first record comes before the timer; then the process dies.
    before.report(ReportKind::CancelRejected { id: before.order().id });
    let mut stage = before.restarted();
    stage.warm_up();
    assert!(stage.journal.iter().any(|r| r.record == aurora_engine::Record::Day));
}

#[test]
fn a_clock_set_back_over_midnight_gives_nobody_a_fresh_day() {
    let mut before = Stage::running();
    before.pass_to_next_day();
    before.apply(&Input::Timer);
    trade(&mut before, 1, Side::Buy, 5);
    let stage = restarted_earlier(&before, HOUR);
    let days = stage.journal.iter().filter(|r| r.record == aurora_engine::Record::Day).count();
    assert_eq!(days, 0, "the new day has begun once");
}

#[test]
fn a_clock_set_back_leaves_no_pause_of_an_hour() {
    let mut before = Stage::running_with(|settings| settings.quiet = Nanos::SECOND);
    before.wish(Side::Buy, 1_000, 5);
    before.market(1_000, 1_001);
    before.all_durable();
    let id = before.order().id;
    before.report(ReportKind::Reject { id, refusal: VenueRefusal::WouldTake });
    assert_eq!(before.order().state, OrderState::Reject);
    let mut stage = restarted_earlier(&before, HOUR);
    stage.pass(Nanos::SECOND * 2);
    stage.warm_up();
    stage.wish(Side::Buy, 999, 5);
    stage.market(1_000, 1_001);
    stage.all_durable();
    assert_eq!(stage.sent().len(), 1);
}
