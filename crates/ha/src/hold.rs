//! How long a lease may be acted on, counted on our own clock.
//!
//! The store counts from when it gave the lease, which is not before we asked. So `asked + usable` is not
//! after the end of the lease as the store sees it, whatever the answer took, as long as the store's clock runs
//! at most the allowed rate faster than ours.

use aurora_model::Nanos;

use crate::settings::Settings;
use crate::words::Token;

/// A lease in our hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which grant; a later one is greater.
    pub token: Token,
    /// From this moment on it may not be acted on.
    pub until: Nanos,
}

impl Hold {
    /// A lease that was asked for at that moment.
    pub(crate) fn asked_at(asked: Nanos, token: Token, settings: &Settings) -> Hold {
        Hold { token, until: asked + settings.usable() }
    }

    /// Whether it may be acted on.
    pub const fn is_good(&self, now: Nanos) -> bool {
        now.0 < self.until.0
    }
}
