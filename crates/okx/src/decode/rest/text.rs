//! Values that the venue writes as texts, `""` for none.

use std::borrow::Cow;

use aurora_model::Nanos;
use rust_decimal::Decimal;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, de::Visitor};

/// A decimal in quotes, exactly.
pub(super) fn decimal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    exact(&text)
}

fn exact<E: Error>(text: &str) -> Result<Option<Decimal>, E> {
    let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'.' | b'-');
    if text.is_empty() {
        return Ok(None);
    }
    if !text.bytes().all(plain) {
        return Err(E::custom(format_args!("{text:?} is not a decimal")));
    }
    // More than 28 digits (`9999999999.0000000000000000` has fewer) are cut where only zeros follow.
    Decimal::from_str_exact(text)
        .map(Some)
        .map_err(|_| E::custom(format_args!("{text:?} is not a decimal we can hold")))
}

/// A whole number, in quotes or bare; zero for none.
pub(super) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    from.deserialize_any(Whole)
}

/// Milliseconds, in quotes or bare; zero for none.
pub(super) fn millis<'de, D: Deserializer<'de>>(from: D) -> Result<Nanos, D::Error> {
    whole(from).map(Nanos::from_millis)
}

/// `true` or `false`, in quotes or bare; `false` for none.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    from.deserialize_any(Flag)
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| E::custom(format_args!("{text:?} is not a whole number")))
    }
}

struct Flag;

impl Visitor<'_> for Flag {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        match text {
            "true" => Ok(true),
            "false" | "" => Ok(false),
            _ => Err(E::custom(format_args!("{text:?} is neither true nor false"))),
        }
    }
}

/// An id that should be a number; zero for one that is none.
pub(super) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    Ok(text.parse().unwrap_or_default())
}
