//! The profit curve since start, thinned as it grows.

use std::sync::Arc;

use aurora_ledger::Pnl;
use aurora_model::Nanos;

use super::show;

const POINTS: usize = 2_000;

/// `[t_ms, net, drawdown]`, evenly thinned: when full, every second point goes.
#[derive(Debug, Default)]
pub(crate) struct Curve {
    points: Arc<Vec<(f64, f64, f64)>>,
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
        // The console keeps the curve as it was.
        let points = Arc::make_mut(&mut self.points);
        if points.len() == POINTS {
            let mut keep = false;
            points.retain(|_| {
                keep = !keep;
                keep
            });
            self.every *= 2;
        }
        points.push((show::millis(at), pnl.net.to_f64(), -pnl.drawdown.to_f64()));
    }

    pub(crate) fn points(&self) -> Arc<Vec<(f64, f64, f64)>> {
        Arc::clone(&self.points)
    }
}
