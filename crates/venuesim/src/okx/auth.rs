//! Who is asking: the four headers of a REST request, the arguments of a WebSocket login.

use aurora_model::Nanos;
use aurora_wire::Hmac;

use super::ask::Text;
use super::code::{Answer, Refusal};
use serde::Deserialize;

/// How far a request's time may be from the venue's.
const WINDOW: Nanos = Nanos(30 * Nanos::SECOND.0);

/// What the venue knows of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) secret: &'a str,
    pub(crate) passphrase: &'a str,
}

/// What a REST request is signed over, and with what.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signed<'a> {
    pub(crate) key: &'a str,
    pub(crate) sign: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) passphrase: &'a str,
    pub(crate) method: &'a str,
    /// Path and query exactly as sent.
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
}

impl Signed<'_> {
    /// Checks what needs no key: every header is there and the time is near.
    pub(crate) fn check_form(&self, now: Nanos) -> Answer<()> {
        for (value, code) in [
            (self.key, 50103),
            (self.passphrase, 50104),
            (self.sign, 50106),
            (self.timestamp, 50107),
        ] {
            if value.is_empty() {
                return Err(Refusal::of(code));
            }
        }
        let at: jiff::Timestamp = self.timestamp.parse().map_err(|_| Refusal::of(50112))?;
        near(Nanos::from_millis(at.as_millisecond()), now).then_some(()).ok_or(Refusal::of(50102))
    }

    /// Checks passphrase and signature against what the venue knows of the key.
    pub(crate) fn check_key(&self, known: Option<Known<'_>>) -> Answer<()> {
        let known = known.ok_or(Refusal::of(50111))?;
        if self.passphrase != known.passphrase {
            return Err(Refusal::of(50105));
        }
        let parts =
            [self.timestamp.as_bytes(), self.method.as_bytes(), self.target.as_bytes(), self.body];
        let right = Hmac::new(known.secret.as_bytes()).base64(&parts);
        (right == self.sign).then_some(()).ok_or(Refusal::of(50113))
    }
}

/// The arguments of `{"op":"login"}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Login<'a> {
    #[serde(borrow)]
    pub(crate) api_key: Text<'a>,
    pub(crate) passphrase: Text<'a>,
    /// Unix seconds.
    pub(crate) timestamp: Text<'a>,
    pub(crate) sign: Text<'a>,
}

impl Login<'_> {
    /// Checks that the time is near and the key is ours.
    pub(crate) fn check(&self, now: Nanos, known: Option<Known<'_>>) -> Answer<()> {
        let seconds: i64 = self.timestamp.parse().map_err(|_| Refusal::of(60004))?;
        if !near(Nanos::SECOND * seconds, now) {
            return Err(Refusal::of(60006));
        }
        let known = known.ok_or(Refusal::of(60005))?;
        if *self.passphrase != *known.passphrase {
            return Err(Refusal::of(60024));
        }
        let parts = [self.timestamp.as_bytes(), b"GET", b"/users/self/verify"];
        let right = Hmac::new(known.secret.as_bytes()).base64(&parts);
        (right == *self.sign).then_some(()).ok_or(Refusal::of(60007))
    }
}

fn near(at: Nanos, now: Nanos) -> bool {
    (at - now).0.saturating_abs() <= WINDOW.0
}
