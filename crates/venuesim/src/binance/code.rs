//! Binance's words for no.

use aurora_matching::exchange::Refusal;

/// An error as the venue tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) code: i32,
    pub(super) msg: String,
}

/// A JSON text, or an error.
pub(super) type Answer = Result<String, ApiError>;

impl ApiError {
    pub(super) fn new(code: i32, msg: impl Into<String>) -> ApiError {
        let status = match code {
            -2014 | -2015 => 401,
            -1003 | -1015 => 429,
            -1016 | -1008 => 503,
            _ => 400,
        };
        ApiError { status, code, msg: msg.into() }
    }

    /// A parameter that is not there, or empty.
    pub(super) fn missing(name: &str) -> ApiError {
        let msg =
            format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
        ApiError::new(-1102, msg)
    }

    /// A parameter with characters it may not have.
    pub(super) fn illegal(name: &str) -> ApiError {
        ApiError::new(-1100, format!("Illegal characters found in parameter '{name}'."))
    }

    /// A parameter that is no number of its type.
    pub(super) fn invalid(name: &str) -> ApiError {
        ApiError::new(-1130, format!("Data sent for parameter '{name}' is not valid."))
    }

    pub(super) fn body(&self) -> String {
        let msg = serde_json::Value::from(self.msg.as_str());
        format!("{{\"code\":{},\"msg\":{msg}}}", self.code)
    }
}

/// What was asked for when the exchange said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    Place,
    Amend,
    Cancel,
    Leverage,
    MarginType,
    PositionMode,
    Margin,
}

/// The code for a refusal.
pub(super) fn refused(refusal: Refusal, attempt: Attempt) -> ApiError {
    use Attempt as A;
    use Refusal as R;
    let (code, msg) = match (refusal, attempt) {
        (R::Maintenance, _) => (-1016, "This service is no longer available."),
        (R::UnknownInstrument, _) => (-1121, "Invalid symbol."),
        (R::NotTrading, _) => (-4140, "Invalid symbol status for opening position."),
        (R::NoMarket, _) => {
            (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.")
        }
        (R::InsufficientMargin { .. }, A::Margin) => (-4051, "Isolated balance insufficient."),
        (R::InsufficientMargin { .. }, A::Leverage) => {
            (-2027, "Exceeded the maximum allowable position at current leverage.")
        }
        (R::InsufficientMargin { .. }, _) => (-2019, "Margin is insufficient."),
        (R::DuplicateClientId(_), _) => (-4116, "ClientOrderId is duplicated."),
        (R::WouldTake, _) => (
            -5022,
            "Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history",
        ),
        (R::NothingToReduce, _) => (-2022, "ReduceOnly Order is rejected."),
        (R::PriceNotOnTick, _) => (-4014, "Price not increased by tick size."),
        (R::QtyNotOnLot, _) => (-4023, "Qty not increased by step size."),
        (R::QtyTooSmall { .. }, _) => (-4004, "Quantity less than min quantity."),
        (R::QtyTooLarge { .. }, _) => (-4005, "Quantity greater than max quantity."),
        (R::BelowMinNotional { min }, _) => {
            let min = min.decimal().normalize();
            return ApiError::new(
                -4164,
                format!(
                    "Order's notional must be no smaller than {min} (unless you choose reduce only)."
                ),
            );
        }
        (R::PriceTooHigh { .. }, _) => (-4016, "Limit price can't be higher than the limit."),
        (R::PriceTooLow { .. }, _) => (-4024, "Limit price can't be lower than the limit."),
        (R::TooManyOpenOrders { .. }, _) => (-2025, "Reach max open order limit."),
        (R::UnknownOrder | R::AlreadyFilled | R::AlreadyClosed, A::Cancel) => {
            (-2011, "Unknown order sent.")
        }
        (R::UnknownOrder | R::AlreadyFilled | R::AlreadyClosed, _) => {
            (-2013, "Order does not exist.")
        }
        (R::NothingToAmend, _) => (-5027, "No need to modify the order."),
        (R::QtyBelowFilled { .. }, _) => (-4025, "Quantity is not above the executed quantity."),
        (R::FokCannotFill, _) => (
            -5021,
            "Due to the order could not be filled immediately, the FOK order has been rejected. The order will not be recorded in the order history",
        ),
        (R::PositionModeMismatch, _) => {
            (-4061, "Order's position side does not match user's setting.")
        }
        (R::BadLife, _) => (-1115, "Invalid timeInForce."),
        (R::LeverageTooHigh { .. }, _) => (-4028, "Leverage is not valid"),
        (R::Unchanged, A::PositionMode) => (-4059, "No need to change position side."),
        (R::Unchanged, _) => (-4046, "No need to change margin type."),
        (R::OpenOrdersInTheWay, A::PositionMode) => {
            (-4067, "Position side cannot be changed if there exists open orders.")
        }
        (R::OpenOrdersInTheWay, _) => {
            (-4047, "Margin type cannot be changed if there exists open orders.")
        }
        (R::PositionInTheWay, A::PositionMode) => {
            (-4068, "Position side cannot be changed if there exists position.")
        }
        (R::PositionInTheWay, _) => {
            (-4048, "Margin type cannot be changed if there exists position.")
        }
        (R::WouldTriggerAtOnce, _) => (-2021, "Order would immediately trigger."),
        (R::NoPosition, _) => (-4054, "Cannot add position margin: position is 0."),
        (R::NotSupported, _) => (-4055, "This is not supported for the symbol or account."),
    };
    ApiError::new(code, msg)
}
