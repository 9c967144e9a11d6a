//! The listen key of the private stream: an hour's life, renewed at half of it.

use aurora_model::Nanos;
use aurora_wire::{BackOff, Endpoints, Note, Output};

use super::{AccountSession, Answered, Asked};
use crate::answer;
use crate::encode;
use crate::line::NEVER;

const KEEP_EVERY: Nanos = Nanos(1_800 * 1_000_000_000);
const KEEP_AGAIN: Nanos = Nanos(60 * 1_000_000_000);
const RETRY: BackOff = BackOff { first: Nanos::SECOND, longest: Nanos::from_millis(30_000) };
/// The code for a key that is no longer known.
const DEAD: i64 = -1125;

#[derive(Clone, Debug)]
pub(super) struct Key {
    text: String,
    keep_at: Nanos,
    failures: u32,
}

impl Default for Key {
    fn default() -> Key {
        Key { text: String::new(), keep_at: NEVER, failures: 0 }
    }
}

impl Key {
    pub(super) fn is_due(&self, at: Nanos) -> bool {
        self.keep_at <= at
    }

    pub(super) const fn asked(&mut self) {
        self.keep_at = NEVER;
    }

    pub(super) const fn wake_at(&self) -> Nanos {
        self.keep_at
    }

    pub(super) fn url(&self, endpoints: &Endpoints) -> String {
        format!("{}/private/ws?listenKey={}", endpoints.private, self.text)
    }

    fn retry_after(&mut self) -> Nanos {
        self.failures = self.failures.saturating_add(1);
        RETRY.after(self.failures)
    }
}

impl AccountSession {
    /// Asks for a key unless that is under way already.
    pub(super) fn renew_key(&mut self, out: &mut Output) {
        let mut waiting = self.calls.values().chain(self.later.iter().map(|(_, asked, _)| asked));
        if !waiting.any(|asked| matches!(asked, Asked::NewKey)) {
            self.key.keep_at = NEVER;
            self.call(encode::new_listen_key(), Asked::NewKey, out);
        }
    }

    pub(super) fn new_key(&mut self, at: Nanos, answered: Answered<'_>, out: &mut Output) {
        let key = answered
            .body()
            .and_then(|body| answer::listen_key(body).map_err(|error| error.to_string()));
        match key {
            Ok(text) => {
                let is_another = self.key.text != text;
                self.key = Key { text, keep_at: at + KEEP_EVERY, failures: 0 };
                if is_another {
                    // Whatever hangs on the old key hears nothing any more.
                    self.line.drop_all(out);
                }
                self.line.open(self.key.url(&self.endpoints), out);
            }
            Err(why) => {
                out.notes.push(Note::Unreadable(format!("no listen key: {why}")));
                let again = at + self.key.retry_after();
                self.later.push((again, Asked::NewKey, encode::new_listen_key()));
            }
        }
    }

    pub(super) fn kept_key(&mut self, at: Nanos, answered: Answered<'_>, out: &mut Output) {
        match answered {
            Answered::Done(_) => self.key.keep_at = at + KEEP_EVERY,
            Answered::Refused(_, refusal) if refusal.code == DEAD => self.key_expired(out),
            other => {
                let why = other.body().err().unwrap_or_default();
                out.notes.push(Note::Unreadable(format!("listen key not kept: {why}")));
                self.key.keep_at = at + KEEP_AGAIN;
            }
        }
    }

    /// The stream is deaf: a new key, and with it a new stream.
    pub(super) fn key_expired(&mut self, out: &mut Output) {
        self.key.text.clear();
        self.line.drop_all(out);
        self.renew_key(out);
    }
}
