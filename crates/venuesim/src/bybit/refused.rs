//! The exchange's refusals in Bybit's numbers.

use aurora_matching::exchange::{Refusal as No, Trigger, TriggerWhen};

use super::code::{self, Refusal};

/// What was asked for: some refusals read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Place(Option<Trigger>),
    Amend,
    Cancel,
    PositionMode,
    MarginMode,
    Leverage,
}

/// The number and the words.
pub(super) fn refused(no: No, asked: Asked) -> Refusal {
    match no {
        No::Maintenance => code::SERVER_ERROR,
        No::UnknownInstrument => code::SYMBOL,
        No::NotTrading | No::NoMarket => code::NOT_TRADING,
        No::InsufficientMargin { .. } => code::NO_FUNDS,
        No::DuplicateClientId(_) => code::DUPLICATE_LINK_ID,
        No::NothingToReduce => code::ZERO_POSITION,
        No::PriceNotOnTick => code::PRICE_TICK,
        No::QtyNotOnLot => code::QTY,
        No::QtyTooSmall { .. } => code::QTY_TOO_SMALL,
        No::QtyTooLarge { .. } => code::QTY_TOO_LARGE,
        No::BelowMinNotional { min } => {
            let least = min.decimal().normalize();
            Refusal::told(110_094, format!("Order does not meet minimum order value {least}USDT"))
        }
        No::PriceTooHigh { .. } | No::PriceTooLow { .. } => code::PRICE_BAND,
        No::TooManyOpenOrders { .. } => code::ACTIVE_ORDERS,
        No::UnknownOrder | No::AlreadyFilled | No::AlreadyClosed if asked == Asked::Amend => {
            code::GONE_AMEND
        }
        No::UnknownOrder | No::AlreadyFilled | No::AlreadyClosed => code::GONE_CANCEL,
        No::NothingToAmend => Refusal::new(
            10_001,
            "The order remains unchanged as the parameters entered match the existing ones.",
        ),
        No::QtyBelowFilled { .. } => code::BELOW_FILLED,
        No::PositionModeMismatch => code::POSITION_IDX,
        No::LeverageTooHigh { .. } => code::LEVERAGE_RISK,
        No::Unchanged => match asked {
            Asked::PositionMode => code::MODE_UNCHANGED,
            Asked::MarginMode => code::ISOLATED_UNCHANGED,
            _ => code::LEVERAGE_UNCHANGED,
        },
        No::OpenOrdersInTheWay => code::MODE_HAS_ORDERS,
        No::PositionInTheWay => code::MODE_HAS_POSITION,
        No::WouldTriggerAtOnce => would_trigger(asked),
        No::NoPosition => code::ZERO_POSITION,
        No::WouldTake | No::FokCannotFill | No::BadLife | No::NotSupported => {
            Refusal::params(no.to_string())
        }
    }
}

fn would_trigger(asked: Asked) -> Refusal {
    match asked {
        Asked::Place(Some(Trigger { when: TriggerWhen::Falls, .. })) => Refusal::new(
            110_093,
            "expect Falling, but trigger_price >= current: the order would trigger at once",
        ),
        _ => Refusal::new(
            110_092,
            "expect Rising, but trigger_price <= current: the order would trigger at once",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_matching::exchange::OrderId;
    use aurora_model::{Lots, Notional, Ticks};
    use expect_test::expect;

    #[test]
    fn every_refusal_has_a_number() {
        let money = Notional::new(5.into());
        let all = [
            No::Maintenance,
            No::UnknownInstrument,
            No::NotTrading,
            No::InsufficientMargin { needed: money, available: money },
            No::DuplicateClientId(OrderId(1)),
            No::NothingToReduce,
            No::PriceNotOnTick,
            No::QtyNotOnLot,
            No::QtyTooLarge { max: Lots(1) },
            No::BelowMinNotional { min: money },
            No::PriceTooHigh { limit: Ticks(1) },
            No::TooManyOpenOrders { max: 500 },
            No::UnknownOrder,
            No::PositionModeMismatch,
            No::LeverageTooHigh { max: 100 },
            No::WouldTriggerAtOnce,
            No::QtyBelowFilled { filled: Lots(1) },
        ];
        let table = all.map(|no| {
            let refusal = refused(no, Asked::Place(None));
            format!("{} {}\n", refusal.code, refusal.message)
        });
        expect![[r#"
            10016 Server error. Please try again later.
            10001 params error: symbol invalid
            110066 Trading is currently not allowed.
            110007 ab not enough for new order
            110072 OrderLinkedID is duplicate
            110017 current position is zero, cannot fix reduce-only order qty
            10001 params error: price invalid, not a multiple of the tick size
            10001 Qty invalid
            10001 The number of contracts exceeds maximum limit allowed: too large
            110094 Order does not meet minimum order value 5USDT
            110003 Order price exceeds the allowable range.
            110020 Not allowed to have more than 500 active orders
            110001 order not exists or too late to cancel
            10001 position idx not match position mode
            110013 cannot set leverage: above what the risk limit allows
            110092 expect Rising, but trigger_price <= current: the order would trigger at once
            110064 The number of contracts modified cannot be less than or equal to the filled quantity
        "#]].assert_eq(&table.concat());
    }

    #[test]
    fn what_is_unchanged_is_said_per_setting() {
        let code = |asked| refused(No::Unchanged, asked).code;
        assert_eq!(code(Asked::Leverage), 110_043);
        assert_eq!(code(Asked::PositionMode), 110_025);
        assert_eq!(code(Asked::MarginMode), 110_026);
    }
}
