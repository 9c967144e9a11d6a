//! One-second returns of the mid: how large, how clustered, how heavy in the tails.

use aurora_model::Nanos;

/// The last mid of every second.
#[derive(Clone, Debug, Default)]
pub(super) struct Returns {
    mids: Vec<(i64, f64)>,
}

impl Returns {
    pub(super) fn observe(&mut self, at: Nanos, mid: f64) {
        let second = at.0.div_euclid(Nanos::SECOND.0);
        if let Some((last, last_mid)) = self.mids.last_mut() {
            if *last == second {
                *last_mid = mid;
                return;
            }
            let (mut next, same) = (*last + 1, *last_mid);
            while next < second {
                self.mids.push((next, same));
                next += 1;
            }
        }
        self.mids.push((second, mid));
    }

    pub(super) fn mids(&self) -> &[(i64, f64)] {
        &self.mids
    }

    pub(super) fn figures(&self, put: &mut impl FnMut(&str, f64)) {
        let returns = self.over(1);
        let deviation = root_mean_square(&returns);
        let sizes: Vec<f64> = returns.iter().map(|r| r.abs()).collect();
        put("return_1s_deviation_bps", deviation);
        put("return_1s_kurtosis", mean(returns.iter().map(|r| r.powi(4))) / deviation.powi(4));
        put(
            "return_1s_zero_share",
            mean(returns.iter().map(|r| f64::from(u8::from(r.abs() < 1e-12)))),
        );
        for lag in [1, 2, 5] {
            put(&format!("return_1s_autocorrelation_{lag}"), autocorrelation(&returns, lag));
        }
        for lag in [1, 2, 5, 10, 30] {
            put(&format!("return_1s_size_autocorrelation_{lag}"), autocorrelation(&sizes, lag));
        }
        for seconds in [10, 30] {
            let ratio = root_mean_square(&self.over(seconds)) / deviation / (seconds as f64).sqrt();
            put(&format!("deviation_{seconds}s_over_1s_scaled"), ratio);
        }
    }

    /// Returns over so many seconds, in bps, one a second.
    fn over(&self, seconds: usize) -> Vec<f64> {
        let later = self.mids.iter().skip(seconds);
        self.mids.iter().zip(later).map(|(from, to)| (to.1 / from.1 - 1.0) * 1e4).collect()
    }
}

/// The correlation of returns over so many seconds, where both series have mids.
pub(super) fn correlation(a: &[(i64, f64)], b: &[(i64, f64)], seconds: usize) -> f64 {
    let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else { return f64::NAN };
    // Both series have every second, so one offset lines them up.
    let start = first_a.0.max(first_b.0);
    let from = |mids: &[(i64, f64)], first: i64| {
        let skipped = usize::try_from(start - first).unwrap_or(mids.len());
        Returns { mids: mids.get(skipped..).unwrap_or_default().to_vec() }.over(seconds)
    };
    let (a, b) = (from(a, first_a.0), from(b, first_b.0));
    let pairs: Vec<(f64, f64)> = a.into_iter().zip(b).collect();
    let together = mean(pairs.iter().map(|(a, b)| a * b));
    let alone = mean(pairs.iter().map(|(a, _)| a * a)) * mean(pairs.iter().map(|(_, b)| b * b));
    together / alone.sqrt()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn root_mean_square(values: &[f64]) -> f64 {
    mean(values.iter().map(|v| v * v)).sqrt()
}

fn autocorrelation(values: &[f64], lag: usize) -> f64 {
    if values.len() <= lag {
        return f64::NAN;
    }
    let centre = mean(values.iter().copied());
    let pairs = values.iter().zip(&values[lag..]);
    let covariance = mean(pairs.map(|(a, b)| (a - centre) * (b - centre)));
    covariance / mean(values.iter().map(|v| (v - centre) * (v - centre)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_without_a_touch_keeps_the_mid_of_the_one_before() {
        let mut returns = Returns::default();
        for (millis, mid) in [(100, 100.0), (900, 101.0), (3_000, 102.0)] {
            returns.observe(Nanos::from_millis(millis), mid);
        }
        assert_eq!(returns.mids(), [(0, 101.0), (1, 101.0), (2, 101.0), (3, 102.0)]);
    }

    #[test]
    fn a_price_is_wholly_correlated_with_its_own_later_part() {
        let wave = |second: i64| (second, 100.0 + (second % 7) as f64);
        let (all, later): (Vec<_>, Vec<_>) =
            ((0..90).map(wave).collect(), (30..99).map(wave).collect());
        assert!((correlation(&all, &later, 1) - 1.0).abs() < 1e-9);
        assert!(correlation(&all, &[], 1).is_nan());
    }

    #[test]
    fn alternating_returns_are_as_large_as_each_other() {
        let mut returns = Returns::default();
        for second in 0..100 {
            let mid = if second % 2 == 0 { 10_000.0 } else { 10_001.0 };
            returns.observe(Nanos(second * Nanos::SECOND.0), mid);
        }
        let mut figures = Vec::new();
        returns.figures(&mut |name, value| figures.push((name.to_owned(), value)));
        let value = |want: &str| figures.iter().find(|(name, _)| name == want).unwrap().1;
        assert!((value("return_1s_deviation_bps") - 1.0).abs() < 1e-3);
        assert!((value("return_1s_kurtosis") - 1.0).abs() < 1e-3);
        assert!((value("return_1s_autocorrelation_1") + 1.0).abs() < 1e-2);
    }
}
