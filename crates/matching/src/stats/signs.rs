//! How long the signs of trades stay alike.

use std::collections::VecDeque;

use aurora_model::Side;

const LONGEST_LAG: usize = 100;

/// Sums for the autocorrelation of ±1 at lags up to a hundred.
#[derive(Clone, Debug)]
pub(super) struct Signs {
    /// The newest first.
    recent: VecDeque<i64>,
    products: [i64; LONGEST_LAG],
    sum: i64,
    count: u64,
}

impl Default for Signs {
    fn default() -> Signs {
        Signs { recent: VecDeque::new(), products: [0; LONGEST_LAG], sum: 0, count: 0 }
    }
}

impl Signs {
    pub(super) fn observe(&mut self, side: Side) {
        let sign = side.sign();
        for (product, earlier) in self.products.iter_mut().zip(&self.recent) {
            *product += sign * earlier;
        }
        self.recent.truncate(LONGEST_LAG - 1);
        self.recent.push_front(sign);
        self.sum += sign;
        self.count += 1;
    }

    /// One to a hundred trades apart; not a number before there are that many.
    pub(super) fn autocorrelation(&self, lag: usize) -> f64 {
        if self.count <= lag as u64 {
            return f64::NAN;
        }
        let mean = self.sum as f64 / self.count as f64;
        let product = self.products[lag - 1] as f64 / (self.count - lag as u64) as f64;
        (product - mean * mean) / (1.0 - mean * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternating_signs_agree_at_even_lags_only() {
        let mut signs = Signs::default();
        (0..1_000).for_each(|i| signs.observe(if i % 2 == 0 { Side::Buy } else { Side::Sell }));
        for (lag, want) in [(1, -1.0), (2, 1.0), (99, -1.0), (100, 1.0)] {
            assert!((signs.autocorrelation(lag) - want).abs() < 1e-9, "lag {lag}");
        }
    }
}
