//! Percentiles of values at hand.

/// The values at those percents of the sorted list by nearest rank: the least that so many percent do not exceed.
/// `None` of an empty list.
pub(crate) fn percentiles<T: Copy, const N: usize>(
    sorted: &[T],
    percents: [usize; N],
) -> Option<[T; N]> {
    let count = sorted.len();
    let at = |percent: usize| sorted[(count * percent).div_ceil(100).max(1) - 1];
    (count > 0).then(|| percents.map(at))
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
        assert_eq!(percentiles(&[1, 2, 3, 4], [50, 99]), Some([2, 4]), "few values flatter nobody");
    }
}
