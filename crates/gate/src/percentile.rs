//! Exact percentiles of a moving window.
//!
//! Percentiles are linear: for `n` sorted values the `q` percentile lies at rank `q/100 × (n − 1)`,
//! interpolated between its two neighbours (Hyndman & Fan 1996, definition 7; what numpy does).

mod chunks;
mod small;
mod timed;

pub use chunks::SortedChunks;
pub use small::CountWindow;
pub use timed::TimeWindow;

/// Where the percentile lies: the lower neighbour's rank, and how far on to the next one.
fn place(q: f64, len: usize) -> (usize, f64) {
    let rank = (q / 100.0) * (len - 1) as f64;
    let below = rank.floor();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "q is within 0..=100, so the rank is below len"
    )]
    #[expect(clippy::cast_sign_loss, reason = "q is within 0..=100, so the rank is not below zero")]
    let lower = (below as usize).min(len - 1);
    (lower, rank - below)
}

/// Between two neighbours; exactly the lower one when `fraction` is zero.
fn lerp(lower: f64, upper: f64, fraction: f64) -> f64 {
    lower + (upper - lower) * fraction
}

/// The percentile of values already sorted; zero when there are none.
pub fn of_sorted(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let (lower, fraction) = place(q, sorted.len());
    let upper = sorted[(lower + 1).min(sorted.len() - 1)];
    lerp(sorted[lower], upper, fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_interpolated_between_its_neighbours() {
        assert_eq!(of_sorted(&[], 95.0), 0.0);
        assert_eq!(of_sorted(&[7.0], 95.0), 7.0);
        assert_eq!(of_sorted(&[1.0, 2.0], 50.0), 1.5);
        assert_eq!(of_sorted(&[1.0, 2.0, 3.0, 4.0, 5.0], 90.0), 4.6);
        assert_eq!(of_sorted(&[1.0, 2.0, 3.0], 0.0), 1.0);
        assert_eq!(of_sorted(&[1.0, 2.0, 3.0], 100.0), 3.0);
    }
}
