//! Seeds that once failed, kept for ever: one a line, `seed steps what it showed`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::check::Violation;

/// Appends a seed that failed.
pub(crate) fn append(
    file: &Path,
    (seed, steps): (u64, u64),
    violation: &Violation,
) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(file, "{seed} {steps} {}: {}", violation.invariant, violation.detail)
}
