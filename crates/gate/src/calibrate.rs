//! P(target) from the signal: isotonic regression when fitted, Platt otherwise.
//!
//! The fit is pool-adjacent-violators (Ayer et al. 1955; Zadrozny & Elkan 2002): the closest
//! non-decreasing step function to the outcomes in least squares. Between the middles of two steps the
//! prediction is interpolated linearly, beyond the ends it is constant. The conformal interval is the
//! split form of Vovk et al. with the absolute residual as score.

/// What `aurora gate calibrate` stores. Plain data: any format can carry it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibrator {
    /// Counts up with each fit that replaced another; zero for the Platt fallback.
    pub version: u32,
    /// How many pairs it was fitted from.
    pub samples: usize,
    /// Mean squared error on those pairs, before calibration (Platt).
    pub brier_before: f64,
    /// Mean squared error on those pairs, after.
    pub brier_after: f64,
    /// Scores in ascending order; empty means not fitted.
    pub xs: Vec<f64>,
    /// P(target) at each score, never falling, each within 0 and 1.
    pub ys: Vec<f64>,
    /// Half-width of the 90 % conformal interval of P(target); `None` when not fitted.
    pub icp_half_width: Option<f64>,
}

/// Why pairs make no calibrator, or data is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrateError {
    /// Fewer than two distinct scores.
    #[error("{samples} pairs with {distinct} distinct scores: give at least 2 distinct scores")]
    TooFew {
        /// Pairs given.
        samples: usize,
        /// Distinct scores among them.
        distinct: usize,
    },
    /// A score is NaN or infinite.
    #[error("score number {index} is not finite: remove the line or correct it")]
    NotFinite {
        /// Counted from one.
        index: usize,
    },
    /// The stored curve is not one.
    #[error("calibrator: {0}: fit it again with `aurora gate calibrate`")]
    Damaged(&'static str),
}
