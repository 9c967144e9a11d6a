//! What the exchange says no with, in the venue's codes.

use aurora_matching::exchange::{
    ListingStatus, OrderKind, PlaceOrder, PositionSide, Refusal as No,
};
use aurora_model::{InstrumentNo, Side};

use crate::okx::code::Refusal;
use crate::okx::desk::Desk;

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked<'a> {
    Place(&'a PlaceOrder),
    Amend,
    Cancel,
    /// Leverage or position mode.
    Setting,
}

/// The venue's code for the exchange's refusal.
pub(crate) fn refused(
    desk: &Desk<'_, '_>,
    no: InstrumentNo,
    asked: Asked<'_>,
    refusal: No,
) -> Refusal {
    let listed = desk.listed(no);
    let gone = |asked| match asked {
        Asked::Amend => Refusal::of(51503),
        Asked::Place(_) | Asked::Cancel | Asked::Setting => Refusal::of(51400),
    };
    match refusal {
        No::Maintenance => Refusal::of(50001),
        No::UnknownInstrument => Refusal::of(51001),
        No::NotTrading => match listed.listing.status {
            ListingStatus::PreLaunch => {
                Refusal::saying(51021, "The pair or contract is not yet listed")
            }
            ListingStatus::Settling => Refusal::saying(51028, "Contract under delivery."),
            ListingStatus::Closed => Refusal::of(51027),
            ListingStatus::Halt | ListingStatus::Trading => Refusal::of(51022),
        },
        No::NoMarket => Refusal::saying(51109, "No available offers."),
        No::InsufficientMargin { .. } if matches!(asked, Asked::Amend) => Refusal::of(51502),
        No::InsufficientMargin { .. } => {
            let (currency, what) = match asked {
                Asked::Place(order) if listed.is_spot() && order.side == Side::Sell => {
                    (listed.base(), "balance")
                }
                _ if listed.is_spot() => (listed.quote(), "balance"),
                _ => (listed.settle(), "margin"),
            };
            Refusal::saying(
                51008,
                format!("Order failed. Insufficient {currency} {what} in account"),
            )
        }
        No::DuplicateClientId(_) => Refusal::of(51016),
        No::WouldTake => Refusal::of(51511),
        No::NothingToReduce => nothing_to_reduce(desk, no, asked),
        No::PriceNotOnTick if matches!(asked, Asked::Amend) => Refusal::parameter("newPx"),
        No::PriceNotOnTick => Refusal::parameter("px"),
        No::QtyNotOnLot => Refusal::of(51121),
        No::QtyTooSmall { .. } | No::BelowMinNotional { .. } => Refusal::of(51020),
        No::QtyTooLarge { max } => match asked {
            Asked::Place(order) if order.kind == OrderKind::Market => {
                Refusal::saying(51202, "Market order amount exceeds the maximum amount.")
            }
            _ if listed.is_spot() => Refusal::of(51005),
            _ => {
                let most = listed.size(max);
                Refusal::saying(
                    51101,
                    format!(
                        "Order failed, the sz of the current order can’t be more than {most} (contracts)."
                    ),
                )
            }
        },
        No::PriceTooHigh { limit } => {
            let limit = listed.price(limit);
            Refusal::saying(51137, format!("The highest price limit for buy orders is {limit}."))
        }
        No::PriceTooLow { limit } => {
            let limit = listed.price(limit);
            Refusal::saying(51138, format!("The lowest price limit for sell orders is {limit}."))
        }
        No::TooManyOpenOrders { max } => Refusal::saying(
            51102,
            format!(
                "Order failed, the number of pending orders for this instId can’t be more than {max} (orders)"
            ),
        ),
        No::UnknownOrder | No::AlreadyFilled | No::AlreadyClosed => gone(asked),
        No::NothingToAmend => Refusal::of(51500),
        No::QtyBelowFilled { .. } => Refusal::parameter("newSz"),
        No::FokCannotFill | No::BadLife => Refusal::parameter("ordType"),
        No::PositionModeMismatch => Refusal::parameter("posSide"),
        No::LeverageTooHigh { .. } => {
            Refusal::saying(59102, "Leverage exceeds the maximum limit. Please lower the leverage.")
        }
        No::Unchanged => Refusal::of(1),
        No::OpenOrdersInTheWay => Refusal::saying(
            59000,
            "Your settings failed as you have positions, bot or open orders. Please close or cancel them first.",
        ),
        No::PositionInTheWay => Refusal::saying(
            59000,
            "Your settings failed as you have positions, bot or open orders. Please close or cancel them first.",
        ),
        No::WouldTriggerAtOnce => {
            Refusal::saying(51250, "Algo order price is out of the available range.")
        }
        No::NoPosition => Refusal::of(51023),
        No::NotSupported => Refusal::of(51010),
    }
}

/// Nothing to reduce, or a reduce-only order the same way as the position.
fn nothing_to_reduce(desk: &Desk<'_, '_>, no: InstrumentNo, asked: Asked<'_>) -> Refusal {
    let Asked::Place(order) = asked else { return Refusal::of(51169) };
    let position = desk.world.exchange.position(desk.account, no, PositionSide::Net);
    let lots = position.map_or(0, |position| position.lots.0);
    let same_way = match order.side {
        Side::Buy => 0 < lots,
        Side::Sell => lots < 0,
    };
    Refusal::of(if same_way { 51170 } else { 51169 })
}
