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
