//! Values that are quoted in one answer and bare in the next.

use aurora_model::Nanos;
use aurora_wire::DecodeError;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Reads a whole JSON text; `wanted` says what it should have been.
pub(crate) fn parse<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    wanted: &'static str,
) -> Result<T, DecodeError> {
    serde_json::from_slice(bytes).map_err(|error| match error.is_eof() {
        true => DecodeError::Truncated { at: bytes.len() },
        // Frames are one line; in a longer text it is the place within its line.
        false => DecodeError::Unexpected { at: error.column(), wanted },
    })
}

/// A text, or a bare number as text; `null` is the empty one. A text with escapes is left as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text<'a>, D::Error> {
        let raw = <&'de RawValue>::deserialize(from)?.get();
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        Ok(Text(match inner {
            Some(inner) => inner,
            None if raw == "null" => "",
            None => raw,
        }))
    }
}

impl Text<'_> {
    /// Milliseconds; zero when empty.
    pub(crate) fn millis(self) -> Result<Nanos, DecodeError> {
        let wanted = "milliseconds";
        match self.0 {
            "" => Ok(Nanos(0)),
            text => text
                .parse()
                .map(Nanos::from_millis)
                .map_err(|_| DecodeError::Unexpected { at: 0, wanted }),
        }
    }
}

/// An exact decimal; `None` when empty or absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Num(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Num, D::Error> {
        let text = Text::deserialize(from)?;
        if text.0.is_empty() {
            return Ok(Num(None));
        }
        Decimal::from_str_exact(text.0).map(|value| Num(Some(value))).map_err(|_| {
            serde::de::Error::custom(format_args!("{:?} is no decimal number", text.0))
        })
    }
}

impl Num {
    pub(crate) fn some(self, field: &'static str) -> Result<Decimal, DecodeError> {
        self.0.ok_or(DecodeError::Missing { field })
    }
}
