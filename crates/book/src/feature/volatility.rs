//! Short-horizon volatility of the mid.

use aurora_model::{Bps, Nanos};

use crate::feature::window::Window;

/// How often the mid is sampled: coarse enough that one flicker of the touch is not volatility.
const STEP: Nanos = Nanos(100_000_000);

/// Realized volatility over a window.
///
/// `σ = sqrt(Σ r² / T)`, r the log return of the mid from one 100 ms sample to the next and T the
/// window in seconds: the standard deviation of a one-second return, without drift. Andersen and
/// Bollerslev (1998), "Answering the skeptics".
#[derive(Clone, Debug)]
pub(crate) struct Volatility {
    span: Nanos,
    squares: Window<f64>,
    first_at: Option<Nanos>,
    next_at: Nanos,
    sampled: f64,
}

impl Volatility {
    pub(crate) fn new(span: Nanos) -> Volatility {
        let squares = Window::new(span);
        Volatility { span, squares, first_at: None, next_at: Nanos(0), sampled: 0.0 }
    }

    pub(crate) fn on_mid(&mut self, at: Nanos, mid: f64) {
        if at < self.next_at || mid <= 0.0 {
            return;
        }
        if self.first_at.is_some() {
            let log_return = (mid / self.sampled).ln();
            self.squares.add(at, log_return * log_return);
        } else {
            self.first_at = Some(at);
        }
        self.sampled = mid;
        self.next_at = at + STEP;
    }

    /// Of a one-second return; zero until two samples are there.
    pub(crate) fn bps(&self, now: Nanos) -> Bps {
        let Some(first_at) = self.first_at else { return Bps(0.0) };
        let seconds = (now - first_at).min(self.span).max(STEP).seconds();
        Bps((self.squares.sum(now) / seconds).sqrt() * 1e4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mid_that_steps_one_bp_ten_times_a_second_has_a_volatility_of_root_ten() {
        let mut volatility = Volatility::new(Nanos(10_000_000_000));
        for n in 0..300 {
            let mid = if n % 2 == 0 { 100_000.0 } else { 100_010.0 };
            volatility.on_mid(Nanos(n * 100_000_000), mid);
            volatility.on_mid(Nanos(n * 100_000_000 + 1), 1.0);
        }
        let sigma = volatility.bps(Nanos(29_999_999_999)).0;
        assert!((sigma - 10_f64.sqrt()).abs() < 0.01, "{sigma}");
    }

    #[test]
    fn before_the_second_sample_there_is_none() {
        let mut volatility = Volatility::new(Nanos::SECOND);
        assert!(volatility.bps(Nanos(5)).0.abs() < 1e-12);
        volatility.on_mid(Nanos(5), 100.0);
        assert!(volatility.bps(Nanos(6)).0.abs() < 1e-12);
    }
}
