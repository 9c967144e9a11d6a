//! Numbers as Binance writes them: quoted or bare, always exact.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A decimal, quoted or bare.
pub(crate) fn exact<'de, D: Deserializer<'de>>(source: D) -> Result<Decimal, D::Error> {
    let text = text(source)?;
    decimal(&text).ok_or_else(|| D::Error::custom(format_args!("{text:?} is not a decimal")))
}

/// The same where it may be missing, null or empty.
pub(crate) fn maybe_exact<'de, D: Deserializer<'de>>(
    source: D,
) -> Result<Option<Decimal>, D::Error> {
    match text(source)?.as_ref() {
        "" | "null" => Ok(None),
        text => decimal(text)
            .map(Some)
            .ok_or_else(|| D::Error::custom(format_args!("{text:?} is not a decimal"))),
    }
}

/// A whole number, quoted or bare.
pub(crate) fn whole<'de, D: Deserializer<'de>, N: std::str::FromStr>(
    source: D,
) -> Result<N, D::Error> {
    let text = text(source)?;
    text.parse()
        .map_err(|_| D::Error::custom(format_args!("{text:?} is not a whole number that fits")))
}

/// The number's text without its quotes.
fn text<'de, D: Deserializer<'de>>(source: D) -> Result<Cow<'de, str>, D::Error> {
    let raw = <&RawValue>::deserialize(source)?.get();
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if inner.contains('\\') => Err(D::Error::custom("a number with escapes")),
        Some(inner) => Ok(Cow::Borrowed(inner)),
        None => Ok(Cow::Borrowed(raw)),
    }
}

/// `None` when it is no number or has more digits than we can hold.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(deserialize_with = "exact")]
        a: Decimal,
        #[serde(default, deserialize_with = "maybe_exact")]
        b: Option<Decimal>,
        #[serde(deserialize_with = "whole")]
        c: u64,
    }

    fn read(text: &str) -> Option<(String, Option<Decimal>, u64)> {
        let row: Row = serde_json::from_str(text).ok()?;
        Some((row.a.to_string(), row.b, row.c))
    }

    #[test]
    fn quoted_or_bare_a_number_is_the_same_number() {
        let want = Some(("0.1".to_owned(), None, 18_446_744_073_709_551_615));
        assert_eq!(read(r#"{"a":"0.1","c":18446744073709551615}"#), want);
        assert_eq!(read(r#"{"a":0.1,"b":null,"c":"18446744073709551615"}"#), want);
        assert_eq!(read(r#"{"a":"0.1","b":"","c":18446744073709551615}"#), want);
        assert_eq!(read(r#"{"a":"x","c":1}"#), None);
        assert_eq!(read(r#"{"a":"1","c":1.5}"#), None);
        assert_eq!(read(r#"{"a":{},"c":1}"#), None);
        assert_eq!(read(r#"{"a":"0.12345678901234567890123456789","c":1}"#), None);
    }
}
