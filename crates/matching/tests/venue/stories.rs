//! The paper venue as the desk meets it: scenarios in text, answers as snapshots.

use crate::scenario::{config, play};
use aurora_matching::{QueueModel, VenueConfig};
use expect_test::{Expect, expect};

const BOOK: &str = "0 market snapshot bid 100x5 99x7 98x9 ask 101x4 102x8 103x9\n";

fn check(story: &str, expected: &Expect) {
    check_with(config(), story, expected);
}

fn check_with(config: VenueConfig, story: &str, expected: &Expect) {
    expected.assert_eq(&play(config, &format!("{BOOK}{story}")));
}

#[test]
fn a_resting_order_waits_for_those_before_it() {
    check(
        "1 desk place 1 buy 3 at 100 GTC
         20 venue queue 1
         30 market trade sell 4 at 100
         30 venue queue 1
         31 market diff bid 100x1
         31 venue queue 1
         40 market diff bid 100x6
         40 venue queue 1
         50 market trade sell 3 at 100
         60 market trade sell 9 at 100
         60 venue queue 1",
        &expect![[r#"
               16ms #1 acknowledged
                    #1 5 ahead, 0 behind
                    #1 1 ahead, 4 behind
                    #1 1 ahead, 0 behind
                    #1 1 ahead, 5 behind
               55ms #1 buy 2 at 100 as Maker, fee 0.04
               65ms #1 buy 1 at 100 as Maker, fee 0.02
                    #1 does not rest
            position 3
        "#]],
    );
}

#[test]
fn cancels_ahead_are_guessed_by_the_model() {
    let story = "1 desk place 1 buy 3 at 100 GTC
         20 market diff bid 100x20
         30 market diff bid 100x10
         30 venue queue 1";
    check(
        story,
        &expect![[r#"
           16ms #1 acknowledged
                #1 4 ahead, 6 behind
        position 0
    "#]],
    );
    let risk_averse = VenueConfig { queue: QueueModel::RiskAverse, ..config() };
    check_with(
        risk_averse,
        story,
        &expect![[r#"
           16ms #1 acknowledged
                #1 5 ahead, 5 behind
        position 0
    "#]],
    );
}

#[test]
fn a_taker_eats_level_by_level_and_the_rest_stays() {
    check(
        "1 desk place 1 buy 9 at 102 GTC
         20 desk place 2 buy 9 at 103 IOC
         40 market diff ask 101x4 102x8 103x9
         50 desk place 3 buy 9 at 103 IOC
         70 market diff ask 103x12
         80 desk place 4 buy 9 at 103 IOC",
        &expect![[r#"
               16ms #1 acknowledged
               16ms #1 buy 4 at 101 as Taker, fee 0.202
               16ms #1 buy 5 at 102 as Taker, fee 0.255
               35ms #2 acknowledged
               35ms #2 buy 3 at 102 as Taker, fee 0.153
               35ms #2 buy 6 at 103 as Taker, fee 0.309
               65ms #3 acknowledged
               65ms #3 buy 3 at 103 as Taker, fee 0.1545
               65ms #3 expired, 3 filled
               95ms #4 acknowledged
               95ms #4 buy 3 at 103 as Taker, fee 0.1545
               95ms #4 expired, 3 filled
            position 24
        "#]],
    );
}

#[test]
fn what_was_eaten_is_not_there_twice() {
    check(
        "1 desk place 1 buy 4 at 101 IOC
         20 desk place 2 buy 1 at 101 IOC
         40 market diff ask 101x3
         50 desk place 3 buy 1 at 101 IOC
         70 market diff ask 101x5
         80 desk place 4 buy 9 at 101 IOC",
        &expect![[r#"
               16ms #1 acknowledged
               16ms #1 buy 4 at 101 as Taker, fee 0.202
               35ms #2 acknowledged
               35ms #2 expired, 0 filled
               65ms #3 acknowledged
               65ms #3 expired, 0 filled
               95ms #4 acknowledged
               95ms #4 buy 2 at 101 as Taker, fee 0.101
               95ms #4 expired, 2 filled
            position 6
        "#]],
    );
}

#[test]
fn all_at_once_or_nothing() {
    check(
        "1 desk place 1 buy 13 at 102 FOK
         2 desk place 2 buy 12 at 102 FOK",
        &expect![[r#"
               16ms #1 refused: CANNOT_FILL_WHOLE
               17ms #2 acknowledged
               17ms #2 buy 4 at 101 as Taker, fee 0.202
               17ms #2 buy 8 at 102 as Taker, fee 0.408
            position 12
        "#]],
    );
}

#[test]
fn post_only_never_takes() {
    check(
        "1 desk place 1 buy 1 at 101 POST_ONLY
         2 desk place 2 sell 1 at 101 POST_ONLY
         20 venue queue 2",
        &expect![[r#"
               16ms #1 refused: WOULD_TAKE
               17ms #2 acknowledged
                    #2 4 ahead, 0 behind
            position 0
        "#]],
    );
}

#[test]
fn a_trade_through_our_price_fills_us_at_our_price() {
    check(
        "1 desk place 1 buy 3 at 99 GTC
         20 market trade sell 2 at 98
         20 market trade sell 2 at 98",
        &expect![[r#"
               16ms #1 acknowledged
               25ms #1 buy 2 at 99 as Maker, fee 0.0396
               25ms #1 buy 1 at 99 as Maker, fee 0.0198
            position 3
        "#]],
    );
}

#[test]
fn an_offer_that_crosses_our_price_fills_us_as_far_as_it_goes() {
    check(
        "1 desk place 1 buy 60 at 100 GTC
         20 market touch bid 98x9 ask 99x7
         21 market touch bid 98x8 ask 99x7
         22 market touch bid 98x8 ask 99x9",
        &expect![[r#"
               16ms #1 acknowledged
               25ms #1 buy 7 at 100 as Maker, fee 0.14
               27ms #1 buy 2 at 100 as Maker, fee 0.04
            position 9
        "#]],
    );
}

#[test]
fn an_old_diff_says_nothing_about_the_touch() {
    check(
        "1 desk place 1 buy 3 at 100 GTC
         20 market touch bid 100x2 ask 101x4
         21 market olddiff bid 100x50 99x6
         21 venue queue 1",
        &expect![[r#"
               16ms #1 acknowledged
                    #1 2 ahead, 0 behind
            position 0
        "#]],
    );
}

#[test]
fn a_cancel_may_lose_the_race() {
    check(
        "1 desk place 1 buy 3 at 100 GTC
         20 desk cancel 1
         25 market trade sell 8 at 100
         40 desk cancel 1
         41 desk query 1
         42 desk query 7",
        &expect![[r#"
               16ms #1 acknowledged
               30ms #1 buy 3 at 100 as Maker, fee 0.06
               35ms #1 not there to cancel
               55ms #1 not there to cancel
               56ms #1 closed, 3 of 3 filled
               57ms #7 unknown
            position 3
        "#]],
    );
}

#[test]
fn reduce_only_never_flips() {
    check(
        "1 desk place 1 sell 9 at 102 GTC reduce-only
         2 desk place 2 buy 4 at 101 IOC
         20 desk place 3 buy 1 at 100 GTC reduce-only
         21 desk place 4 sell 9 at 102 GTC reduce-only
         22 desk place 5 sell 9 at 103 POST_ONLY reduce-only
         40 market trade buy 15 at 102",
        &expect![[r#"
               16ms #1 refused: WOULD_NOT_REDUCE
               17ms #2 acknowledged
               17ms #2 buy 4 at 101 as Taker, fee 0.202
               35ms #3 refused: WOULD_NOT_REDUCE
               36ms #4 acknowledged
               37ms #5 acknowledged
               45ms #4 sell 4 at 102 as Maker, fee 0.0816
               45ms #4 expired, 4 filled
               45ms #5 expired, 0 filled
            position 0
        "#]],
    );
}

#[test]
fn bad_orders_are_refused_for_the_first_reason() {
    let config = VenueConfig { buying_power: Some("1000".parse().unwrap()), ..config() };
    check_with(
        config,
        "1 desk place 1 buy 5 at 100 GTC
         2 desk place 1 buy 5 at 100 GTC
         3 desk place 2 buy 0 at 100 GTC
         4 desk place 3 buy 1 at 0 GTC
         5 desk place 4 buy 1 at 49 GTC
         6 desk place 5 buy 6 at 100 GTC
         7 desk place 6 sell 1 at 100 GTC
         8 desk place 7 sell 1 at 100 POST_ONLY",
        &expect![[r#"
               16ms #1 acknowledged
               17ms #1 refused: DUPLICATE_ID
               18ms #2 refused: BAD_INCREMENT
               19ms #3 refused: BAD_INCREMENT
               20ms #4 refused: BELOW_MIN_NOTIONAL
               21ms #5 refused: INSUFFICIENT_MARGIN
               22ms #6 refused: SELF_TRADE
               23ms #7 refused: WOULD_TAKE
            position 0
        "#]],
    );
    let late = VenueConfig {
        receive_window: Some(aurora_model::Nanos::from_millis(9)),
        ..crate::scenario::config()
    };
    check_with(
        late,
        "1 desk place 1 buy 5 at 100 GTC",
        &expect![[r#"
           16ms #1 refused: LATE
        position 0
    "#]],
    );
}

#[test]
fn cancel_all_and_a_lost_connection_leave_nothing_open() {
    check(
        "1 desk place 1 buy 5 at 100 GTC
         2 desk place 2 sell 5 at 103 GTC
         20 desk cancel-all
         40 desk place 3 buy 5 at 99 GTC
         41 desk sweep 0
         60 desk place 4 buy 5 at 99 GTC
         65 venue disconnect
         66 desk sweep 0",
        &expect![[r##"
               16ms #1 acknowledged
               17ms #2 acknowledged
               35ms #1 canceled, 0 filled
               35ms #2 canceled, 0 filled
               55ms #3 acknowledged
               56ms account: open ["#3 open, 0 of 5 filled"], 0 fills, positions []
               81ms account: open [], 0 fills, positions []
            position 0
        "##]],
    );
}
