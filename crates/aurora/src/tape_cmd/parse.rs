//! Times and spans as people write them.

use aurora_binance::tape::ClockShift;
use aurora_model::Nanos;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// `1s`, `500ms`, `1m`, `0.5s`; at least a millisecond.
pub(super) fn period(text: &str) -> Result<Nanos, String> {
    let wrong = || format!("{text:?} is no period: write for example 500ms, 1s, 1m or 1h");
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit_at);
    let unit_ns: i64 = match unit {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err(wrong()),
    };
    let span = scaled(number, unit_ns).filter(|span| Nanos::MILLI.0 <= span.0);
    span.ok_or_else(wrong)
}

/// Seconds since the epoch, with as many decimals as nanoseconds need.
pub(super) fn instant(text: &str) -> Result<Nanos, String> {
    let instant = scaled(text, 1_000_000_000).filter(|at| 0 <= at.0);
    instant
        .ok_or_else(|| format!("{text:?} is no Unix time: write seconds, such as 1723161256.298"))
}

/// `auto`, or seconds to add.
pub(crate) fn clock_shift(text: &str) -> Result<ClockShift, String> {
    if text == "auto" {
        return Ok(ClockShift::Auto);
    }
    let shift = scaled(text, 1_000_000_000).map(ClockShift::Fixed);
    shift.ok_or_else(|| format!("{text:?} is no clock shift: write auto, or seconds such as 1.272"))
}

/// The decimal times the unit, exactly; `None` when it is not a whole number of nanoseconds.
fn scaled(text: &str, unit_ns: i64) -> Option<Nanos> {
    let value = text.parse::<Decimal>().ok()?.checked_mul(Decimal::from(unit_ns))?;
    value.is_integer().then(|| value.to_i64().map(Nanos))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_exact() {
        assert_eq!(period("1s"), Ok(Nanos::SECOND));
        assert_eq!(period("500ms"), Ok(Nanos(500_000_000)));
        assert_eq!(period("0.1s"), Ok(Nanos(100_000_000)));
        assert_eq!(period("2m"), Ok(Nanos(120_000_000_000)));
        for text in ["", "1", "s", "0s", "-1s", "1d", "1us"] {
            assert!(period(text).is_err(), "{text}");
        }
    }

    #[test]
    fn instants_and_shifts_keep_their_nanoseconds() {
        assert_eq!(instant("1723161256.298"), Ok(Nanos(1_723_161_256_298_000_000)));
        assert!(instant("-1").is_err());
        assert_eq!(clock_shift("1.272156851"), Ok(ClockShift::Fixed(Nanos(1_272_156_851))));
        assert_eq!(clock_shift("-0.5"), Ok(ClockShift::Fixed(Nanos(-500_000_000))));
        assert_eq!(clock_shift("auto"), Ok(ClockShift::Auto));
        assert!(clock_shift("soon").is_err());
    }
}
