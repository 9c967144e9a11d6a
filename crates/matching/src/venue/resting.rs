//! Our orders in a queue they were never really in.
//!
//! The public book does not contain our orders, so a place is kept beside it: how many public lots are ahead.
//! Trades eat the queue from the front, one trade's volume once over all our orders; a level that shrank
//! without a trade moves us by the [`QueueModel`]; the queue ahead is never more than the level displays.

use aurora_model::{ClientOrderId, Lots, Side, Ticks};

use crate::config::QueueModel;

/// One order of ours at rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resting<Id = ClientOrderId> {
    pub(crate) id: Id,
    pub(crate) side: Side,
    pub(crate) price: Ticks,
    /// Public lots that trade before us.
    pub(crate) ahead: Lots,
    /// What the level displayed when last looked at.
    pub(crate) displayed: Lots,
    /// Traded at the level and not yet seen to leave the display.
    traded: Lots,
}

impl<Id: Copy> Resting<Id> {
    /// An order that arrives behind everything its level displays.
    pub(crate) fn at_the_back(id: Id, side: Side, price: Ticks, displayed: Lots) -> Resting<Id> {
        Resting { id, side, price, ahead: displayed, displayed, traded: Lots::ZERO }
    }

    /// The public lots behind us.
    pub(crate) fn behind(&self) -> Lots {
        self.displayed - self.ahead
    }

    /// Whether `price` is a worse price than ours for whoever trades against us: they would meet us first.
    pub(crate) fn stands_before(&self, price: Ticks) -> bool {
        match self.side {
            Side::Buy => price < self.price,
            Side::Sell => self.price < price,
        }
    }

    /// So much of the level was taken, and will not be seen to leave the display.
    pub(crate) fn eaten(&mut self, qty: Lots) {
        self.displayed = Lots((self.displayed - qty).0.max(0));
        self.ahead = Lots((self.ahead - qty).0.clamp(0, self.displayed.0));
    }

    /// The level now displays something else.
    pub(crate) fn see(&mut self, displayed: Lots, model: QueueModel) {
        let gone = (self.displayed - displayed).0.max(0);
        let by_trades = gone.min(self.traded.0);
        self.traded -= Lots(by_trades);
        let canceled = gone - by_trades;
        if canceled > 0 {
            let behind = (self.displayed.0 - by_trades - self.ahead.0).max(0);
            let share = share_ahead(canceled, self.ahead.0, behind, model);
            self.ahead -= Lots(share.max(canceled - behind));
        }
        self.ahead = Lots(self.ahead.0.clamp(0, displayed.0));
        self.traded = Lots(self.traded.0.min(displayed.0));
        self.displayed = displayed;
    }
}

/// How many of the canceled lots were ahead, by the model; rounded down.
fn share_ahead(canceled: i64, ahead: i64, behind: i64, model: QueueModel) -> i64 {
    let exponent = match model {
        QueueModel::RiskAverse => return 0,
        QueueModel::Power(exponent) => exponent.clamp(1, 3),
    };
    // Above a million lots the ratio is what matters: scaled down, cubes stay far inside 128 bits.
    let scale = (ahead.max(behind) >> 20) + 1;
    let power = |lots: i64| i128::from(lots / scale).pow(u32::from(exponent));
    let (front, back) = (power(ahead), power(behind));
    if front + back == 0 {
        return 0;
    }
    i64::try_from(i128::from(canceled) * front / (front + back))
        .expect("a share is not more than the whole")
}

