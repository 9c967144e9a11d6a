//! How long to wait before the next attempt.

use aurora_model::Nanos;

/// Waits that double with each failure in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    /// After the first failure.
    pub first: Nanos,
    /// Never longer.
    pub longest: Nanos,
}

impl BackOff {
    /// Before a session opens a connection again; the transport adds its jitter.
    pub const CONNECT: BackOff =
        BackOff { first: Nanos::from_millis(250), longest: Nanos::from_millis(30_000) };

    /// The wait after so many failures in a row; none before the first.
    pub fn after(self, failures: u32) -> Nanos {
        let Some(doublings) = failures.checked_sub(1) else { return Nanos(0) };
        let doubled = self.first.0.saturating_mul(1 << doublings.min(30));
        Nanos(doubled.min(self.longest.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_half_a_minute() {
        let waits: Vec<i64> = (0..10).map(|n| BackOff::CONNECT.after(n).millis()).collect();
        assert_eq!(waits, [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        assert_eq!(BackOff::CONNECT.after(u32::MAX), BackOff::CONNECT.longest);
    }
}
