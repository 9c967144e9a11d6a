//! Answers to our own frames.

use aurora_wire::DecodeError;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answer;
use crate::errors::Refusal;

/// An answer to a frame of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It was done; the number we gave it, where it has one of ours.
    Done(Option<u64>),
    /// It was not.
    Refused(Option<u64>, Refusal),
    /// The frame is no answer.
    None,
}

/// Reads `{"result":null,"id":1}`, `{"error":{…},"id":1}` or `{"code":2,"msg":…}`.
///
/// # Errors
/// When the frame is cut off or mangled.
pub fn reply(frame: &[u8]) -> Result<Reply, DecodeError> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        id: Option<&'a RawValue>,
        #[serde(borrow, default)]
        result: Option<&'a RawValue>,
        error: Option<Refusal>,
        code: Option<i64>,
        msg: Option<String>,
    }
    if frame.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        super::whole(frame)?;
        return Ok(Reply::None);
    }
    let wire: Wire<'_> = answer::read(frame)?;
    let id = wire.id.and_then(|id| id.get().parse().ok());
    Ok(match (wire.error, wire.code) {
        (Some(refusal), _) => Reply::Refused(id, refusal),
        (None, Some(code)) => {
            Reply::Refused(id, Refusal { code, msg: wire.msg.unwrap_or_default() })
        }
        (None, None) if wire.id.is_some() || wire.result.is_some() => Reply::Done(id),
        (None, None) => Reply::None,
    })
}

/// What a `result` holds: an answer of the order socket, to be read as the REST answer of the same name.
///
/// # Errors
/// When the frame is cut off, mangled, or holds no result.
pub fn result(frame: &[u8]) -> Result<&[u8], DecodeError> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow)]
        result: &'a RawValue,
    }
    answer::read::<Wire<'_>>(frame).map(|wire| wire.result.get().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_told_from_an_event() {
        let read = |text: &str| reply(text.as_bytes()).unwrap();
        assert_eq!(read(r#"{"result":null,"id":1}"#), Reply::Done(Some(1)));
        assert_eq!(read(r#"{"result":["a"],"id":"x"}"#), Reply::Done(None));
        let refused = Reply::Refused(Some(3), Refusal { code: 2, msg: "bad".into() });
        assert_eq!(read(r#"{"error":{"code":2,"msg":"bad"},"id":3}"#), refused);
        assert!(matches!(read(r#"{"code":2,"msg":"Invalid request"}"#), Reply::Refused(None, _)));
        assert_eq!(read(r#"{"e":"depthUpdate"}"#), Reply::None);
        assert_eq!(read("[1]"), Reply::None);
    }
}
