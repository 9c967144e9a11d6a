//! What one gate reports to the trace.

use crate::decision::Verdict;

/// A gate's verdict with what it measured and what it allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    pub(crate) value: Option<f64>,
    pub(crate) limit: Option<f64>,
    /// Where it differs from the gate's usual one.
    pub(crate) unit: Option<&'static str>,
}

impl Finding {
    /// The gate was not asked.
    pub(crate) const SKIP: Finding = Finding::bare(Verdict::Skip);
    /// The gate is switched off.
    pub(crate) const OFF: Finding = Finding::bare(Verdict::Off);

    /// The gate had nothing to object.
    pub(crate) const PASS: Finding = Finding::bare(Verdict::Pass);

    /// A verdict without numbers.
    pub(crate) const fn bare(verdict: Verdict) -> Finding {
        Finding { verdict, value: None, limit: None, unit: None }
    }

    /// A verdict with what was seen and what is allowed.
    pub(crate) const fn new(denies: bool, value: f64, limit: f64) -> Finding {
        let verdict = if denies { Verdict::Deny } else { Verdict::Pass };
        Finding { verdict, value: Some(value), limit: Some(limit), unit: None }
    }

    /// The same in another unit.
    pub(crate) const fn in_unit(self, unit: &'static str) -> Finding {
        Finding { unit: Some(unit), ..self }
    }
}
