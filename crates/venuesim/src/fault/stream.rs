//! Faults of what is pushed to sockets.

use aurora_model::Nanos;

use super::armed::Armed;
use super::request::Spoil;
use super::rule::What;

/// What goes wrong with pushed frames. Empty most of the time, and then it costs nothing.
#[derive(Debug, Default)]
pub(crate) struct StreamFaults {
    pub(crate) rules: Vec<Armed>,
}

/// What becomes of one pushed frame on one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Send,
    Skip,
    Twice,
    /// After the next one.
    Later,
    Disconnect,
    HalfOpen,
    Spoil(Spoil),
}

impl StreamFaults {
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What the rules make of a frame of that channel: the first that strikes wins.
    pub(crate) fn judge(&mut self, now: Nanos, topic: &str, is_snapshot: bool) -> Fate {
        for armed in &mut self.rules {
            let spoils = matches!(armed.rule.what, What::CorruptSnapshot { .. });
            // A snapshot that opens a channel, or whatever the rule names.
            let has_kind = is_snapshot || !spoils || armed.rule.place.topic.is_some();
            if !has_kind || !armed.rule.place.is_about_topic(topic) || !armed.strikes(now) {
                continue;
            }
            return match armed.rule.what {
                What::Gap => Fate::Skip,
                What::Duplicate => Fate::Twice,
                What::Reorder => Fate::Later,
                What::Disconnect => Fate::Disconnect,
                What::HalfOpen => Fate::HalfOpen,
                What::CorruptSnapshot { truncated: true } => Fate::Spoil(Spoil::Truncated),
                What::CorruptSnapshot { truncated: false } => Fate::Spoil(Spoil::Crossed),
                _ => continue,
            };
        }
        Fate::Send
    }
}
