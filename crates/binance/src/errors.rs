//! What Binance's codes mean for an order.
//!
//! Source: the fate table of the futures manual's error page as of August 2026. A code that is not listed is
//! [`Fate::Unknown`]: asking is always safe, guessing is not.

use aurora_model::VenueRefusal as R;
use aurora_wire::{Codes, Fate};
use serde::Deserialize;

/// What each code means for the order; what no row names is [`Fate::Unknown`].
#[rustfmt::skip]
pub(crate) const CODES: Codes = Codes(&[
    (-5040, -5037, Fate::Rejected(R::Malformed)),
    (-5028, -5028, Fate::NotPlaced(R::Late)),
    (-5027, -5027, Fate::Done),
    (-5026, -5024, Fate::Unchanged),
    (-5022, -5022, Fate::Rejected(R::WouldTake)),
    (-5021, -5021, Fate::Rejected(R::CannotFillWhole)),
    (-4403, -4400, Fate::NotPlaced(R::NotAllowed)),
    (-4192, -4192, Fate::NotPlaced(R::NotAllowed)),
    (-4164, -4164, Fate::Rejected(R::BelowMinNotional)),
    (-4141, -4141, Fate::Rejected(R::Halted)),
    (-4140, -4140, Fate::Rejected(R::Halted)),
    (-4131, -4131, Fate::Rejected(R::OutsideBand)),
    (-4120, -4120, Fate::Rejected(R::Malformed)),
    (-4116, -4116, Fate::FirstStands), // an open order has that id
    (-4082, -4082, Fate::Rejected(R::Malformed)), // more orders than a batch may have
    (-4061, -4061, Fate::Rejected(R::Malformed)),
    (-4059, -4059, Fate::Done),
    (-4046, -4046, Fate::Done),
    (-4024, -4024, Fate::Rejected(R::OutsideBand)),
    (-4023, -4023, Fate::Rejected(R::BadIncrement)), // off the lot
    (-4016, -4016, Fate::Rejected(R::OutsideBand)),
    (-4014, -4014, Fate::Rejected(R::BadIncrement)), // off the tick
    (-4005, -4005, Fate::Rejected(R::BadIncrement)),
    (-4004, -4004, Fate::Rejected(R::BadIncrement)),
    (-4003, -4003, Fate::Rejected(R::BadIncrement)),
    (-2028, -2028, Fate::Rejected(R::InsufficientMargin)),
    (-2027, -2027, Fate::Rejected(R::InsufficientMargin)),
    (-2026, -2026, Fate::Rejected(R::Malformed)),
    (-2025, -2025, Fate::Rejected(R::TooManyOrders)),
    (-2024, -2024, Fate::Rejected(R::InsufficientMargin)),
    (-2023, -2023, Fate::Rejected(R::NotAllowed)), // the account is being liquidated
    (-2022, -2022, Fate::Rejected(R::WouldNotReduce)),
    (-2021, -2021, Fate::Rejected(R::Malformed)), // a trigger would fire at once
    (-2020, -2020, Fate::Rejected(R::Malformed)),
    (-2019, -2019, Fate::Rejected(R::InsufficientMargin)),
    (-2018, -2018, Fate::Rejected(R::InsufficientMargin)),
    (-2017, -2017, Fate::NotPlaced(R::NotAllowed)),
    (-2015, -2015, Fate::NotPlaced(R::NotAllowed)),
    (-2014, -2014, Fate::NotPlaced(R::NotAllowed)),
    (-2013, -2013, Fate::Absent), // a query found nothing
    (-2011, -2011, Fate::Gone), // a cancel found nothing open
    (-2010, -2010, Fate::Rejected(R::Malformed)),
    (-1130, -1112, Fate::Rejected(R::Malformed)),
    (-1111, -1111, Fate::Rejected(R::BadIncrement)), // too many digits
    (-1110, -1100, Fate::Rejected(R::Malformed)),
    (-1022, -1022, Fate::NotPlaced(R::NotAllowed)),
    (-1021, -1021, Fate::NotPlaced(R::Late)),
    (-1020, -1020, Fate::Rejected(R::Malformed)), // not supported here
    (-1016, -1016, Fate::NotPlaced(R::NotSent)), // shutting down
    (-1015, -1015, Fate::NotPlaced(R::RateLimited)),
    (-1008, -1008, Fate::NotPlaced(R::NotSent)), // turned away at the gateway: overload
    (-1007, -1007, Fate::Unknown),
    (-1006, -1006, Fate::Unknown),
    (-1003, -1003, Fate::NotPlaced(R::RateLimited)),
    (-1002, -1002, Fate::NotPlaced(R::NotAllowed)),
    (-1001, -1001, Fate::Unknown),
    (-1000, -1000, Fate::Unknown), // may have reached the matching engine, as the next three
]);

