//! P(target) from the signal: isotonic regression when fitted, Platt `σ(2·score)` otherwise.
//!
//! The fit is pool-adjacent-violators (Ayer et al. 1955; Zadrozny & Elkan 2002): the non-decreasing
//! curve closest to the outcomes in least squares. Between two scores of the fit the prediction is
//! interpolated linearly, beyond its ends it stays constant. The conformal half-width is the 90 %
//! quantile of the absolute residuals, each taken from a fit that did not see its fold (Vovk 2015).

use crate::trap::sigmoid;

/// Folds the conformal residuals are taken over.
const FOLDS: usize = 5;
/// Share of outcomes the conformal interval is meant to cover.
const COVERAGE: f64 = 0.9;

/// A fitted curve with where it came from. Plain data: any format can carry it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibrator {
    /// Counts up with each fit that replaces another; zero for the Platt fallback.
    pub version: u32,
    /// How many pairs it was fitted from.
    pub samples: usize,
    /// Mean squared error of the Platt fallback on those pairs.
    pub brier_before: f64,
    /// Mean squared error of the fit on those pairs.
    pub brier_after: f64,
    /// Scores in ascending order; empty means not fitted.
    pub xs: Vec<f64>,
    /// P(target) at each score, never falling, each within 0 and 1.
    pub ys: Vec<f64>,
    /// Half-width of the 90 % conformal interval of P(target); `None` with too few pairs.
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

impl Calibrator {
    /// Fits scores (clipped to −1..1) to whether the target was reached.
    ///
    /// # Errors
    /// When a score is not finite, or there are fewer than two distinct scores.
    pub fn fit(pairs: &[(f64, bool)]) -> Result<Calibrator, CalibrateError> {
        if let Some(at) = pairs.iter().position(|(score, _)| !score.is_finite()) {
            return Err(CalibrateError::NotFinite { index: at + 1 });
        }
        let mut sorted: Vec<(f64, f64)> =
            pairs.iter().map(|(score, hit)| (clip(*score), f64::from(u8::from(*hit)))).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (xs, ys) = curve(&sorted);
        if xs.len() < 2 {
            return Err(CalibrateError::TooFew { samples: pairs.len(), distinct: xs.len() });
        }
        let platt = Calibrator::default();
        let mut fitted = Calibrator { version: 1, samples: pairs.len(), xs, ys, ..platt.clone() };
        fitted.brier_before = platt.brier(&sorted);
        fitted.brier_after = fitted.brier(&sorted);
        fitted.icp_half_width = conformal_half_width(&sorted);
        Ok(fitted)
    }

    /// Checks data read from outside.
    ///
    /// # Errors
    /// When scores do not rise, probabilities fall or leave 0..1, or their counts differ.
    pub fn validate(&self) -> Result<(), CalibrateError> {
        let damaged = |what| Err(CalibrateError::Damaged(what));
        if self.xs.len() != self.ys.len() {
            return damaged("there must be as many xs as ys");
        }
        if !self.xs.iter().all(|x| x.is_finite()) || !self.xs.is_sorted_by(|a, b| a < b) {
            return damaged("xs must rise");
        }
        if !self.ys.iter().all(|y| (0.0..=1.0).contains(y)) || !self.ys.is_sorted() {
            return damaged("ys must not fall and stay within 0 and 1");
        }
        Ok(())
    }

    /// Whether a curve was fitted; otherwise Platt answers.
    pub fn is_fitted(&self) -> bool {
        !self.xs.is_empty()
    }

    /// P(target), 0 to 1.
    pub fn predict(&self, score: f64) -> f64 {
        if self.is_fitted() { self.isotonic(clip(score)) } else { sigmoid(2.0 * score) }
    }

    /// The conformal interval around a prediction.
    pub fn interval(&self, p: f64) -> Option<(f64, f64)> {
        let half = self.icp_half_width?;
        Some(((p - half).max(0.0), (p + half).min(1.0)))
    }

    fn isotonic(&self, score: f64) -> f64 {
        let above = self.xs.partition_point(|x| *x < score);
        let last = self.xs.len() - 1;
        if above == 0 || last < above {
            return self.ys[above.min(last)].clamp(0.0, 1.0);
        }
        let (x0, x1) = (self.xs[above - 1], self.xs[above]);
        let (y0, y1) = (self.ys[above - 1], self.ys[above]);
        let between = y0 + (y1 - y0) * (score - x0) / (x1 - x0);
        // Rounding may carry it past the end of its piece, and the curve would fall there.
        between.max(y0).min(y1).clamp(0.0, 1.0)
    }

    fn brier(&self, pairs: &[(f64, f64)]) -> f64 {
        let error = |(score, hit): &(f64, f64)| (self.predict(*score) - hit).powi(2);
        pairs.iter().map(error).sum::<f64>() / pairs.len() as f64
    }
}

fn clip(score: f64) -> f64 {
    score.clamp(-1.0, 1.0)
}

/// A run of scores with one mean.
struct Block {
    first: f64,
    last: f64,
    mean: f64,
    weight: f64,
}

impl Block {
    /// The two runs as one, at their common mean.
    fn pool(self, next: &Block) -> Block {
        let weight = self.weight + next.weight;
        let mean = (self.mean * self.weight + next.mean * next.weight) / weight;
        Block { first: self.first, last: next.last, mean, weight }
    }
}

