//! Gate: a sequential probability ratio test of the signal (Wald 1945).
//!
//! H0: samples ~ N(0, σ); H1: samples ~ N(score, σ). The log-likelihood ratio grows by
//! `((x − 0)² − (x − score)²) / (2σ²)` per sample, until it leaves the interval (B, A).

use aurora_model::{Reason, ReasonCode};

use crate::config::SprtConfig;
use crate::decision::{Decision, SprtOutcome, SprtView};
use crate::finding::Finding;
use crate::stopwatch::Stopwatch;

/// How many samples are read between two looks at the clock.
const CLOCK_EVERY: usize = 1024;

/// The bounds of the test, worked out once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    accept: f64,
    reject: f64,
}

impl Bounds {
    /// A and B, from α and β when both are given: `A = ln((1−β)/α)`, `B = ln(β/(1−α))`.
    pub(crate) fn of(config: &SprtConfig) -> Bounds {
        match (config.alpha, config.beta) {
            (Some(alpha), Some(beta)) => {
                Bounds { accept: ((1.0 - beta) / alpha).ln(), reject: (beta / (1.0 - alpha)).ln() }
            }
            _ => Bounds { accept: config.accept, reject: config.reject },
        }
    }
}

pub(crate) fn check(
    decision: &mut Decision,
    samples: &[f64],
    score: f64,
    (config, bounds): (&SprtConfig, Bounds),
    stopwatch: &mut impl Stopwatch,
) -> Finding {
    let view = run(samples, score, (config, bounds), stopwatch);
    decision.sprt = Some(view);
    let (code, bound) = match view.outcome {
        SprtOutcome::Accept => (ReasonCode::SprtAccept, bounds.accept),
        SprtOutcome::Continue => (ReasonCode::SprtContinue, bounds.accept),
        SprtOutcome::Reject => (ReasonCode::SprtReject, bounds.reject),
    };
    let reason = Reason::with(code, view.llr, bound);
    decision.note(reason);
    let denies = view.outcome == SprtOutcome::Reject;
    if denies {
        decision.block(reason);
    }
    Finding::new(denies, view.llr, bound)
}

fn run(
    samples: &[f64],
    score: f64,
    (config, bounds): (&SprtConfig, Bounds),
    stopwatch: &mut impl Stopwatch,
) -> SprtView {
    let two_variances = 2.0 * config.sigma * config.sigma;
    let mut view = SprtView { outcome: SprtOutcome::Continue, llr: 0.0, n_obs: 0 };
    let mut deadline = None;
    for x in samples {
        view.n_obs += 1;
        let from_score = x - score;
        view.llr += (x * x - from_score * from_score) / two_variances;
        if view.llr >= bounds.accept {
            view.outcome = SprtOutcome::Accept;
        } else if view.llr <= bounds.reject {
            view.outcome = SprtOutcome::Reject;
        } else if view.n_obs >= config.max_obs {
            let likelier = view.llr >= 0.0;
            view.outcome = if likelier { SprtOutcome::Accept } else { SprtOutcome::Reject };
        } else if view.n_obs.is_multiple_of(CLOCK_EVERY) {
            let now = stopwatch.nanos();
            let until = *deadline.get_or_insert(now.saturating_add(config.timeout_ms * 1_000_000));
            if until < now {
                break;
            }
            continue;
        } else {
            continue;
        }
        break;
    }
    view
}
