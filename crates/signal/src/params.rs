//! What an operator may set on the scalper, with ranges.

use aurora_model::{Nanos, Notional};
use rust_decimal::Decimal;

use crate::score::{Platt, Weights};

/// Parameters of the scalper. Every field says its default and range.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalperParams {
    /// How features make a score.
    pub weights: Weights,
    /// How a score makes a probability.
    pub calibration: Platt,
    /// Score from which a position is opened, 0..1; default 0.3.
    pub entry_score: f64,
    /// Score under which a resting entry is withdrawn, 0..`entry_score`; default 0.
    pub fade_score: f64,
    /// Expected return a resting entry must promise, in basis points, −100..100; default 1.
    pub min_edge_bps: f64,
    /// Expected return from which an entry takes instead of resting, 0..1000; default 2.5.
    pub take_edge_bps: f64,
    /// Gain aimed for (b), in basis points, above 0..500; default 18.
    pub target_bps: f64,
    /// Loss accepted (a), in basis points, above 0..500; default 10.
    pub stop_bps: f64,
    /// Gain from which the trailing exit watches, 0..500; default 6.
    pub trail_from_bps: f64,
    /// What may be given back from the best, above 0..500; default 4.
    pub trail_bps: f64,
    /// The longest a position is held, 100 ms..1 day; default 20 s.
    pub max_hold: Nanos,
    /// How long a time exit rests at the touch before it takes, 0..1 h; default 3 s.
    pub exit_patience: Nanos,
    /// How far through the touch a taking exit may go, in basis points, 0..100; default 5.
    pub exit_slack_bps: f64,
    /// The longest an entry rests, 100 ms..1 h; default 10 s.
    pub entry_rest: Nanos,
    /// How far the touch may run from a resting order before it is withdrawn, in ticks, 0..1000; default 3.
    pub requote_ticks: i64,
    /// Pause after a position was closed, 0..1 h; default 1 s.
    pub cooldown: Nanos,
    /// Pause between two attempts to place the same kind of order, 0..1 min; default 250 ms.
    pub retry_after: Nanos,
    /// The widest spread to open on, in basis points, above 0..1000; default 5.
    pub max_spread_bps: f64,
    /// What one order is worth, in quote; default 300.
    pub order_notional: Notional,
}

impl Default for ScalperParams {
    fn default() -> ScalperParams {
        ScalperParams {
            weights: Weights::default(),
            calibration: Platt::default(),
            entry_score: 0.3,
            fade_score: 0.0,
            min_edge_bps: 1.0,
            take_edge_bps: 2.5,
            target_bps: 18.0,
            stop_bps: 10.0,
            trail_from_bps: 6.0,
            trail_bps: 4.0,
            max_hold: Nanos::from_millis(20_000),
            exit_patience: Nanos::from_millis(3_000),
            exit_slack_bps: 5.0,
            entry_rest: Nanos::from_millis(10_000),
            requote_ticks: 3,
            cooldown: Nanos::from_millis(1_000),
            retry_after: Nanos::from_millis(250),
            max_spread_bps: 5.0,
            order_notional: Notional::new(Decimal::from(300)),
        }
    }
}
