//! What is wrong with a configuration, one sentence each.

use std::fmt;

use crate::sources::Origin;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key it is about; empty when it is about a whole file.
    pub path: String,
    /// Where it was given.
    pub origin: Origin,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { path, origin, message } = self;
        if path.is_empty() {
            return write!(f, "{origin}: {message}");
        }
        write!(f, "{origin}: {path}: {message}")
    }
}

/// Everything that is wrong; never empty. Prints one line per fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if 0 < at {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
