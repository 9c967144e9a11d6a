//! What a request asks, whether it came as a query string, a JSON body or the argument of a trade-socket frame.
//!
//! Bybit reads numbers and texts alike: `"qty": "0.002"` and `"qty": 0.002` are the same order.

use std::borrow::Cow;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::code::Refusal;

/// Named values, all readable as text.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// From the part of the target after the question mark.
    pub(super) fn query(text: &str) -> Params {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), Value::String(decoded(value)))
        });
        Params(pairs.collect())
    }

    /// From a body; an empty one asks nothing.
    pub(super) fn body(body: &[u8]) -> Result<Params, Refusal> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Params::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Params(map)),
            Ok(_) => Err(Refusal::params("the body must be a JSON object")),
            Err(error) => Err(Refusal::params(format!("the body is not JSON: {error}"))),
        }
    }

    /// From a JSON value that has to be an object.
    pub(super) fn value(value: Value) -> Result<Params, Refusal> {
        match value {
            Value::Object(map) => Ok(Params(map)),
            _ => Err(Refusal::params("an object is wanted here")),
        }
    }

    /// The value as text; an empty one is as good as none.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = match self.0.get(name)? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Text that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<Cow<'_, str>, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    /// A number of any kind; 10001 when it is there and unreadable.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Refusal::params(format!("{name} {text:?} is invalid")))
    }

    /// An exact decimal, also from the `1e-3` some clients write.
    pub(super) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let read = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
        read.map(Some).map_err(|_| Refusal::params(format!("{name} {text:?} is invalid")))
    }

    /// Whether it is there and true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true" || text == "1")
    }

    /// The raw value, for what is neither text nor number.
    pub(super) fn raw(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The objects of a list that has to be there.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Params>, Refusal> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().cloned().map(Params::value).collect(),
            Some(_) => Err(Refusal::params(format!("{name} must be a list"))),
            None => Err(Refusal::missing(name)),
        }
    }

    /// The same, with a value every item of a batch inherits.
    pub(super) fn with(mut self, name: &str, value: &str) -> Params {
        self.0.insert(name.to_owned(), Value::String(value.to_owned()));
        self
    }
}

/// `%3A` and `+` read as what they stand for; what does not decode stays as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_read_alike() {
        let body =
            br#"{"qty":0.002,"price":"58799.9","reduceOnly":true,"positionIdx":1,"stopLoss":""}"#;
        let params = Params::body(body).unwrap();
        assert_eq!(params.decimal("qty").unwrap().unwrap().to_string(), "0.002");
        assert_eq!(params.decimal("price").unwrap().unwrap().to_string(), "58799.9");
        assert_eq!(params.number::<u8>("positionIdx"), Ok(Some(1)));
        assert!(params.flag("reduceOnly") && !params.flag("closeOnTrigger"));
        assert_eq!(params.text("stopLoss"), None);
    }

    #[test]
    fn a_query_is_decoded() {
        let params = Params::query("cursor=132766%3A2%2C1&symbol=BTCUSDT&limit=");
        assert_eq!(params.text("cursor").unwrap(), "132766:2,1");
        assert_eq!(params.text("limit"), None);
        assert_eq!(params.required("category").unwrap_err().code, 10_001);
    }

    #[test]
    fn what_is_unreadable_is_refused_by_name() {
        let params = Params::body(br#"{"qty":"0.002x","limit":-1}"#).unwrap();
        assert_eq!(
            params.decimal("qty").unwrap_err().message,
            "params error: qty \"0.002x\" is invalid"
        );
        assert!(params.number::<u32>("limit").is_err());
        for body in [&b"{"[..], b"[]", b"\xff"] {
            assert_eq!(Params::body(body).unwrap_err().code, 10_001);
        }
    }
}
