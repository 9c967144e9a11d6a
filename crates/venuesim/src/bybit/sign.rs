//! Who is asking: the headers of a REST request and the arguments of a socket's `auth`.

use aurora_matching::exchange::AccountNo;
use aurora_wire::Hmac;

use super::code::{API_KEY, NO_API_KEY, Refusal};
use crate::account::Account;

/// How far ahead of the server a time stamp may be.
const AHEAD_MS: i64 = 1_000;
/// The window when a request names none.
const RECV_WINDOW_MS: i64 = 5_000;
/// The longest window a request may ask for.
const LONGEST_WINDOW_MS: i64 = 60_000;

/// The X-BAPI headers of one request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Credentials<'a> {
    pub(super) key: &'a str,
    pub(super) timestamp: &'a str,
    pub(super) recv_window: &'a str,
    pub(super) signature: &'a str,
}

impl Credentials<'_> {
    /// Checks the time, then the signature over the query string or body as sent. `known` is the key, if there is
    /// such a key.
    pub(super) fn check(
        &self,
        known: Option<&Account>,
        payload: &[u8],
        now_ms: i64,
    ) -> Result<AccountNo, Refusal> {
        if self.key.is_empty() || self.timestamp.is_empty() || self.signature.is_empty() {
            return Err(NO_API_KEY);
        }
        let known = known.ok_or(API_KEY)?;
        fresh(self.timestamp, self.recv_window, now_ms)?;
        let parts = [self.timestamp, self.key, self.recv_window].map(str::as_bytes);
        if known.hmac.verify(&[parts[0], parts[1], parts[2], payload], self.signature) {
            return Ok(known.no);
        }
        let payload = String::from_utf8_lossy(payload);
        let (timestamp, key, window) = (self.timestamp, self.key, self.recv_window);
        let origin = format!("error sign! origin_string[{timestamp}{key}{window}{payload}]");
        Err(Refusal::told(10_004, origin))
    }
}

/// Whether `server - window <= timestamp < server + 1000`, in milliseconds; 10002 otherwise.
pub(super) fn fresh(timestamp: &str, recv_window: &str, now_ms: i64) -> Result<(), Refusal> {
    let unreadable = |name: &str| Refusal::params(format!("{name} must be milliseconds"));
    let sent: i64 = timestamp.parse().map_err(|_| unreadable("X-BAPI-TIMESTAMP"))?;
    let window = match recv_window {
        "" => RECV_WINDOW_MS,
        text => text.parse::<i64>().map_err(|_| unreadable("X-BAPI-RECV-WINDOW"))?,
    };
    let window = window.clamp(0, LONGEST_WINDOW_MS);
    if now_ms - window <= sent && sent < now_ms + AHEAD_MS {
        return Ok(());
    }
    Err(out_of_window(sent, now_ms, window))
}

/// 10002, with the times it was judged by.
pub(super) fn out_of_window(sent: i64, now_ms: i64, window: i64) -> Refusal {
    Refusal::told(
        10_002,
        format!(
            "invalid request, please check your server timestamp or recv_window param. \
             req_timestamp[{sent}],server_timestamp[{now_ms}],recv_window[{window}]"
        ),
    )
}

