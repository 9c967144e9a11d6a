//! Exact percentiles of a moving window.
//!
//! Percentiles are linear: for `n` sorted values the `q` percentile lies at rank `q/100 × (n − 1)`,
//! interpolated between its two neighbours (Hyndman & Fan 1996, definition 7; what numpy does).

mod chunks;
mod small;
mod timed;
mod upper;

pub use small::CountWindow;
pub use timed::TimeWindow;

/// A float as an integer of the same order (that of [`f64::total_cmp`]): integers compare without branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(i64);

impl Key {
    /// Not above any.
    const LEAST: Key = Key(i64::MIN);

    fn of(value: f64) -> Key {
        Key(flip(value.to_bits().cast_signed()))
    }

    fn value(self) -> f64 {
        f64::from_bits(flip(self.0).cast_unsigned())
    }
}

/// Turns the order of negative floats around; its own inverse.
fn flip(bits: i64) -> i64 {
    bits ^ ((bits >> 63) & i64::MAX)
}

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
    if fraction == 0.0 { lower } else { lower + (upper - lower) * fraction }
}

/// The percentile of values already sorted; zero when there are none.
fn of_sorted(sorted: &[Key], q: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let (lower, fraction) = place(q, sorted.len());
    let upper = sorted[(lower + 1).min(sorted.len() - 1)];
    lerp(sorted[lower].value(), upper.value(), fraction)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the same sum in the same order is the same float")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64], q: f64) -> f64 {
        let keys: Vec<Key> = values.iter().copied().map(Key::of).collect();
        of_sorted(&keys, q)
    }

    proptest! {
        #[test]
        fn keys_are_ordered_as_their_floats(a in any::<f64>(), b in any::<f64>()) {
            prop_assert_eq!(Key::of(a).cmp(&Key::of(b)), a.total_cmp(&b));
            prop_assert_eq!(Key::of(a).value().to_bits(), a.to_bits());
        }
    }

    #[test]
    fn a_percentile_is_interpolated_between_its_neighbours() {
        assert_eq!(of(&[], 95.0), 0.0);
        assert_eq!(of(&[7.0], 95.0), 7.0);
        assert_eq!(of(&[1.0, 2.0], 50.0), 1.5);
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0], 90.0), 4.6);
        assert_eq!(of(&[1.0, 2.0, 3.0], 0.0), 1.0);
        assert_eq!(of(&[1.0, 2.0, 3.0], 100.0), 3.0);
    }
}