/// The fate a code spells.
pub(crate) fn fate(code: i64) -> Fate {
    CODES.fate(code)
}

/// Whether a batch was refused as such, so that its amendments or cancels may go one by one: too many, or not
/// supported here.
pub(crate) const fn is_batch_refused(code: i64) -> bool {
    matches!(code, -1020 | -4082 | -4083)
}

/// `{"code":-2019,"msg":"Margin is insufficient."}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refusal {
    /// Binance's code.
    pub code: i64,
    /// Its words.
    #[serde(default)]
    pub msg: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.msg)
    }
}

/// What a whole answer that is not 2xx means: by its code, and where there is none, by its status.
pub fn refusal_of(status: u16, body: &[u8]) -> (Fate, Refusal) {
    if let Ok(refusal) = serde_json::from_slice::<Refusal>(body) {
        // Answered 503 with -1000 and "Unknown error, please check your request or try again later".
        return (fate(refusal.code), refusal);
    }
    let text = String::from_utf8_lossy(body);
    let fate = match status {
        // 403 is the firewall in front, which finds that we ask too much.
        429 | 418 | 403 => Fate::NotPlaced(R::RateLimited),
        404 | 405 => Fate::NotPlaced(R::Malformed),
        503 if text.contains("Service Unavailable") => Fate::NotPlaced(R::NotSent),
        _ => Fate::Unknown,
    };
    let msg = text.chars().take(120).collect();
    (fate, Refusal { code: i64::from(status), msg })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_more_than_its_status() {
        let body = br#"{"code":-5022,"msg":"Due to the order could not be executed as maker"}"#;
        assert_eq!(refusal_of(400, body).0, Fate::Rejected(R::WouldTake));
        assert_eq!(refusal_of(503, br#"{"code":-1008,"msg":""}"#).0, Fate::NotPlaced(R::NotSent));
        assert_eq!(refusal_of(503, b"").0, Fate::Unknown);
        assert_eq!(refusal_of(504, b"<html>").0, Fate::Unknown);
        assert_eq!(refusal_of(503, b"Service Unavailable").0, Fate::NotPlaced(R::NotSent));
        assert_eq!(refusal_of(418, b"").0, Fate::NotPlaced(R::RateLimited));
    }

    #[test]
    fn a_code_nobody_listed_is_unknown() {
        for code in [0, -1, -9999, -2012, -1099, -1131, i64::MIN] {
            assert_eq!(fate(code), Fate::Unknown, "{code}");
        }
    }

    #[test]
    fn every_code_of_the_venues_document_is_in_the_table() {
        assert!(CODES.is_sorted());
        let Some(document) = aurora_testkit::shared::text("venues/binance.md") else { return };
        let codes = aurora_testkit::codes::documented(&document, 4);
        assert!(60 < codes.len(), "only {} codes were found", codes.len());
        let missing: Vec<i64> =
            codes.into_iter().filter(|code| CODES.listed(*code).is_none()).collect();
        assert!(missing.is_empty(), "documented, and in no row: {missing:?}");
    }

    proptest::proptest! {
        #[test]
        fn a_code_in_no_row_is_unknown(code: i64, near in -6_000i64..0) {
            for code in [code, near] {
                proptest::prop_assert!(CODES.listed(code).is_some() || fate(code) == Fate::Unknown);
            }
        }
    }
}
