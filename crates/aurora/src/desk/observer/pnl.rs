//! The profit curve since start, thinned as it grows.

use aurora_ledger::Pnl;
use aurora_model::Nanos;

use super::show;

const POINTS: usize = 2_000;

/// `[t_ms, net, drawdown]`, evenly thinned: when full, every second point goes.
#[derive(Debug, Default)]
pub(crate) struct Curve {
    points: Vec<(f64, f64, f64)>,
    every: i64,
    next_at: i64,
}

impl Curve {
    pub(crate) fn point(&mut self, at: Nanos, pnl: &Pnl) {
        if at.0 < self.next_at {
            return;
        }
        self.every = self.every.max(250_000_000);
        self.next_at = at.0 + self.every;
        if self.points.len() == POINTS {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
            self.every *= 2;
        }
        self.points.push((show::millis(at), pnl.net.to_f64(), -pnl.drawdown.to_f64()));
    }

    pub(crate) fn points(&self) -> Vec<(f64, f64, f64)> {
        self.points.clone()
    }
}
