//! How long a gate took, by a clock the caller brings.

/// A monotonic clock in nanoseconds, read once per gate.
pub trait Stopwatch {
    /// Nanoseconds since some fixed moment.
    fn nanos(&mut self) -> u64;
}

/// No clock: every gate takes zero. What a deterministic engine uses.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStopwatch;

impl Stopwatch for NoStopwatch {
    fn nanos(&mut self) -> u64 {
        0
    }
}