/// The edges of the pooled blocks: scores and their probability.
fn curve(sorted: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let mut blocks: Vec<Block> = Vec::new();
    for (score, hit) in sorted {
        let mut block = Block { first: *score, last: *score, mean: *hit, weight: 1.0 };
        // Equal scores are one point; a mean that falls is pooled with what came before.
        while let Some(before) =
            blocks.pop_if(|before| before.last >= block.first || before.mean >= block.mean)
        {
            block = before.pool(&block);
        }
        blocks.push(block);
    }
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(2 * blocks.len());
    for block in blocks {
        points.push((block.first, block.mean));
        if block.first < block.last {
            points.push((block.last, block.mean));
        }
    }
    points.into_iter().unzip()
}

/// The quantile of the residuals of pairs whose fold the fit did not see.
fn conformal_half_width(sorted: &[(f64, f64)]) -> Option<f64> {
    let mut residuals = Vec::with_capacity(sorted.len());
    for fold in 0..FOLDS {
        let is_held = |at: usize| at % FOLDS == fold;
        let seen: Vec<(f64, f64)> =
            (0..sorted.len()).filter(|at| !is_held(*at)).map(|at| sorted[at]).collect();
        let (xs, ys) = curve(&seen);
        let partial = Calibrator { xs, ys, ..Calibrator::default() };
        let held = (0..sorted.len()).filter(|at| is_held(*at)).map(|at| sorted[at]);
        residuals.extend(held.map(|(score, hit)| (partial.predict(score) - hit).abs()));
    }
    residuals.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, reason = "a count of pairs fits")]
    #[expect(clippy::cast_sign_loss, reason = "a count is not below zero")]
    let rank = ((residuals.len() + 1) as f64 * COVERAGE).ceil() as usize;
    residuals.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the same sum in the same order is the same float")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_a_fit_platt_answers() {
        let platt = Calibrator::default();
        assert_eq!(platt.predict(0.0), 0.5);
        assert!((platt.predict(1.0) - 0.880_797_077_977_882_3).abs() < 1e-15);
        assert_eq!((platt.predict(-1e6), platt.predict(1e6)), (0.0, 1.0));
    }

    #[test]
    fn violators_are_pooled_and_the_curve_is_linear_between_blocks() {
        let pairs = [(-0.5, false), (0.0, true), (0.1, false), (0.5, true)];
        let fitted = Calibrator::fit(&pairs).unwrap();
        assert_eq!(fitted.xs, [-0.5, 0.0, 0.1, 0.5]);
        assert_eq!(fitted.ys, [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(fitted.predict(-0.25), 0.25);
        assert_eq!(fitted.predict(0.05), 0.5);
        assert_eq!((fitted.predict(-7.0), fitted.predict(7.0)), (0.0, 1.0));
        assert!(fitted.brier_after <= fitted.brier_before);
        assert_eq!(fitted.validate(), Ok(()));
    }

    #[test]
    fn bad_pairs_are_named() {
        let error = Calibrator::fit(&[(0.1, true), (f64::NAN, false)]).unwrap_err();
        assert_eq!(error, CalibrateError::NotFinite { index: 2 });
        let error = Calibrator::fit(&[(2.0, true), (3.0, false)]).unwrap_err();
        assert_eq!(error, CalibrateError::TooFew { samples: 2, distinct: 1 });
        let fallen = Calibrator { xs: vec![0.0, 1.0], ys: vec![0.9, 0.1], ..Calibrator::default() };
        assert!(fallen.validate().is_err());
    }

    /// The least squared error of any non-decreasing curve with these levels, ascending.
    fn best_error(hits: &[f64], levels: &[f64]) -> f64 {
        // best[i]: the least error so far of a curve that is now at level i or below.
        let mut best = vec![0.0; levels.len()];
        for hit in hits {
            let mut least = f64::INFINITY;
            for (level, error) in levels.iter().zip(&mut best) {
                least = least.min(*error + (level - hit).powi(2));
                *error = least;
            }
        }
        best[levels.len() - 1]
    }

    proptest! {
        #[test]
        fn the_fit_never_falls_and_stays_within_0_and_1(
            mut pairs in prop::collection::vec((-1.5..1.5f64, any::<bool>()), 0..200),
        ) {
            pairs.extend([(-0.9, false), (0.9, true)]);
            let fitted = Calibrator::fit(&pairs).unwrap();
            prop_assert_eq!(fitted.validate(), Ok(()));
            let grid: Vec<f64> = (-120..=120).map(|i| fitted.predict(f64::from(i) / 100.0)).collect();
            prop_assert!(grid.is_sorted());
            prop_assert!(fitted.icp_half_width.is_none_or(|half| (0.0..=1.0).contains(&half)));
        }

        #[test]
        fn no_rising_curve_is_closer(outcomes in prop::collection::vec(any::<bool>(), 2..7)) {
            let pairs: Vec<(f64, bool)> =
                outcomes.iter().enumerate().map(|(i, hit)| (i as f64 / 10.0, *hit)).collect();
            let fitted = Calibrator::fit(&pairs).unwrap();
            let floats: Vec<(f64, f64)> =
                pairs.iter().map(|(score, hit)| (*score, f64::from(u8::from(*hit)))).collect();
            // Pooled means of up to six outcomes are multiples of 1/60.
            let levels: Vec<f64> = (0..=60).map(|i| f64::from(i) / 60.0).collect();
            let hits: Vec<f64> = floats.iter().map(|(_, hit)| *hit).collect();
            let ours = fitted.brier(&floats) * pairs.len() as f64;
            prop_assert!((ours - best_error(&hits, &levels)).abs() < 1e-12);
        }
    }
}
