//! What Bybit's codes mean for an order.

use aurora_model::VenueRefusal as R;
use aurora_wire::{Codes, Fate};

/// What each code means for the order; what no row names is [`Fate::Unknown`].
#[rustfmt::skip]
pub(crate) const CODES: Codes = Codes(&[
    (10000, 10000, Fate::Unknown), // server time-out
    (10001, 10001, Fate::Rejected(R::Malformed)),
    (10002, 10002, Fate::NotPlaced(R::Late)), // our clock is off
    (10003, 10003, Fate::NotPlaced(R::NotAllowed)),
    (10004, 10004, Fate::NotPlaced(R::NotAllowed)),
    (10005, 10005, Fate::NotPlaced(R::NotAllowed)),
    (10006, 10006, Fate::NotPlaced(R::RateLimited)),
    (10007, 10007, Fate::NotPlaced(R::NotAllowed)),
    (10009, 10009, Fate::NotPlaced(R::NotAllowed)),
    (10010, 10010, Fate::NotPlaced(R::NotAllowed)),
    (10014, 10014, Fate::FirstStands),
    (10016, 10016, Fate::Unknown), // server error or restart
    (10018, 10018, Fate::NotPlaced(R::RateLimited)),
    (10019, 10019, Fate::NotPlaced(R::Halted)), // the trade socket is restarting: new requests are refused
    (10024, 10024, Fate::NotPlaced(R::NotAllowed)),
    (10027, 10027, Fate::NotPlaced(R::NotAllowed)),
    (10029, 10029, Fate::NotPlaced(R::NotAllowed)),
    (10403, 10403, Fate::NotPlaced(R::RateLimited)),
    (10429, 10429, Fate::NotPlaced(R::RateLimited)),
    (20006, 20006, Fate::FirstStands), // the request id of the trade socket was used before
    (33004, 33004, Fate::NotPlaced(R::NotAllowed)),
    (110001, 110001, Fate::Gone),
    (110003, 110003, Fate::Rejected(R::OutsideBand)),
    (110004, 110004, Fate::Rejected(R::InsufficientMargin)),
    (110006, 110006, Fate::Rejected(R::InsufficientMargin)),
    (110007, 110007, Fate::Rejected(R::InsufficientMargin)),
    (110008, 110008, Fate::Gone),
    (110010, 110010, Fate::Gone),
    (110012, 110012, Fate::Rejected(R::InsufficientMargin)),
    (110014, 110014, Fate::Rejected(R::InsufficientMargin)),
    (110017, 110017, Fate::Rejected(R::WouldNotReduce)),
    (110020, 110020, Fate::Rejected(R::TooManyOrders)),
    (110021, 110021, Fate::Rejected(R::NotAllowed)), // the position limit set by open interest
    (110025, 110025, Fate::Done),
    (110026, 110026, Fate::Done),
    (110043, 110043, Fate::Done),
    (110044, 110044, Fate::Rejected(R::InsufficientMargin)),
    (110045, 110045, Fate::Rejected(R::InsufficientMargin)),
    (110066, 110066, Fate::Rejected(R::Halted)), // opening positions is not allowed now
    (110072, 110072, Fate::FirstStands),
    (110079, 110079, Fate::Busy),
    (110094, 110094, Fate::Rejected(R::BelowMinNotional)),
    (110095, 110095, Fate::Rejected(R::Halted)), // call auction before listing
    (170141, 170141, Fate::FirstStands),         // what spot says for 110072
]);

/// The fate a `retCode` or a batch item's `code` spells; zero is not asked here.
pub fn fate(code: i64) -> Fate {
    CODES.fate(code)
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
    fn a_code_nobody_listed_settles_nothing() {
        assert_eq!(fate(99_999), Fate::Unknown);
        assert_eq!(fate(110_072), Fate::FirstStands);
        assert!(fate(10_003).halts() && !fate(110_021).halts());
        assert_eq!(fate_of_status(503), Some(Fate::Unknown));
        assert_eq!(fate_of_status(200), None);
    }

    #[test]
    fn every_code_of_the_venues_document_is_in_the_table() {
        assert!(CODES.is_sorted());
        let Some(document) = aurora_testkit::shared::text("venues/bybit.md") else { return };
        let codes = aurora_testkit::codes::documented(&document, 5);
        assert!(40 < codes.len(), "only {} codes were found", codes.len());
        let missing: Vec<i64> =
            codes.into_iter().filter(|code| CODES.listed(*code).is_none()).collect();
        assert!(missing.is_empty(), "documented, and in no row: {missing:?}");
    }

    proptest::proptest! {
        #[test]
        fn a_code_in_no_row_is_unknown(code: i64, near in 9_000i64..180_000) {
            for code in [code, near] {
                proptest::prop_assert!(CODES.listed(code).is_some() || fate(code) == Fate::Unknown);
            }
        }
    }
}
