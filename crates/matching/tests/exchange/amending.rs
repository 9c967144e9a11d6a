//! Changing and cancelling orders.

use aurora_matching::exchange::*;
use expect_test::expect;

use crate::scenario::{check, check_with};

#[test]
fn shrinking_keeps_the_place_growing_and_moving_lose_it() {
    let story = "book 90x50 | 110x50
         1 sell 4 @ 100 id=a
         2 sell 4 @ 100 id=b
         1 amend a qty=3
         3 buy 1 @ 100
         1 amend a qty=5
         3 buy 1 @ 100";
    check(
        story,
        &expect![[r#"
        1: a sell 0/4 @ 100: New by New
        2: b sell 0/4 @ 100: New by New
        1: a sell 0/3 @ 100: New by Amended
        3: #3 buy 0/1 @ 100: New by New
        print buy 1 @ 100
        1: Trade sell 1 @ 100 as Maker, fee 0.02 USDT, realized 0
        1: a sell 1/3 @ 100: PartiallyFilled by Trade
        1: position Net -1 at 100
        3: Trade buy 1 @ 100 as Taker, fee 0.05 USDT, realized 0
        3: #3 buy 1/1 @ 100: Filled by Trade
        3: position Net 1 at 100
        1: a sell 1/5 @ 100: PartiallyFilled by Amended
        3: #4 buy 0/1 @ 100: New by New
        print buy 1 @ 100
        2: Trade sell 1 @ 100 as Maker, fee 0.02 USDT, realized 0
        2: b sell 1/4 @ 100: PartiallyFilled by Trade
        2: position Net -1 at 100
        3: Trade buy 1 @ 100 as Taker, fee 0.05 USDT, realized 0
        3: #4 buy 1/1 @ 100: Filled by Trade
        3: position Net 2 at 100
    "#]],
    );
    let config = ExchangeConfig { shrink_keeps_place: false, ..ExchangeConfig::default() };
    check_with(
        config,
        story,
        &expect![[r#"
        1: a sell 0/4 @ 100: New by New
        2: b sell 0/4 @ 100: New by New
        1: a sell 0/3 @ 100: New by Amended
        3: #3 buy 0/1 @ 100: New by New
        print buy 1 @ 100
        2: Trade sell 1 @ 100 as Maker, fee 0.02 USDT, realized 0
        2: b sell 1/4 @ 100: PartiallyFilled by Trade
        2: position Net -1 at 100
        3: Trade buy 1 @ 100 as Taker, fee 0.05 USDT, realized 0
        3: #3 buy 1/1 @ 100: Filled by Trade
        3: position Net 1 at 100
        1: a sell 0/5 @ 100: New by Amended
        3: #4 buy 0/1 @ 100: New by New
        print buy 1 @ 100
        2: Trade sell 1 @ 100 as Maker, fee 0.02 USDT, realized 0
        2: b sell 2/4 @ 100: PartiallyFilled by Trade
        2: position Net -2 at 100
        3: Trade buy 1 @ 100 as Taker, fee 0.05 USDT, realized 0
        3: #4 buy 1/1 @ 100: Filled by Trade
        3: position Net 2 at 100
    "#]],
    );
}

#[test]
fn an_amend_that_crosses_takes() {
    check(
        "book 90x50 | 100x2
         1 buy 3 @ 95 id=a
         1 amend a price=101",
        &expect![[r#"
            1: a buy 0/3 @ 95: New by New
            1: a buy 0/3 @ 101: New by Amended
            print buy 2 @ 100
            1: Trade buy 2 @ 100 as Taker, fee 0.1 USDT, realized 0
            1: a buy 2/3 @ 101: PartiallyFilled by Trade
            1: position Net 2 at 100
        "#]],
    );
}

#[test]
fn an_amend_at_or_below_what_has_filled_follows_the_venue() {
    let story = "book 90x50 | 110x50
         1 sell 4 @ 100 id=a
         2 buy 2 @ 100
         1 amend a qty=2";
    check(
        story,
        &expect![[r#"
        1: a sell 0/4 @ 100: New by New
        2: #2 buy 0/2 @ 100: New by New
        print buy 2 @ 100
        1: Trade sell 2 @ 100 as Maker, fee 0.04 USDT, realized 0
        1: a sell 2/4 @ 100: PartiallyFilled by Trade
        1: position Net -2 at 100
        2: Trade buy 2 @ 100 as Taker, fee 0.1 USDT, realized 0
        2: #2 buy 2/2 @ 100: Filled by Trade
        2: position Net 2 at 100
        1: a sell 2/4 @ 100: Canceled by ByRequest
    "#]],
    );
    let config = ExchangeConfig { amend_below_filled_closes: false, ..ExchangeConfig::default() };
    check_with(
        config,
        story,
        &expect![[r#"
        1: a sell 0/4 @ 100: New by New
        2: #2 buy 0/2 @ 100: New by New
        print buy 2 @ 100
        1: Trade sell 2 @ 100 as Maker, fee 0.04 USDT, realized 0
        1: a sell 2/4 @ 100: PartiallyFilled by Trade
        1: position Net -2 at 100
        2: Trade buy 2 @ 100 as Taker, fee 0.1 USDT, realized 0
        2: #2 buy 2/2 @ 100: Filled by Trade
        2: position Net 2 at 100
        refused: 2 lots have filled already
    "#]],
    );
}

#[test]
fn what_is_wrong_with_an_amend_or_cancel_is_said() {
    check(
        "book 90x50 | 110x50
         1 amend nothing qty=2
         1 sell 4 @ 100 id=a
         1 amend a qty=4
         1 amend a price=10 or-cancel
         1 cancel a
         2 cancel a
         1 sell 2 @ 100 id=b
         2 buy 2 @ 100
         1 cancel b
         1 amend b qty=9",
        &expect![[r#"
            refused: no such order
            1: a sell 0/4 @ 100: New by New
            refused: nothing would change
            refused: the price is below 90
            1: a sell 0/4 @ 100: Canceled by AmendRefused
            refused: the order is closed
            refused: no such order
            1: b sell 0/2 @ 100: New by New
            2: #3 buy 0/2 @ 100: New by New
            print buy 2 @ 100
            1: Trade sell 2 @ 100 as Maker, fee 0.04 USDT, realized 0
            1: b sell 2/2 @ 100: Filled by Trade
            1: position Net -2 at 100
            2: Trade buy 2 @ 100 as Taker, fee 0.1 USDT, realized 0
            2: #3 buy 2/2 @ 100: Filled by Trade
            2: position Net 2 at 100
            refused: the order has filled
            refused: the order has filled
        "#]],
    );
}

#[test]
fn all_orders_go_when_asked_and_when_the_dead_man_fires() {
    check(
        "book 90x50 | 110x50
         trade buy 1 @ 100
         1 sell 4 @ 100 id=a
         1 sell 4 @ 104 rises=103 id=parked
         2 sell 4 @ 101 id=other
         1 cancel all
         1 dead-man in=100
         1 sell 4 @ 100 id=c
         1 dead-man in=200
         tick 150
         tick 100",
        &expect![[r#"
            print buy 1 @ 100
            1: a sell 0/4 @ 100: New by New
            1: parked sell 0/4 @ 104: Parked by Parked
            2: other sell 0/4 @ 101: New by New
            1: a sell 0/4 @ 100: Canceled by CancelAll
            1: parked sell 0/4 @ 104: Canceled by CancelAll
            1: c sell 0/4 @ 100: New by New
            1: c sell 0/4 @ 100: Canceled by DeadMan
        "#]],
    );
}
