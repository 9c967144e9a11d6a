//! What moves all instruments at once: the common factor, bursts of activity, slow volatility, stress.
//!
//! Variance comes in bursts: shots arrive at random, each lifts activity and fades within half a second. Under
//! them a slow wave (an Ornstein-Uhlenbeck process in the logarithm, two minutes of memory) makes quiet and busy
//! hours. Stress is a rarer and longer shot, about one in a quarter of an hour.

use aurora_model::Nanos;

use super::chance::{Chance, exp};

/// The grid on which the climate moves on.
const STEP: Nanos = Nanos(10_000_000);
const SHOTS_A_SECOND: f64 = 0.35;
const SHOT_FADES_S: f64 = 0.45;
/// What activity would be without any shot; with them it is one on average.
const QUIET: f64 = 0.22;
const WAVE_S: f64 = 120.0;
const WAVE_DEVIATION: f64 = 0.3;
const STRESSES_A_SECOND: f64 = 1.0 / 900.0;
const STRESS_FADES_S: f64 = 20.0;

/// A burst that fades.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Burst(f64);

impl Burst {
    /// One average is what shots at the usual rate keep it at.
    pub(super) fn step(&mut self, chance: &mut Chance, seconds: f64) {
        self.0 -= self.0 * (seconds / SHOT_FADES_S).min(1.0);
        if chance.happens(SHOTS_A_SECOND * seconds) {
            // Pareto with tail 2 has mean 2.
            self.0 += 0.5 * chance.pareto(2.0).min(30.0) / (SHOTS_A_SECOND * SHOT_FADES_S);
        }
    }

    /// Something happened that calls others in.
    pub(super) fn excite(&mut self, by: f64) {
        self.0 += by;
    }

    pub(super) fn level(self) -> f64 {
        self.0
    }
}

#[derive(Clone, Debug)]
pub(super) struct Climate {
    at: Nanos,
    chance: Chance,
    /// The sum of the common shocks, in one-second deviations.
    factor: f64,
    burst: Burst,
    wave: f64,
    stress: f64,
}

impl Climate {
    pub(super) fn new(seed: u64, start: Nanos) -> Climate {
        let chance = Chance::new(seed, 0);
        Climate { at: start, chance, factor: 0.0, burst: Burst::default(), wave: 0.0, stress: 0.0 }
    }

    /// Moves on to that time; never back.
    pub(super) fn reach(&mut self, to: Nanos) {
        let seconds = STEP.seconds();
        while self.at + STEP <= to {
            self.at = self.at + STEP;
            self.burst.step(&mut self.chance, seconds);
            let pull = (2.0 * seconds / WAVE_S).sqrt() * WAVE_DEVIATION;
            self.wave += pull * self.chance.normal() - self.wave * seconds / WAVE_S;
            self.stress -= self.stress * seconds / STRESS_FADES_S;
            if self.chance.happens(STRESSES_A_SECOND * seconds) {
                self.stress += 0.5 + 0.7 * self.chance.wait().min(4.0);
            }
            let deviation = (self.variance(self.burst.level()) * seconds).sqrt();
            self.factor += deviation * self.chance.normal();
        }
    }

    pub(super) fn factor(&self) -> f64 {
        self.factor
    }

    /// Zero in calm weather, one in a storm, more in a great one.
    pub(super) fn stress(&self) -> f64 {
        self.stress
    }

    /// The variance of a second, one on average, given the burst that counts where it is asked about.
    pub(super) fn variance(&self, burst: f64) -> f64 {
        let storm = 1.0 + 1.5 * self.stress;
        (QUIET + (1.0 - QUIET) * burst) * exp(2.0 * self.wave) * storm * storm
    }

    /// How busy everyone is, one on average.
    pub(super) fn activity(&self, own: Burst) -> f64 {
        let burst = 0.5 * (self.burst.level() + own.level());
        (0.45 + 0.55 * burst) * exp(self.wave) * (1.0 + self.stress)
    }
}
