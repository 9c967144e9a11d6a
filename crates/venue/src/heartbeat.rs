//! The last resort of a venue that has gone silent: cancel everything while there still is a way.

use aurora_model::Nanos;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatConfig {
    /// No market data for so long means that the market side is lost.
    pub market: Nanos,
    /// No working private connection for so long means that the account side is lost.
    pub account: Nanos,
    /// Whether a loss cancels every open order.
    pub cancels: bool,
}

impl Default for HeartbeatConfig {
    fn default() -> HeartbeatConfig {
        let n = Nanos::from_millis(1_500);
        HeartbeatConfig { market: n, account: n, cancels: true }
    }
}

/// Which side went silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heart {
    /// Market data of every view.
    Market,
    /// The private connection.
    Account,
}

/// Watches both sides. It fires once per silence, and again only after the side was well.
#[derive(Debug)]
pub struct Heartbeat {
    config: HeartbeatConfig,
    market_heard: Option<Nanos>,
    account_down: Option<Nanos>,
    missed: [bool; 2],
    misses: u64,
}

impl Heartbeat {
    /// A watch over a venue that has not spoken yet; it begins when the venue first does.
    pub fn new(config: HeartbeatConfig) -> Heartbeat {
        Heartbeat { config, market_heard: None, account_down: None, missed: [false; 2], misses: 0 }
    }

    /// Market data came.
    pub fn market(&mut self, at: Nanos) {
        self.market_heard = Some(at);
        self.missed[0] = false;
    }

    /// The private side works.
    pub fn account_up(&mut self) {
        self.account_down = None;
        self.missed[1] = false;
    }

    /// The private side is gone.
    pub fn account_down(&mut self, at: Nanos) {
        self.account_down.get_or_insert(at);
    }

    /// Which side has been silent for too long, and for how long; told once.
    pub fn missed(&mut self, at: Nanos) -> Option<(Heart, Nanos)> {
        let sides = [
            (Heart::Market, self.market_heard, self.config.market),
            (Heart::Account, self.account_down, self.config.account),
        ];
        for (place, (heart, since, most)) in sides.into_iter().enumerate() {
            let Some(since) = since.filter(|since| most <= at - *since) else { continue };
            if !self.missed[place] {
                self.missed[place] = true;
                self.misses += 1;
                return Some((heart, at - since));
            }
        }
        None
    }

    /// Whether a miss cancels every open order.
    pub const fn cancels(&self) -> bool {
        self.config.cancels
    }

    /// A side is silent right now.
    pub fn is_missing(&self) -> bool {
        self.missed.contains(&true)
    }

    /// `hb_miss_total`
    pub const fn misses(&self) -> u64 {
        self.misses
    }

    /// When [`Heartbeat::missed`] may have something; `Nanos(i64::MAX)` for never.
    pub fn wake_at(&self) -> Nanos {
        let market =
            self.market_heard.filter(|_| !self.missed[0]).map(|at| at + self.config.market);
        let account =
            self.account_down.filter(|_| !self.missed[1]).map(|at| at + self.config.account);
        market.into_iter().chain(account).min().unwrap_or(Nanos(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: i64) -> Nanos {
        Nanos::from_millis(millis)
    }

    // Controls: C18
    #[test]
    fn a_silence_is_told_once_and_again_only_after_the_side_was_well() {
        let mut heart = Heartbeat::new(HeartbeatConfig::default());
        assert_eq!((heart.missed(ms(9_000)), heart.wake_at()), (None, Nanos(i64::MAX)));
        heart.market(ms(9_000));
        assert_eq!(heart.wake_at(), ms(10_500));
        assert_eq!(heart.missed(ms(10_499)), None);
        assert_eq!(heart.missed(ms(10_500)), Some((Heart::Market, ms(1_500))));
        assert_eq!((heart.missed(ms(11_000)), heart.is_missing()), (None, true));
        heart.market(ms(12_000));
        assert_eq!(heart.missed(ms(13_500)), Some((Heart::Market, ms(1_500))));
        assert_eq!(heart.misses(), 2);
    }

    #[test]
    fn a_private_connection_that_returns_in_time_is_no_miss() {
        let mut heart = Heartbeat::new(HeartbeatConfig::default());
        heart.account_down(ms(0));
        heart.account_down(ms(1_000));
        assert_eq!(heart.missed(ms(1_499)), None);
        heart.account_up();
        assert_eq!(heart.missed(ms(5_000)), None);
        heart.account_down(ms(6_000));
        assert_eq!(heart.missed(ms(7_500)), Some((Heart::Account, ms(1_500))));
    }
}
