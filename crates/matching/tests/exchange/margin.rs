//! What an account may do with its money.

use expect_test::expect;

use crate::scenario::check;

#[test]
fn margin_is_asked_for_the_worse_side_of_the_open_orders() {
    check(
        "book 90x5000 | 110x5000
         1 leverage 10
         1 buy 500 @ 100 id=a
         show 1
         1 sell 400 @ 100 id=b
         show 1
         1 buy 501 @ 100 id=c
         1 leverage 5
         1 leverage 4",
        &expect![[r#"
            1: a buy 0/500 @ 100: New by New
            1: wallet 10000, locked 0, unrealized 0, margin 0 + 5000, isolated 0, maintenance 0, available 5000
            1: b sell 0/400 @ 100: New by New
            print sell 400 @ 100
            1: Trade buy 400 @ 100 as Maker, fee 8 USDT, realized 0
            1: a buy 400/500 @ 100: PartiallyFilled by Trade
            1: position Net 400 at 100
            1: Trade sell 400 @ 100 as Taker, fee 20 USDT, realized 0
            1: b sell 400/400 @ 100: Filled by Trade
            1: position Net 0 at 0
            1: wallet 9972, locked 0, unrealized 0, margin 0 + 1000, isolated 0, maintenance 0, available 8972
            1: c buy 0/501 @ 100: New by New
            refused: needs 12020, 9972.00000000 is available
            refused: needs 15025, 9972.00000000 is available
        "#]],
    );
}

#[test]
fn a_reduce_only_order_never_flips_the_position() {
    check(
        "book 100x50 | 101x50
         1 sell 1 @ 101 reduce
         1 buy 5 @ market
         1 sell 9 @ 103 reduce id=cut
         1 sell 3 @ 102 id=plain
         2 buy 4 @ 102 id=lifts
         trade buy 60 @ 103
         1 sell 1 @ 104 reduce",
        &expect![[r#"
            refused: there is no position to reduce
            1: #1 buy 0/5 @ market: New by New
            print buy 5 @ 101
            1: Trade buy 5 @ 101 as Taker, fee 0.2525 USDT, realized 0
            1: #1 buy 5/5 @ market: Filled by Trade
            1: position Net 5 at 101
            1: cut sell 0/5 @ 103: New by New
            1: plain sell 0/3 @ 102: New by New
            2: lifts buy 0/4 @ 102: New by New
            print buy 4 @ 101
            2: Trade buy 4 @ 101 as Taker, fee 0.202 USDT, realized 0
            2: lifts buy 4/4 @ 102: Filled by Trade
            2: position Net 4 at 101
            print buy 3 @ 102
            1: Trade sell 3 @ 102 as Maker, fee 0.0612 USDT, realized 3
            1: plain sell 3/3 @ 102: Filled by Trade
            1: position Net 2 at 101
            print buy 2 @ 103
            1: Trade sell 2 @ 103 as Maker, fee 0.0412 USDT, realized 4
            1: cut sell 2/5 @ 103: PartiallyFilled by Trade
            1: position Net 0 at 0
            1: cut sell 2/5 @ 103: Expired by NothingToReduce
            print buy 55 @ 103
            refused: there is no position to reduce
        "#]],
    );
}

#[test]
fn hedge_mode_holds_both_sides() {
    check(
        "book 100x50 | 101x50
         1 buy 5 @ market side=long
         1 hedge
         1 hedge
         1 buy 5 @ market
         1 buy 5 @ market side=long
         1 sell 3 @ market side=short
         1 sell 9 @ market side=long
         1 sell 1 @ market side=long
         1 buy all @ market side=short
         show 1",
        &expect![[r#"
            refused: the position side does not fit the position mode
            refused: the setting is so already
            refused: the position side does not fit the position mode
            1: #1 buy 0/5 @ market: New by New
            print buy 5 @ 101
            1: Trade buy 5 @ 101 as Taker, fee 0.2525 USDT, realized 0
            1: #1 buy 5/5 @ market: Filled by Trade
            1: position Long 5 at 101
            1: #2 sell 0/3 @ market: New by New
            print sell 3 @ 100
            1: Trade sell 3 @ 100 as Taker, fee 0.15 USDT, realized 0
            1: #2 sell 3/3 @ market: Filled by Trade
            1: position Short -3 at 100
            1: #3 sell 0/5 @ market: New by New
            print sell 5 @ 100
            1: Trade sell 5 @ 100 as Taker, fee 0.25 USDT, realized -5
            1: #3 sell 5/5 @ market: Filled by Trade
            1: position Long 0 at 0
            refused: there is no position to reduce
            1: #4 buy 0/3 @ market: New by New
            print buy 3 @ 101
            1: Trade buy 3 @ 101 as Taker, fee 0.1515 USDT, realized -3
            1: #4 buy 3/3 @ market: Filled by Trade
            1: position Short 0 at 0
            1: wallet 9991.196, locked 0, unrealized 0, margin 0 + 0, isolated 0, maintenance 0, available 9991.196
        "#]],
    );
}

#[test]
fn isolated_margin_stands_beside_its_position() {
    check(
        "book 100x50 | 101x50
         1 isolated
         1 leverage 10
         1 buy 10 @ market
         show 1
         1 margin 50
         show 1
         1 margin -200
         1 sell 4 @ market
         show 1
         1 isolated
         1 hedge",
        &expect![[r#"
            1: #1 buy 0/10 @ market: New by New
            print buy 10 @ 101
            1: Trade buy 10 @ 101 as Taker, fee 0.505 USDT, realized 0
            1: #1 buy 10/10 @ market: Filled by Trade
            1: position Net 10 at 101
            1: wallet 9999.495, locked 0, unrealized -5, margin 101 + 0, isolated 101, maintenance 0, available 9898.495
            1: position Net 10 at 101
            1: 0 USDT margin
            1: wallet 9999.495, locked 0, unrealized -5, margin 151 + 0, isolated 151, maintenance 0, available 9848.495
            refused: needs 200, 45.50000000 is available
            1: #2 sell 0/4 @ market: New by New
            print sell 4 @ 100
            1: Trade sell 4 @ 100 as Taker, fee 0.2 USDT, realized -4
            1: #2 sell 4/4 @ market: Filled by Trade
            1: position Net 6 at 101
            1: wallet 9995.295, locked 0, unrealized -3, margin 90.6 + 0, isolated 90.6, maintenance 0, available 9904.695
            refused: the setting is so already
            refused: a position stands in the way
        "#]],
    );
}

#[test]
fn orders_outside_the_rules_are_refused_with_the_rule() {
    check(
        "1 buy 1 @ 100
         book 100x50 | 101x50
         1 buy 1 @ 112 id=high
         1 sell 1 @ 89 id=low
         1 buy 1 @ 0
         1 buy 0 @ 100
         1 buy 20000001 @ 100
         1 buy 1 @ 4
         1 buy 5000 @ market
         1 buy 1 @ market post
         1 leverage 126
         1 transfer -20000
         1 buy 1 @ 10
         1 buy 1 @ 10
         1 buy 1 @ 10
         1 buy 1 @ 10
         1 buy 1 @ 10
         1 buy 1 @ 10",
        &expect![[r#"
            refused: the instrument has no market now
            refused: the price is above 111
            refused: the price is below 90
            refused: the price is not on the tick
            refused: the quantity is not on the lot
            refused: the quantity is above 20000000 lots
            refused: the order is worth less than 5
            refused: needs 25502.5, 10000 is available
            refused: the time in force does not fit the order
            refused: leverage must be 1 to 125
            refused: needs 20000, 10000 is available
            1: #1 buy 0/1 @ 10: New by New
            1: #2 buy 0/1 @ 10: New by New
            1: #3 buy 0/1 @ 10: New by New
            1: #4 buy 0/1 @ 10: New by New
            1: #5 buy 0/1 @ 10: New by New
            refused: 5 orders are open, no more may be
        "#]],
    );
}

#[test]
fn money_moves_between_the_wallet_and_the_world_as_far_as_it_is_free() {
    check(
        "book 100x500 | 101x500
         1 buy 400 @ market
         1 transfer -9000
         1 transfer -7000
         1 sell 100 @ 102
         1 buy 300 @ 100
         show 1",
        &expect![[r#"
            1: #1 buy 0/400 @ market: New by New
            print buy 400 @ 101
            1: Trade buy 400 @ 101 as Taker, fee 20.2 USDT, realized 0
            1: #1 buy 400/400 @ market: Filled by Trade
            1: position Net 400 at 101
            refused: needs 9000, 7769.80000000 is available
            1: -7000 USDT transfer
            1: #2 sell 0/100 @ 102: New by New
            refused: needs 1515, 769.8 is available
            1: wallet 2979.8, locked 0, unrealized -200, margin 2010 + 0, isolated 0, maintenance 160.8, available 769.8
        "#]],
    );
}
