//! Orders meet the public and each other.

use aurora_matching::exchange::*;
use expect_test::expect;

use crate::scenario::{check, check_with};

#[test]
fn two_accounts_trade_by_price_then_time() {
    check(
        "book 90x50 | 110x50
         1 sell 2 @ 105 id=first
         2 sell 3 @ 104 id=better
         3 sell 2 @ 105 id=later
         show book
         4 buy 6 @ 105 id=taker
         show book",
        &expect![[r#"
            1: first sell 0/2 @ 105: New by New
            2: better sell 0/3 @ 104: New by New
            3: later sell 0/2 @ 105: New by New
            book: 90x50 | 104x3 105x4 110x50
            4: taker buy 0/6 @ 105: New by New
            print buy 3 @ 104
            2: Trade sell 3 @ 104 as Maker, fee 0.0624 USDT, realized 0
            2: better sell 3/3 @ 104: Filled by Trade
            2: position Net -3 at 104
            4: Trade buy 3 @ 104 as Taker, fee 0.156 USDT, realized 0
            4: taker buy 3/6 @ 105: PartiallyFilled by Trade
            4: position Net 3 at 104
            print buy 2 @ 105
            1: Trade sell 2 @ 105 as Maker, fee 0.042 USDT, realized 0
            1: first sell 2/2 @ 105: Filled by Trade
            1: position Net -2 at 105
            4: Trade buy 2 @ 105 as Taker, fee 0.105 USDT, realized 0
            4: taker buy 5/6 @ 105: PartiallyFilled by Trade
            4: position Net 5 at 104.4
            print buy 1 @ 105
            3: Trade sell 1 @ 105 as Maker, fee 0.021 USDT, realized 0
            3: later sell 1/2 @ 105: PartiallyFilled by Trade
            3: position Net -1 at 105
            4: Trade buy 1 @ 105 as Taker, fee 0.0525 USDT, realized 0
            4: taker buy 6/6 @ 105: Filled by Trade
            4: position Net 6 at 104.5
            book: 90x50 | 105x1 110x50
        "#]],
    );
}

#[test]
fn an_order_waits_for_what_was_ahead_of_it() {
    check(
        "book 100x5 99x5 | 101x5
         1 buy 3 @ 100 id=a
         trade sell 4 @ 100
         trade sell 3 @ 100
         level bid 100 0
         trade sell 9 @ 100",
        &expect![[r#"
            1: a buy 0/3 @ 100: New by New
            print sell 4 @ 100
            print sell 2 @ 100
            1: Trade buy 2 @ 100 as Maker, fee 0.04 USDT, realized 0
            1: a buy 2/3 @ 100: PartiallyFilled by Trade
            1: position Net 2 at 100
            print sell 1 @ 100
            print sell 1 @ 100
            1: Trade buy 1 @ 100 as Maker, fee 0.02 USDT, realized 0
            1: a buy 3/3 @ 100: Filled by Trade
            1: position Net 3 at 100
            print sell 8 @ 100
        "#]],
    );
}

#[test]
fn the_public_reaching_our_price_fills_us_at_our_price() {
    check(
        "book 100x5 | 103x5
         1 buy 3 @ 102 id=a
         level ask 101 2
         level ask 101 2
         show book",
        &expect![[r#"
            1: a buy 0/3 @ 102: New by New
            print sell 2 @ 102
            1: Trade buy 2 @ 102 as Maker, fee 0.0408 USDT, realized 0
            1: a buy 2/3 @ 102: PartiallyFilled by Trade
            1: position Net 2 at 102
            book: 102x1 100x5 | 103x5
        "#]],
    );
}

#[test]
fn a_taker_walks_public_and_own_levels_in_one_queue() {
    check(
        "book 90x50 | 100x4 101x10
         1 sell 3 @ 100 id=behind
         level ask 100 6
         2 buy 8 @ 101 id=taker
         show book",
        &expect![[r#"
            1: behind sell 0/3 @ 100: New by New
            2: taker buy 0/8 @ 101: New by New
            print buy 4 @ 100
            2: Trade buy 4 @ 100 as Taker, fee 0.2 USDT, realized 0
            2: taker buy 4/8 @ 101: PartiallyFilled by Trade
            2: position Net 4 at 100
            print buy 3 @ 100
            1: Trade sell 3 @ 100 as Maker, fee 0.06 USDT, realized 0
            1: behind sell 3/3 @ 100: Filled by Trade
            1: position Net -3 at 100
            2: Trade buy 3 @ 100 as Taker, fee 0.15 USDT, realized 0
            2: taker buy 7/8 @ 101: PartiallyFilled by Trade
            2: position Net 7 at 100
            print buy 1 @ 100
            2: Trade buy 1 @ 100 as Taker, fee 0.05 USDT, realized 0
            2: taker buy 8/8 @ 101: Filled by Trade
            2: position Net 8 at 100
            book: 90x50 | 100x1 101x10
        "#]],
    );
}

#[test]
fn self_trade_prevention_is_the_takers_choice() {
    let story = |mode: &str| {
        format!(
            "book 90x50 | 110x50
             1 sell 2 @ 100 id=maker stp=both
             1 buy 3 @ 100 id=taker stp={mode}"
        )
    };
    check(
        &story("none"),
        &expect![[r#"
        1: maker sell 0/2 @ 100: New by New
        1: taker buy 0/3 @ 100: New by New
        print buy 2 @ 100
        1: Trade sell 2 @ 100 as Maker, fee 0.04 USDT, realized 0
        1: maker sell 2/2 @ 100: Filled by Trade
        1: position Net -2 at 100
        1: Trade buy 2 @ 100 as Taker, fee 0.1 USDT, realized 0
        1: taker buy 2/3 @ 100: PartiallyFilled by Trade
        1: position Net 0 at 0
    "#]],
    );
    check(
        &story("maker"),
        &expect![[r#"
        1: maker sell 0/2 @ 100: New by New
        1: taker buy 0/3 @ 100: New by New
        1: maker sell 0/2 @ 100: ExpiredInMatch by SelfTrade
    "#]],
    );
    check(
        &story("taker"),
        &expect![[r#"
        1: maker sell 0/2 @ 100: New by New
        1: taker buy 0/3 @ 100: New by New
        1: taker buy 0/3 @ 100: ExpiredInMatch by SelfTrade
    "#]],
    );
    check(
        &story("both"),
        &expect![[r#"
        1: maker sell 0/2 @ 100: New by New
        1: taker buy 0/3 @ 100: New by New
        1: maker sell 0/2 @ 100: ExpiredInMatch by SelfTrade
        1: taker buy 0/3 @ 100: ExpiredInMatch by SelfTrade
    "#]],
    );
}

#[test]
fn time_in_force_decides_what_becomes_of_the_rest() {
    check(
        "book 90x50 | 100x4 101x2
         1 buy 5 @ 100 ioc id=ioc
         1 buy 9 @ 101 fok id=fok
         1 buy 2 @ 101 fok id=whole
         1 buy 1 @ 95 gtd=50 id=gtd
         tick 100
         book 90x50 | 100x7 120x5
         1 buy 9 @ market id=market
         1 buy 9 @ 100 gtd=-1",
        &expect![[r#"
            1: ioc buy 0/5 @ 100: New by New
            print buy 4 @ 100
            1: Trade buy 4 @ 100 as Taker, fee 0.2 USDT, realized 0
            1: ioc buy 4/5 @ 100: PartiallyFilled by Trade
            1: position Net 4 at 100
            1: ioc buy 4/5 @ 100: Expired by IocRest
            1: fok buy 0/9 @ 101: New by New
            1: fok buy 0/9 @ 101: Expired by FokUnfillable
            1: whole buy 0/2 @ 101: New by New
            print buy 2 @ 101
            1: Trade buy 2 @ 101 as Taker, fee 0.101 USDT, realized 0
            1: whole buy 2/2 @ 101: Filled by Trade
            1: position Net 6 at 100.3333
            1: gtd buy 0/1 @ 95: New by New
            1: gtd buy 0/1 @ 95: Expired by GtdExpired
            1: market buy 0/9 @ market: New by New
            print buy 3 @ 100
            1: Trade buy 3 @ 100 as Taker, fee 0.15 USDT, realized 0
            1: market buy 3/9 @ market: PartiallyFilled by Trade
            1: position Net 9 at 100.2222
            1: market buy 3/9 @ market: Expired by MarketRest
            refused: the time in force does not fit the order
        "#]],
    );
}

#[test]
fn a_post_only_order_never_takes() {
    let story = "book 90x50 | 100x4
         1 buy 5 @ 100 post id=a
         1 buy 5 @ 99 post id=b
         1 amend b price=100
         1 amend b price=98";
    check(
        story,
        &expect![[r#"
        refused: a post-only order would take
        1: b buy 0/5 @ 99: New by New
        refused: a post-only order would take
        1: b buy 0/5 @ 98: New by Amended
    "#]],
    );
    let config = ExchangeConfig {
        post_only: WouldTakeRule::Cancel,
        post_only_amend: WouldTakeRule::Cancel,
        ..ExchangeConfig::default()
    };
    check_with(
        config,
        story,
        &expect![[r#"
        1: a buy 0/5 @ 100: New by New
        1: a buy 0/5 @ 100: Expired by WouldTake
        1: b buy 0/5 @ 99: New by New
        1: b buy 0/5 @ 100: New by Amended
        1: b buy 0/5 @ 100: Canceled by AmendRefused
        refused: the order is closed
    "#]],
    );
}

#[test]
fn a_client_id_may_come_back_when_the_venue_says_so() {
    let story = "book 90x50 | 100x4
         1 buy 1 @ 95 id=a
         1 buy 1 @ 94 id=a
         1 cancel a
         1 buy 1 @ 93 id=a
         2 buy 1 @ 93 id=a";
    check(
        story,
        &expect![[r#"
        1: a buy 0/1 @ 95: New by New
        refused: the client order id is taken by order 1
        1: a buy 0/1 @ 95: Canceled by ByRequest
        1: a buy 0/1 @ 93: New by New
        2: a buy 0/1 @ 93: New by New
    "#]],
    );
    let config =
        ExchangeConfig { client_ids: ClientIdRule::AmongRemembered, ..ExchangeConfig::default() };
    check_with(
        config.clone(),
        story,
        &expect![[r#"
        1: a buy 0/1 @ 95: New by New
        refused: the client order id is taken by order 1
        1: a buy 0/1 @ 95: Canceled by ByRequest
        refused: the client order id is taken by order 1
        2: a buy 0/1 @ 93: New by New
    "#]],
    );
    check_with(
        ExchangeConfig { refuse_reused_ids: false, ..config },
        story,
        &expect![[r#"
        1: a buy 0/1 @ 95: New by New
        1: a buy 0/1 @ 94: New by New
        1: a buy 0/1 @ 94: Canceled by ByRequest
        1: a buy 0/1 @ 93: New by New
        2: a buy 0/1 @ 93: New by New
    "#]],
    );
}

#[test]
fn a_stop_waits_for_its_price_and_then_takes() {
    check(
        "book 95x50 | 105x50
         trade buy 1 @ 100
         1 buy 2 @ market id=entry
         1 sell all @ market falls=98 id=stop
         1 sell 2 @ market falls=101 id=too-late
         1 sell 1 @ 104 rises=103 by-mark id=profit
         trade sell 1 @ 97
         book 103x50 | 106x50
         tick 1000",
        &expect![[r#"
            print buy 1 @ 100
            1: entry buy 0/2 @ market: New by New
            print buy 2 @ 105
            1: Trade buy 2 @ 105 as Taker, fee 0.105 USDT, realized 0
            1: entry buy 2/2 @ market: Filled by Trade
            1: position Net 2 at 105
            1: stop sell 0/0 @ market: Parked by Parked
            1: too-late sell 0/2 @ market: Parked by Parked
            1: profit sell 0/1 @ 104: Parked by Parked
            print sell 1 @ 97
            1: too-late sell 0/2 @ market: New by Triggered
            print sell 2 @ 95
            1: Trade sell 2 @ 95 as Taker, fee 0.095 USDT, realized -20
            1: too-late sell 2/2 @ market: Filled by Trade
            1: position Net 0 at 0
            1: stop sell 0/0 @ market: New by Triggered
            1: stop sell 0/0 @ market: Expired by TriggerRefused(NothingToReduce)
            1: profit sell 0/1 @ 104: New by Triggered
        "#]],
    );
}

#[test]
fn a_triggered_order_with_nothing_to_do_says_why() {
    check(
        "book 95x50 | 105x50
         trade buy 1 @ 100
         1 sell 2 @ market falls=98 reduce id=stop
         trade sell 1 @ 97",
        &expect![[r#"
            print buy 1 @ 100
            1: stop sell 0/2 @ market: Parked by Parked
            print sell 1 @ 97
            1: stop sell 0/2 @ market: New by Triggered
            1: stop sell 0/2 @ market: Expired by TriggerRefused(NothingToReduce)
        "#]],
    );
}

#[test]
fn spot_money_is_locked_and_paid_in_what_is_received() {
    check(
        "book 95x50 | 100x4 105x50 spot
         1 buy 10 @ 96 spot id=rests
         show 1
         1 buy 5 @ 100 spot id=buys
         1 sell 105 @ 105 spot id=poor
         1 sell 2 @ 95 spot id=sells
         1 cancel rests
         show 1
         1 buy $1000 @ market spot id=quote
         1 buy 100 @ 99 spot id=too-much",
        &expect![[r#"
            1: rests buy 0/10 @ 96: New by New
            1: wallet 10000, locked 960, unrealized 0, margin 0 + 0, isolated 0, maintenance 0, available 9040
            1: buys buy 0/5 @ 100: New by New
            print buy 4 @ 100
            1: Trade buy 4 @ 100 as Taker, fee 0.002 BTC, realized 0
            1: buys buy 4/5 @ 100: PartiallyFilled by Trade
            refused: needs 105, 103.998 is available
            1: sells sell 0/2 @ 95: New by New
            print sell 1 @ 100
            1: Trade buy 1 @ 100 as Maker, fee 0.0002 BTC, realized 0
            1: buys buy 5/5 @ 100: Filled by Trade
            1: Trade sell 1 @ 100 as Taker, fee 0.05 USDT, realized 0
            1: sells sell 1/2 @ 95: PartiallyFilled by Trade
            print sell 1 @ 96
            1: Trade buy 1 @ 96 as Maker, fee 0.0002 BTC, realized 0
            1: rests buy 1/10 @ 96: PartiallyFilled by Trade
            1: Trade sell 1 @ 96 as Taker, fee 0.048 USDT, realized 0
            1: sells sell 2/2 @ 95: Filled by Trade
            1: rests buy 1/10 @ 96: Canceled by ByRequest
            1: wallet 9599.902, locked 0, unrealized 0, margin 0 + 0, isolated 0, maintenance 0, available 9599.902
            1: quote buy 0/9 @ market: New by New
            print buy 9 @ 105
            1: Trade buy 9 @ 105 as Taker, fee 0.0045 BTC, realized 0
            1: quote buy 9/9 @ market: Filled by Trade
            refused: needs 9900, 8654.902 is available
        "#]],
    );
}

#[test]
fn a_stop_by_mark_does_not_look_at_trades_and_sleeps_through_a_halt() {
    check(
        "book 99x50 | 101x50
         1 sell 2 @ 90 falls=95 by-mark id=stop
         trade sell 1 @ 93
         status halt
         book 93x50 | 95x50
         tick 1000
         status trading",
        &expect![[r#"
            1: stop sell 0/2 @ 90: Parked by Parked
            print sell 1 @ 93
            listing Halt
            listing Trading
            1: stop sell 0/2 @ 90: New by Triggered
            print sell 2 @ 93
            1: Trade sell 2 @ 93 as Taker, fee 0.093 USDT, realized 0
            1: stop sell 2/2 @ 90: Filled by Trade
            1: position Net -2 at 93
        "#]],
    );
}

#[test]
fn amending_a_parked_order_moves_its_trigger() {
    check(
        "book 99x50 | 101x50
         trade buy 1 @ 100
         1 buy 2 @ 105 rises=104 id=stop
         1 amend stop trigger=99
         1 amend stop trigger=102 qty=3
         trade buy 1 @ 102",
        &expect![[r#"
            print buy 1 @ 100
            1: stop buy 0/2 @ 105: Parked by Parked
            refused: the order would trigger at once
            1: stop buy 0/3 @ 105: Parked by Amended
            print buy 1 @ 102
            1: stop buy 0/3 @ 105: New by Triggered
            print buy 3 @ 101
            1: Trade buy 3 @ 101 as Taker, fee 0.1515 USDT, realized 0
            1: stop buy 3/3 @ 105: Filled by Trade
            1: position Net 3 at 101
        "#]],
    );
}
