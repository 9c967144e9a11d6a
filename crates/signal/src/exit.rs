//! When a position is over: target, stop, trailing, time. One pure question.

use aurora_model::Nanos;

use crate::facts::ExitReason;
use crate::params::ScalperParams;

/// A position as the exit rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    /// What closing now would gain over the entry price, fees aside.
    pub(crate) gain_bps: f64,
    /// The most it could have gained since the entry.
    pub(crate) best_gain_bps: f64,
    /// How long it has been held.
    pub(crate) held: Nanos,
}

/// Why the position must be closed now; `None` while only its target order rests.
pub(crate) fn due(params: &ScalperParams, holding: &Holding) -> Option<ExitReason> {
    if holding.gain_bps <= -params.stop_bps {
        return Some(ExitReason::Stop);
    }
    if params.target_bps <= holding.gain_bps {
        return Some(ExitReason::Target);
    }
    let given_back = holding.best_gain_bps - holding.gain_bps;
    if params.trail_from_bps <= holding.best_gain_bps && params.trail_bps <= given_back {
        return Some(ExitReason::Trailing);
    }
    (params.max_hold <= holding.held).then_some(ExitReason::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gain_bps: f64, best_gain_bps: f64, held_s: i64, want: Option<ExitReason>) {
        let held = Nanos::from_millis(held_s * 1000);
        let holding = Holding { gain_bps, best_gain_bps, held };
        assert_eq!(due(&ScalperParams::default(), &holding), want, "{holding:?}");
    }

    #[test]
    fn each_reason_at_its_boundary() {
        check(0.0, 0.0, 1, None);
        check(-9.9, 0.0, 1, None);
        check(-10.0, 0.0, 1, Some(ExitReason::Stop));
        check(18.0, 18.0, 1, Some(ExitReason::Target));
        check(2.1, 6.0, 1, None);
        check(2.0, 6.0, 1, Some(ExitReason::Trailing));
        check(0.0, 5.9, 1, None);
        check(0.0, 0.0, 20, Some(ExitReason::Time));
    }

    #[test]
    fn a_stop_speaks_before_the_clock() {
        check(-11.0, 5.0, 60, Some(ExitReason::Stop));
    }
}