/// Lets one public trade run down the queue. `orders` are those it can reach, best price and oldest first;
/// `take` fills one of them with at most so much and says how much it really took.
pub(crate) fn run_trade<Id: Copy>(
    orders: &mut [Resting<Id>],
    price: Ticks,
    volume: Lots,
    mut take: impl FnMut(Id, Lots) -> Lots,
) {
    let mut left = volume;
    let mut public = Lots::ZERO;
    for order in orders.iter_mut() {
        if order.stands_before(price) {
            order.ahead = Lots::ZERO;
        }
        let queue = Lots((order.ahead - public).0.clamp(0, left.0));
        left -= queue;
        public += queue;
        if left == Lots::ZERO {
            break;
        }
        left -= take(order.id, left);
    }
    public += left;
    for order in orders.iter_mut().filter(|order| order.price == price) {
        order.ahead = Lots((order.ahead - public).0.max(0));
        order.traded += volume;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_model::OrderNo;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn bid(no: u64, price: i64, ahead: i64, displayed: i64) -> Resting {
        let id = ClientOrderId::new(0, 1, OrderNo(no));
        Resting {
            ahead: Lots(ahead),
            ..Resting::at_the_back(id, Side::Buy, Ticks(price), Lots(displayed))
        }
    }

    fn check(orders: &mut [Resting], price: i64, volume: i64, expected: &Expect) {
        let mut story = String::new();
        run_trade(orders, Ticks(price), Lots(volume), |id, most| {
            let qty = most.min(Lots(2));
            story += &format!("#{} fills {}\n", id.order_no().0, qty.0);
            qty
        });
        for order in orders {
            story += &format!("#{} has {} ahead\n", order.id.order_no().0, order.ahead.0);
        }
        expected.assert_eq(&story);
    }

    #[test]
    fn one_trade_is_shared_over_our_orders_and_those_between_them() {
        check(
            &mut [bid(1, 10, 5, 9), bid(2, 10, 8, 9)],
            10,
            11,
            &expect![[r#"
                #1 fills 2
                #2 fills 1
                #1 has 0 ahead
                #2 has 0 ahead
            "#]],
        );
    }

    #[test]
    fn a_trade_that_ends_in_front_of_us_brings_us_closer() {
        check(
            &mut [bid(1, 10, 5, 9)],
            10,
            3,
            &expect![[r#"
                #1 has 2 ahead
            "#]],
        );
    }

    #[test]
    fn a_trade_through_our_price_meets_us_before_the_level_it_prints_at() {
        check(
            &mut [bid(1, 11, 50, 60), bid(2, 10, 1, 9)],
            10,
            4,
            &expect![[r#"
                #1 fills 2
                #2 fills 1
                #1 has 0 ahead
                #2 has 0 ahead
            "#]],
        );
    }

    #[test]
    fn cancels_move_us_by_the_model() {
        for (model, want) in [
            (QueueModel::RiskAverse, 20),
            (QueueModel::Power(1), 16),
            (QueueModel::Power(2), 19),
            (QueueModel::Power(3), 20),
        ] {
            // 20 ahead, 80 behind, 20 go without a trade.
            let mut order = bid(1, 10, 20, 100);
            order.see(Lots(80), model);
            assert_eq!(order.ahead, Lots(want), "{model:?}");
        }
    }

    #[test]
    fn what_a_trade_explains_is_not_a_cancel() {
        let mut orders = [bid(1, 10, 20, 100)];
        run_trade(&mut orders, Ticks(10), Lots(15), |_, _| Lots::ZERO);
        orders[0].see(Lots(85), QueueModel::Power(1));
        assert_eq!((orders[0].ahead, orders[0].behind()), (Lots(5), Lots(80)));
    }

    proptest! {
        #[test]
        fn the_queue_ahead_stays_between_nothing_and_the_display(
            start in 0i64..1_000_000_000_000,
            steps in prop::collection::vec((any::<bool>(), 0i64..1_000_000_000_000), 1..50),
            exponent in 0u8..5,
        ) {
            let mut orders = [bid(1, 10, start, start)];
            for (is_trade, lots) in steps {
                if is_trade {
                    run_trade(&mut orders, Ticks(10), Lots(lots), |_, _| Lots::ZERO);
                } else {
                    let model = if exponent == 0 { QueueModel::RiskAverse } else { QueueModel::Power(exponent) };
                    orders[0].see(Lots(lots), model);
                }
                prop_assert!(Lots::ZERO <= orders[0].ahead && Lots::ZERO <= orders[0].behind());
            }
        }
    }
}
