//! Answers to what we sent: logins, subscriptions, pongs, and the trade socket.

use aurora_wire::DecodeError;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::rest::{self, Text};

/// An answer to a request on the trade socket.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// The number of our request.
    pub req_id: u64,
    /// Zero when taken.
    pub code: i64,
    /// The venue's words.
    pub message: &'a str,
    /// What REST calls `result`.
    pub data: Option<&'a str>,
    /// What REST calls `retExtInfo`.
    pub ext: Option<&'a str>,
}

/// A frame without a topic.
#[derive(Clone, Copy, Debug)]
pub enum Control<'a> {
    /// The connection is logged in, or is not: code (zero where none is told) and words.
    Login(Result<(), (i64, &'a str)>),
    /// The topics of our request of that number are subscribed, or are not.
    Subscribed(u64, Result<(), &'a str>),
    /// The answer to a ping.
    Pong,
    /// An answer on the trade socket.
    Trade(Reply<'a>),
    /// Something was refused that names nothing we sent.
    Refused(&'a str),
    /// Nothing to act on.
    Other,
}

/// Both spellings side by side: `ret_msg` on market and private sockets, `retMsg` on the trade socket.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    op: Text<'a>,
    success: Option<bool>,
    #[serde(borrow, default)]
    ret_msg: Text<'a>,
    #[serde(borrow, default, rename = "retCode")]
    ret_code: Text<'a>,
    #[serde(borrow, default, rename = "retMsg")]
    message: Text<'a>,
    #[serde(borrow, default, rename = "reqId", alias = "req_id")]
    req_id: Text<'a>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow, rename = "retExtInfo")]
    ext: Option<&'a RawValue>,
}

impl<'a> Control<'a> {
    /// Reads a frame without a topic.
    ///
    /// # Errors
    /// When it is cut off or mangled.
    pub fn read(frame: &'a [u8]) -> Result<Control<'a>, DecodeError> {
        let wire: Wire<'a> = rest::parse(frame, "an answer of the venue")?;
        let code = match wire.ret_code.0 {
            "" => None,
            text => Some(text.parse::<i64>().map_err(|_| rest::UNREADABLE_CODE)?),
        };
        let words = if wire.message.0.is_empty() { wire.ret_msg.0 } else { wire.message.0 };
        // What names neither success nor code is a request echoed back, not an answer.
        let succeeded = match (wire.success, code) {
            (Some(success), _) => success,
            (None, Some(code)) => code == 0,
            (None, None) if matches!(wire.op.0, "ping" | "pong") => true,
            (None, None) => return Ok(Control::Other),
        };
        let req_id = wire.req_id.0.parse().unwrap_or(0);
        Ok(match wire.op.0 {
            "auth" if succeeded => Control::Login(Ok(())),
            "auth" => Control::Login(Err((code.unwrap_or(0), words))),
            "subscribe" if succeeded => Control::Subscribed(req_id, Ok(())),
            "subscribe" => Control::Subscribed(req_id, Err(words)),
            "ping" | "pong" => Control::Pong,
            op if op.starts_with("order.") => Control::Trade(Reply {
                req_id,
                code: code.ok_or(DecodeError::Missing { field: "retCode" })?,
                message: words,
                data: wire.data.map(RawValue::get),
                ext: wire.ext.map(RawValue::get),
            }),
            _ if wire.success == Some(false) || code.is_some_and(|code| code != 0) => {
                Control::Refused(words)
            }
            _ => Control::Other,
        })
    }
}
