//! What Binance's codes mean for an order.
//!
//! Source: the fate table of the futures manual's error page as of August 2026. A code that is not listed is
//! [`Fate::Unknown`]: asking is always safe, guessing is not.

use aurora_model::VenueRefusal as R;
use aurora_wire::Fate;
use serde::Deserialize;

/// The fate a code spells.
pub(crate) const fn fate(code: i64) -> Fate {
    match code {
        // May have reached the matching engine.
        -1000 | -1001 | -1006 | -1007 => Fate::Unknown,
        // Turned away at the gateway: overload, shutting down.
        -1008 | -1016 => Fate::NotPlaced(R::NotSent),
        -1003 | -1015 => Fate::NotPlaced(R::RateLimited),
        -1021 | -5028 => Fate::NotPlaced(R::Late),
        -1002 | -1022 | -2014 | -2015 | -2017 | -4192 | -4403..=-4400 => {
            Fate::NotPlaced(R::NotAllowed)
        }
        // Too many digits, off the tick, off the lot.
        -1111 | -4003 | -4014 | -4023 => Fate::Rejected(R::BadIncrement),
        -4164 => Fate::Rejected(R::BelowMinNotional),
        -4131 | -4016 | -4024 => Fate::Rejected(R::OutsideBand),
        -1130..=-1100 | -5040..=-5037 | -4120 | -4061 | -2021 => Fate::Rejected(R::Malformed),
        -4004 | -4005 => Fate::Rejected(R::BadIncrement),
        -2018 | -2019 | -2024 | -2027 | -2028 => Fate::Rejected(R::InsufficientMargin),
        -2022 => Fate::Rejected(R::WouldNotReduce),
        -2025 => Fate::Rejected(R::TooManyOrders),
        // Not supported here; more orders than a batch may have.
        -1020 | -4082 => Fate::Rejected(R::Malformed),
        -2010 | -2020 | -2026 => Fate::Rejected(R::Malformed),
        // The account is being liquidated.
        -2023 => Fate::Rejected(R::NotAllowed),
        -5021 => Fate::Rejected(R::CannotFillWhole),
        -5022 => Fate::Rejected(R::WouldTake),
        -4140 | -4141 => Fate::Rejected(R::Halted),
        -4116 => Fate::FirstStands,
        -2011 => Fate::Gone,
        -2013 => Fate::Absent,
        -5026..=-5024 => Fate::Unchanged,
        -4046 | -4059 | -5027 => Fate::Done,
        _ => Fate::Unknown,
    }
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
}
