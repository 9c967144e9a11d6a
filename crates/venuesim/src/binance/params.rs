//! What a request asks, from its query, its form body or the JSON of a frame or batch.

use std::borrow::Cow;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::Value;

use super::code::ApiError;
use crate::request::pairs;

/// Named texts. An empty one counts as not sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Params<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Params<'a> {
    /// Query first, then form: what is in both comes from the query.
    pub(super) fn form(query: &'a str, body: &'a str) -> Params<'a> {
        Params(pairs(query).chain(pairs(body)).collect())
    }

    /// From an object; numbers and flags become texts, nulls are left out, nested values stay JSON.
    pub(super) fn json(object: &Value) -> Params<'static> {
        let Value::Object(map) = object else { return Params::default() };
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let pairs = map
            .iter()
            .filter_map(|(name, value)| Some((Cow::Owned(name.clone()), Cow::Owned(text(value)?))));
        Params(pairs.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(&*found.1).filter(|value| !value.is_empty())
    }

    pub(super) fn need(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| ApiError::missing(name))
    }

    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| ApiError::illegal(name))
    }

    pub(super) fn decimal(&self, name: &str) -> Result<Option<Decimal>, ApiError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        Decimal::from_str_exact(text).map(Some).map_err(|_| ApiError::illegal(name))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(ApiError::invalid(name)),
        }
    }

    /// `limit`, or the usual; more than the most is the most.
    pub(super) fn limit(&self, usual: usize, most: usize) -> Result<usize, ApiError> {
        Ok(self.number("limit")?.unwrap_or(usual).clamp(1, most))
    }

    /// A JSON list in a text.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Value>, ApiError> {
        match serde_json::from_str(self.need(name)?) {
            Ok(Value::Array(list)) => Ok(list),
            _ => Err(ApiError::invalid(name)),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// What a WebSocket request signs: every pair but the signature, by name.
    pub(super) fn sorted_payload(&self) -> String {
        let mut pairs: Vec<_> = self.0.iter().filter(|(name, _)| name != "signature").collect();
        pairs.sort();
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }
}
