//! How a command ends: the exit codes of `aurora --help`, and the sentence on stderr.

use std::process::ExitCode;

/// Why a command ended before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Something that was checked does not hold.
    Check,
    /// The configuration has faults; nothing started.
    Config,
    /// The machine does not give what is needed: a file, a port, a folder.
    Environment,
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Check => 1,
            Failure::Config => 3,
            Failure::Environment => 4,
        })
    }
}

/// An error that knows its exit code.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Ended {
    pub(crate) failure: Failure,
    pub(crate) message: String,
}

/// A configuration fault, told to the user.
pub(crate) fn config_fault(message: impl Into<String>) -> anyhow::Error {
    Ended { failure: Failure::Config, message: message.into() }.into()
}

/// Something that was checked does not hold, told to the user.
pub(crate) fn check_failed(message: impl Into<String>) -> anyhow::Error {
    Ended { failure: Failure::Check, message: message.into() }.into()
}

/// [`finish`] for a command that only prints: a reader that has read enough, as `head` does, is no failure.
pub(crate) fn finish_printing(outcome: anyhow::Result<()>) -> ExitCode {
    let has_no_reader = |error: &anyhow::Error| {
        let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
        causes.any(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    };
    match outcome {
        Err(error) if has_no_reader(&error) => ExitCode::SUCCESS,
        outcome => finish(outcome),
    }
}

/// Prints what went wrong with its causes, and gives the exit code; 0 when nothing did.
pub(crate) fn finish(outcome: anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    let mut told = format!("aurora: {error}");
    for cause in error.chain().skip(1) {
        told += &format!("\n  because: {cause}");
    }
    eprintln!("{told}");
    let known = error.downcast_ref::<Ended>().map(|ended| ended.failure);
    known.unwrap_or(Failure::Environment).code()
}
