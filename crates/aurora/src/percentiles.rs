//! Percentiles of values at hand.

/// The values at those percents of the sorted list, 100 being the largest; `None` of an empty one.
pub(crate) fn percentiles<T: Copy, const N: usize>(
    sorted: &[T],
    percents: [usize; N],
) -> Option<[T; N]> {
    let last = sorted.len().checked_sub(1)?;
    Some(percents.map(|percent| sorted[last * percent / 100]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_there() {
        assert_eq!(percentiles::<u8, 1>(&[], [50]), None);
        assert_eq!(percentiles(&[7], [0, 50, 100]), Some([7, 7, 7]));
        let hundred: Vec<u32> = (0..=100).collect();
        assert_eq!(percentiles(&hundred, [50, 99, 100]), Some([50, 99, 100]));
        assert_eq!(percentiles(&[1, 2, 3, 4], [50, 99]), Some([2, 3]));
    }
}
