//! How patient a node is: every span the machine counts in.

use aurora_model::Nanos;
use aurora_planted::{Bug, active};

/// What becomes of the orders the leader before left open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenOrders {
    /// They are canceled first.
    #[default]
    CancelAll,
    /// They stay, and the new leader goes on with them.
    Adopt,
}

/// The spans of one node. All of them are counted on the node's own monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a lease lasts at the store, from the moment the store gave it.
    pub ttl: Nanos,
    /// A leader renews this often.
    pub renew_every: Nanos,
    /// A follower asks for the lease this often; an ask that failed is repeated after so long.
    pub retry_every: Nanos,
    /// An answer later than this counts as none.
    pub answer_within: Nanos,
    /// How much faster the store's clock may run than ours, in parts per million. The leader stops by so much
    /// earlier than its lease says.
    pub clock_rate_ppm: u32,
    /// A lease is given up this long before it can have run out elsewhere: what stopping itself may take.
    pub stop_margin: Nanos,
    /// Two looks at the clock further apart than this: the process was paused.
    pub pause_limit: Nanos,
    /// How long a venue takes a request after it was signed, at the most: its `recvWindow` or `expTime`.
    pub request_life: Nanos,
    /// What venues allow a request to be from the future, and then some.
    pub takeover_slack: Nanos,
    /// A candidate that gets no epoch within this lets the lease go: perhaps another node can reach the signer.
    pub candidate_limit: Nanos,
    /// A drain longer than this is ended by ending the process.
    pub drain_limit: Nanos,
    /// How long a node that was demoted or failed leaves the lease to others.
    pub stand_aside: Nanos,
    /// What becomes of open orders at a takeover.
    pub open_orders: OpenOrders,
    /// Whether a follower takes over by itself; without it only at an operator's word.
    pub auto_takeover: bool,
}

/// Spans that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A span that must be above zero is not.
    #[error("{name} must be above zero")]
    Zero {
        /// Which.
        name: &'static str,
    },
    /// A leader could not renew twice before it has to stop.
    #[error(
        "a lease of {ttl_ms} ms leaves {usable_ms} ms to renew in, two renewals need {needed_ms}: raise `ha.lease_ttl_ms`, or lower `ha.renew_ms`"
    )]
    TooTight {
        /// The lease.
        ttl_ms: i64,
        /// What of it may be used.
        usable_ms: i64,
        /// What is needed.
        needed_ms: i64,
    },
}

impl Default for Settings {
    /// A lease of five seconds, renewed every one and a half.
    fn default() -> Settings {
        Settings {
            ttl: Nanos::from_millis(5_000),
            renew_every: Nanos::from_millis(1_500),
            retry_every: Nanos::from_millis(500),
            answer_within: Nanos::from_millis(1_000),
            clock_rate_ppm: 10_000,
            stop_margin: Nanos::from_millis(500),
            pause_limit: Nanos::from_millis(1_000),
            request_life: Nanos::from_millis(2_000),
            takeover_slack: Nanos::from_millis(1_250),
            candidate_limit: Nanos::from_millis(10_000),
            drain_limit: Nanos::from_millis(10_000),
            stand_aside: Nanos::from_millis(15_000),
            open_orders: OpenOrders::CancelAll,
            auto_takeover: true,
        }
    }
}

impl Settings {
    /// Whether these spans can work together.
    ///
    /// # Errors
    /// [`SettingsError`] names the one to change.
    pub fn check(&self) -> Result<(), SettingsError> {
        let spans = [
            ("ha.lease_ttl_ms", self.ttl),
            ("ha.renew_ms", self.renew_every),
            ("ha.retry_ms", self.retry_every),
            ("ha.answer_ms", self.answer_within),
            ("ha.pause_ms", self.pause_limit),
            ("ha.drain_ms", self.drain_limit),
        ];
        if let Some((name, _)) = spans.into_iter().find(|(_, span)| span.0 <= 0) {
            return Err(SettingsError::Zero { name });
        }
        let (usable, needed) = (self.usable(), self.renew_every * 2);
        if usable < needed {
            let (ttl_ms, usable_ms) = (self.ttl.millis(), usable.millis());
            return Err(SettingsError::TooTight { ttl_ms, usable_ms, needed_ms: needed.millis() });
        }
        Ok(())
    }

    /// How long after asking for it a lease may be acted on: the lease, less what a faster clock at the store
    /// would take off it, less the time stopping takes.
    pub(crate) fn usable(&self) -> Nanos {
        let (ttl, rate) = (i128::from(self.ttl.0), i128::from(self.clock_rate_ppm));
        let lost = (ttl * rate).div_euclid(1_000_000) + 1;
        self.ttl - Nanos(i64::try_from(lost).unwrap_or(i64::MAX)) - self.stop_margin
    }

    /// How long after the signer raised the epoch the last order signed before, so long ago, may still be taken.
    pub(crate) fn quiet_after_raise(&self, signed_ago: Option<Nanos>) -> Nanos {
        if self.request_life.0 <= 0 || active(Bug::TakeoverWithoutWait) {
            return Nanos(0);
        }
        let whole = self.request_life + self.takeover_slack;
        let passed = signed_ago.unwrap_or_default().max(Nanos(0));
        (whole - passed).max(Nanos(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usable_part_of_a_lease_is_shorter_by_clock_rate_and_stopping() {
        let settings = Settings::default();
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(settings.usable(), Nanos(5_000_000_000 - 50_000_001 - 500_000_000));
    }

    #[test]
    fn a_lease_too_short_for_two_renewals_is_refused_with_the_way_out() {
        let tight = Settings { renew_every: Nanos::from_millis(2_400), ..Settings::default() };
        let told = tight.check().unwrap_err().to_string();
        assert_eq!(
            told,
            "a lease of 5000 ms leaves 4449 ms to renew in, two renewals need 4800: raise `ha.lease_ttl_ms`, or lower `ha.renew_ms`"
        );
        let zero = Settings { pause_limit: Nanos(0), ..Settings::default() };
        assert_eq!(zero.check().unwrap_err().to_string(), "ha.pause_ms must be above zero");
    }

    #[test]
    fn the_signer_may_shorten_the_wait_never_lengthen_it() {
        let settings = Settings::default();
        let ms = Nanos::from_millis;
        assert_eq!(settings.quiet_after_raise(None), ms(3_250));
        assert_eq!(settings.quiet_after_raise(Some(ms(0))), ms(3_250));
        assert_eq!(settings.quiet_after_raise(Some(ms(2_100))), ms(1_150));
        assert_eq!(settings.quiet_after_raise(Some(ms(60_000))), ms(0));
        assert_eq!(settings.quiet_after_raise(Some(ms(-5))), ms(3_250));
    }
}
