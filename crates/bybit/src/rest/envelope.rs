//! `{"retCode":0,"retMsg":"OK","result":{},"retExtInfo":{},"time":ms}`

use aurora_wire::DecodeError;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::value::{Text, parse};

pub(crate) const UNREADABLE_CODE: DecodeError =
    DecodeError::Unexpected { at: 0, wanted: "a whole number in retCode" };

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, rename = "retCode")]
    code: Option<Text<'a>>,
    #[serde(borrow, default, rename = "retMsg")]
    message: Text<'a>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow, rename = "retExtInfo")]
    ext: Option<&'a RawValue>,
    #[serde(borrow, default)]
    time: Text<'a>,
}

/// What every answer is wrapped in.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// `retCode`; zero when the request was taken.
    pub code: i64,
    /// `retMsg`.
    pub message: &'a str,
    /// `result`, as it stands; `{}` when absent.
    pub result: &'a str,
    /// `retExtInfo`, as it stands; `{}` when absent.
    pub ext: &'a str,
    /// When the venue answered, milliseconds.
    pub time: Option<i64>,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope of an answer.
    ///
    /// # Errors
    /// When it is cut off or mangled, or has no `retCode` (answers of the API before v5 have `ret_code`).
    pub fn read(body: &'a [u8]) -> Result<Envelope<'a>, DecodeError> {
        let wire: Wire<'a> = parse(body, "an answer with retCode and result")?;
        let code = wire.code.ok_or(DecodeError::Missing { field: "retCode" })?;
        Ok(Envelope {
            code: code.0.parse().map_err(|_| UNREADABLE_CODE)?,
            message: wire.message.0,
            result: wire.result.map_or("{}", RawValue::get),
            ext: wire.ext.map_or("{}", RawValue::get),
            time: wire.time.0.parse().ok(),
        })
    }

    /// The `list` of the result.
    ///
    /// # Errors
    /// When the result has none.
    pub fn list(&self) -> Result<List<'a>, DecodeError> {
        List::read(self.result)
    }
}

#[derive(Deserialize)]
struct WireList<'a> {
    #[serde(borrow)]
    list: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "nextPageCursor")]
    next: Text<'a>,
}

/// A page of something.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// The array, as it stands.
    pub items: &'a str,
    /// Cursor of the next page, as it stands (already encoded for a query); `None` on the last.
    pub next: Option<&'a str>,
}

impl<'a> List<'a> {
    pub(crate) fn read(result: &'a str) -> Result<List<'a>, DecodeError> {
        let wire: WireList<'a> = parse(result.as_bytes(), "a result with a list")?;
        let items = wire.list.ok_or(DecodeError::Missing { field: "list" })?.get();
        Ok(List { items, next: (!wire.next.0.is_empty()).then_some(wire.next.0) })
    }
}