/// Checks a socket's `auth`: the signature of `GET/realtime` and when it ends.
pub(super) fn check_socket(
    secret: Option<&Hmac>,
    expires: &str,
    signature: &str,
    now_ms: i64,
) -> Result<(), Refusal> {
    let secret = secret.ok_or(API_KEY)?;
    let until: i64 =
        expires.parse().map_err(|_| Refusal::params("expires must be milliseconds"))?;
    if !secret.verify(&[b"GET/realtime", expires.as_bytes()], signature) {
        return Err(Refusal::new(
            10_004,
            "Error sign, please check your signature generation algorithm.",
        ));
    }
    if until <= now_ms {
        return Err(Refusal::new(10_002, "The request time exceeds the time window range."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use aurora_testkit::shared;
    use serde_json::Value;

    use super::*;
    use crate::account::Accounts;

    /// Everything recorded of real clients; `None` where the shared data is missing.
    fn captures() -> Option<Vec<Value>> {
        let files = shared::json_files("venues/samples/bybit")?.into_iter();
        let captures = files.filter(|(name, _)| name.starts_with("capture_"));
        Some(captures.map(|(_, text)| serde_json::from_str(&text).unwrap()).collect())
    }

    #[test]
    fn requests_of_real_clients_are_accepted_and_a_wrong_secret_is_not() {
        let Some(captures) = captures() else { return };
        let accounts = Accounts::standard(1);
        let mut judged = (0, 0);
        for capture in captures {
            let header = |name: &str| capture["headers"][name].as_str().unwrap_or_default();
            let Some(valid) = capture["signature_valid"].as_bool() else { continue };
            let credentials = Credentials {
                key: header("X-BAPI-API-KEY"),
                timestamp: header("X-BAPI-TIMESTAMP"),
                recv_window: header("X-BAPI-RECV-WINDOW"),
                signature: header("X-BAPI-SIGN"),
            };
            let (target, body) =
                (capture["target"].as_str().unwrap(), capture["body"].as_str().unwrap());
            let query = target.split_once('?').map_or("", |(_, query)| query);
            let payload = if capture["method"] == "GET" { query } else { body };
            let now = credentials.timestamp.parse().unwrap();
            let known = accounts.by_key(credentials.key);
            let checked = credentials.check(known, payload.as_bytes(), now);
            match valid {
                true => assert_eq!(checked, Ok(AccountNo(1)), "{}", capture["name"]),
                false => assert_eq!(checked.unwrap_err().code, 10_004, "{}", capture["name"]),
            }
            judged = if valid { (judged.0 + 1, judged.1) } else { (judged.0, judged.1 + 1) };
        }
        assert!(10 <= judged.0 && 1 <= judged.1, "{judged:?}");
    }

    #[test]
    fn sockets_of_real_clients_are_let_in() {
        let Some(captures) = captures() else { return };
        let accounts = Accounts::standard(1);
        let mut judged = 0;
        for capture in captures {
            let Some(frame) = capture["frame"].as_str() else { continue };
            let frame: Value = serde_json::from_str(frame).unwrap();
            if frame["op"] != "auth" {
                continue;
            }
            let text = |at: usize| match &frame["args"][at] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let known = accounts.by_key(&text(0)).map(|known| &known.hmac);
            let until: i64 = text(1).parse().unwrap();
            assert_eq!(check_socket(known, &text(1), &text(2), until - 1), Ok(()));
            assert_eq!(check_socket(known, &text(1), &text(2), until).unwrap_err().code, 10_002);
            assert_eq!(check_socket(known, &text(1), "00", until - 1).unwrap_err().code, 10_004);
            judged += 1;
        }
        assert!(2 <= judged);
    }

    #[test]
    fn the_worked_examples_sign_as_written() {
        let vectors = shared::text("venues/samples/bybit/signature_vectors.json");
        let Some(vectors) = vectors else { return };
        let vectors: Vec<Value> = serde_json::from_str(&vectors).unwrap();
        for vector in vectors {
            let hmac = Hmac::new(vector["secret"].as_str().unwrap().as_bytes());
            let payload = vector["payload"].as_str().unwrap();
            assert_eq!(hmac.hex(&[payload.as_bytes()]), vector["signature"].as_str().unwrap());
        }
    }

    #[test]
    fn a_time_stamp_may_be_old_within_the_window_and_hardly_early() {
        let code = |sent: &str, window: &str| fresh(sent, window, 100_000).map_err(|no| no.code);
        assert_eq!(code("95000", "5000"), Ok(()));
        assert_eq!(code("94999", "5000"), Err(10_002));
        assert_eq!(code("94999", "60000"), Ok(()));
        assert_eq!(code("100999", "5000"), Ok(()));
        assert_eq!(code("101000", "60000"), Err(10_002));
        assert_eq!(code("soon", "5000"), Err(10_001));
    }

    #[test]
    fn missing_headers_and_unknown_keys_are_told_apart() {
        let nothing = Credentials::default();
        assert_eq!(nothing.check(None, b"", 0).unwrap_err().code, 10_001);
        let stranger = Credentials { key: "nobody", timestamp: "0", signature: "00", ..nothing };
        assert_eq!(stranger.check(None, b"", 0).unwrap_err().code, 10_003);
    }
}
