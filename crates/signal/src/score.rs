//! From features to a score, from a score to a probability, from a probability to an edge.

use aurora_book::FeatureValues;

/// How much each feature speaks in the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Order book imbalance; default 0.30.
    pub obi: f64,
    /// Trade flow imbalance; default 0.25.
    pub tfi: f64,
    /// Microprice against the mid, in half spreads; default 0.25.
    pub microprice: f64,
    /// Order flow imbalance, net over gross; default 0.20.
    pub ofi: f64,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights { obi: 0.30, tfi: 0.25, microprice: 0.25, ofi: 0.20 }
    }
}

impl Weights {
    /// The weighted mean of the features, −1 (sell) to 1 (buy); zero when all weights are.
    pub fn score(&self, features: &FeatureValues) -> f64 {
        let total = self.obi.abs() + self.tfi.abs() + self.microprice.abs() + self.ofi.abs();
        if total <= 0.0 {
            return 0.0;
        }
        let sum = self.obi * features.obi
            + self.tfi * features.tfi
            + self.microprice * features.microprice_lean
            + self.ofi * features.ofi_ratio;
        (sum / total).clamp(-1.0, 1.0)
    }
}

/// Platt (1999) scaling: `P(target) = 1 / (1 + exp(−(slope · score + offset)))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platt {
    /// Default 2, as in the gate.
    pub slope: f64,
    /// Default 0.
    pub offset: f64,
}

impl Default for Platt {
    fn default() -> Platt {
        Platt { slope: 2.0, offset: 0.0 }
    }
}

impl Platt {
    /// The probability that the target is hit before the stop, for a score toward the order's side.
    pub fn probability(&self, score: f64) -> f64 {
        1.0 / (1.0 + (-(self.slope * score + self.offset)).exp())
    }
}

/// Expected return of a trade in basis points: `p·b − (1 − p)·a − cost`.
pub fn edge_bps(probability: f64, a_bps: f64, b_bps: f64, cost_bps: f64) -> f64 {
    probability * b_bps - (1.0 - probability) * a_bps - cost_bps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreeing_features_give_a_full_score() {
        let all = FeatureValues {
            obi: 1.0,
            tfi: 1.0,
            microprice_lean: 1.0,
            ofi_ratio: 1.0,
            ..FeatureValues::default()
        };
        assert!((Weights::default().score(&all) - 1.0).abs() < 1e-12);
        let none = Weights { obi: 0.0, tfi: 0.0, microprice: 0.0, ofi: 0.0 };
        assert!(none.score(&all).abs() < 1e-12);
    }

    #[test]
    fn no_signal_is_a_coin_flip() {
        assert!((Platt::default().probability(0.0) - 0.5).abs() < 1e-12);
        assert!((edge_bps(0.5, 10.0, 12.0, 1.0)).abs() < 1e-12);
    }
}
