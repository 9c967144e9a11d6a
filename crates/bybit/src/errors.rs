//! What Bybit's codes mean for an order.

use aurora_model::VenueRefusal as R;
use aurora_wire::Fate;

/// The code and the fate it spells; sorted by code. Codes that are not here are [`Fate::Unknown`].
const FATES: &[(i64, Fate)] = &[
    (10000, Fate::Unknown), // server time-out
    (10001, Fate::Rejected(R::Malformed)),
    (10002, Fate::NotPlaced(R::Late)), // our clock is off
    (10003, Fate::NotPlaced(R::NotAllowed)),
    (10004, Fate::NotPlaced(R::NotAllowed)),
    (10005, Fate::NotPlaced(R::NotAllowed)),
    (10006, Fate::NotPlaced(R::RateLimited)),
    (10007, Fate::NotPlaced(R::NotAllowed)),
    (10009, Fate::NotPlaced(R::NotAllowed)),
    (10010, Fate::NotPlaced(R::NotAllowed)),
    (10014, Fate::FirstStands),
    (10016, Fate::Unknown), // server error or restart
    (10018, Fate::NotPlaced(R::RateLimited)),
    (10019, Fate::NotPlaced(R::Halted)), // the trade socket is restarting: new requests are refused
    (10024, Fate::NotPlaced(R::NotAllowed)),
    (10027, Fate::NotPlaced(R::NotAllowed)),
    (10029, Fate::NotPlaced(R::NotAllowed)),
    (10403, Fate::NotPlaced(R::RateLimited)),
    (10429, Fate::NotPlaced(R::RateLimited)),
    (20006, Fate::FirstStands), // the request id of the trade socket was used before
    (33004, Fate::NotPlaced(R::NotAllowed)),
    (110001, Fate::Gone),
    (110003, Fate::Rejected(R::OutsideBand)),
    (110004, Fate::Rejected(R::InsufficientMargin)),
    (110006, Fate::Rejected(R::InsufficientMargin)),
    (110007, Fate::Rejected(R::InsufficientMargin)),
    (110008, Fate::Gone),
    (110010, Fate::Gone),
    (110012, Fate::Rejected(R::InsufficientMargin)),
    (110014, Fate::Rejected(R::InsufficientMargin)),
    (110017, Fate::Rejected(R::WouldNotReduce)),
    (110020, Fate::Rejected(R::TooManyOrders)),
    (110021, Fate::Rejected(R::NotAllowed)), // the position limit set by open interest
    (110025, Fate::Done),
    (110026, Fate::Done),
    (110043, Fate::Done),
    (110044, Fate::Rejected(R::InsufficientMargin)),
    (110045, Fate::Rejected(R::InsufficientMargin)),
    (110066, Fate::Rejected(R::Halted)), // opening positions is not allowed now
    (110072, Fate::FirstStands),
    (110079, Fate::Busy),
    (110094, Fate::Rejected(R::BelowMinNotional)),
    (110095, Fate::Rejected(R::Halted)), // call auction before listing
    (170141, Fate::FirstStands),         // what spot says for 110072
];

/// The fate a `retCode` or a batch item's `code` spells; zero is not asked here.
pub fn fate(code: i64) -> Fate {
    match FATES.binary_search_by_key(&code, |(code, _)| *code) {
        Ok(at) => FATES[at].1,
        Err(_) => Fate::Unknown,
    }
}

/// The fate of an answer by its HTTP status alone; `None` when the body decides.
///
/// Business errors come with 200. 403 is the address limit, refused before anything is looked at.
pub fn fate_of_status(status: u16) -> Option<Fate> {
    match status {
        200..=299 => None,
        403 | 429 => Some(Fate::NotPlaced(R::RateLimited)),
        401 => Some(Fate::NotPlaced(R::NotAllowed)),
        404 | 405 => Some(Fate::NotPlaced(R::Malformed)),
        _ => Some(Fate::Unknown),
    }
}

/// Why the matching engine ended an order that was never open, by its `rejectReason`.
pub fn refusal(reject_reason: &[u8]) -> R {
    match reject_reason {
        b"EC_PostOnlyWillTakeLiquidity" => R::WouldTake,
        b"EC_NoImmediateQtyToFill" | b"EC_CancelForNoFullFill" | b"EC_NoEnoughQtyToFill" => {
            R::CannotFillWhole
        }
        b"EC_DuplicatedClOrdID" | b"EC_DuplicatedClOrdIDForCancel" => R::DuplicateId,
        b"EC_InvalidPriceScale" | b"EC_QtyCannotBeZero" | b"EC_PriceCannotBeZero" => {
            R::BadIncrement
        }
        b"EC_ReachMaxActiveOrdersPerSymbol" | b"EC_ReachMaxPendingOrders" => R::TooManyOrders,
        b"EC_BySelfMatch" => R::SelfTrade,
        b"EC_ReachRiskPriceLimit" | b"EC_ReachMarketPriceLimit" => R::OutsideBand,
        b"EC_InvalidSymbolStatus" | b"EC_MarketOrderNotSupported" | b"EC_Halted" => R::Halted,
        reason if reason.windows(6).any(|part| part.eq_ignore_ascii_case(b"MARGIN")) => {
            R::InsufficientMargin
        }
        _ => R::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_says_each_code_once() {
        assert!(FATES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_code_nobody_listed_settles_nothing() {
        assert_eq!(fate(99_999), Fate::Unknown);
        assert_eq!(fate(110_072), Fate::FirstStands);
        assert!(fate(10_003).halts() && !fate(110_021).halts());
        assert_eq!(fate_of_status(503), Some(Fate::Unknown));
        assert_eq!(fate_of_status(200), None);
    }
}
