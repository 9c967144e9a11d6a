//! Seeded chance that is the same on every machine.
//!
//! Only additions, multiplications, divisions and square roots are used: those are exact by IEEE 754, while a
//! platform's own `ln` and `exp` may differ in the last bit, and one bit is another market an hour later.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const STEPS: usize = 4096;

/// A stream of draws.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    stream: ChaCha8Rng,
    /// Quantiles of the standard normal at the middles of equal steps, so no draw is beyond 3.7.
    normal: Box<[f64]>,
}

impl Chance {
    pub(super) fn new(seed: u64, stream: u64) -> Chance {
        let mut chacha = ChaCha8Rng::seed_from_u64(seed);
        chacha.set_stream(stream);
        let step = |i: usize| normal_quantile((i as f64 + 0.5) / STEPS as f64);
        Chance { stream: chacha, normal: (0..STEPS).map(step).collect() }
    }

    /// Evenly in `0..1`; never one.
    pub(super) fn unit(&mut self) -> f64 {
        (self.stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Evenly in `0..n`; zero when there is nothing to choose from.
    pub(super) fn below(&mut self, n: i64) -> i64 {
        whole(self.unit() * n.max(0) as f64)
    }

    /// Mean zero, deviation one.
    pub(super) fn normal(&mut self) -> f64 {
        let bits = self.stream.next_u64();
        self.normal[(bits >> 52) as usize]
    }

    /// Mean one: the wait for something that happens once a unit of time.
    pub(super) fn wait(&mut self) -> f64 {
        -ln(1.0 - self.unit())
    }

    /// Median one; the larger the spread, the heavier the tail.
    pub(super) fn lognormal(&mut self, spread: f64) -> f64 {
        exp(spread * self.normal())
    }

    /// At least one; above `x` with probability `x^-tail`.
    pub(super) fn pareto(&mut self, tail: f64) -> f64 {
        exp(-ln(1.0 - self.unit()) / tail)
    }
}

/// The whole number below.
#[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates")]
pub(super) fn whole(value: f64) -> i64 {
    value.floor() as i64
}

/// e to the power, to about 1e-15 of its value.
pub(super) fn exp(power: f64) -> f64 {
    const LN_2: f64 = std::f64::consts::LN_2;
    let doublings = (power.clamp(-700.0, 700.0) / LN_2).round();
    let rest = power.clamp(-700.0, 700.0) - doublings * LN_2;
    let series = (1..=13).rev().fold(1.0, |sum, n| 1.0 + rest * sum / f64::from(n));
    let exponent = u64::try_from(whole(doublings) + 1023).expect("within a float's range");
    series * f64::from_bits(exponent << 52)
}

/// The natural logarithm of a positive number, to about 1e-15.
pub(super) fn ln(value: f64) -> f64 {
    let bits = value.to_bits();
    let exponent = (bits >> 52) as f64 - 1023.0;
    let mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let (mantissa, exponent) =
        if 1.5 < mantissa { (mantissa / 2.0, exponent + 1.0) } else { (mantissa, exponent) };
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let series = (0..12).rev().fold(0.0, |sum, n| 1.0 / f64::from(2 * n + 1) + square * sum);
    2.0 * s * series + exponent * std::f64::consts::LN_2
}

/// Acklam (2003), "An algorithm for computing the inverse normal cumulative distribution function"; relative
/// error below 1.15e-9.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [
        0.007_784_695_709_041_462,
        0.322_467_129_070_039_8,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    let polynomial = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, f| sum * x + f);
    let tail = |p: f64| {
        let q = (-2.0 * ln(p)).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    };
    if p < 0.02425 {
        tail(p)
    } else if 1.0 - 0.02425 < p {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        q * polynomial(&A, q * q) / polynomial(&B, q * q)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_and_exp_are_close_to_the_platforms() {
        for i in 1..2_000 {
            let x = f64::from(i) * 0.037;
            assert!((ln(x) - x.ln()).abs() < 1e-14 * (1.0 + x.ln().abs()), "ln {x}");
            let power = x - 35.0;
            assert!((exp(power) / power.exp() - 1.0).abs() < 1e-13, "exp {power}");
        }
    }

    #[test]
    fn draws_have_the_moments_they_promise() {
        let mut chance = Chance::new(7, 0);
        let n = 200_000;
        let mut sums = [0.0; 4];
        for _ in 0..n {
            let z = chance.normal();
            for (sum, value) in sums.iter_mut().zip([z, z * z, chance.wait(), chance.unit()]) {
                *sum += value / f64::from(n);
            }
        }
        for (mean, want) in sums.into_iter().zip([0.0, 1.0, 1.0, 0.5]) {
            assert!((mean - want).abs() < 0.01, "{mean} instead of {want}");
        }
    }

    #[test]
    fn streams_of_one_seed_are_strangers() {
        let draw = |stream| Chance::new(7, stream).unit();
        assert!((draw(0) - draw(1)).abs() > 1e-9);
    }
}
