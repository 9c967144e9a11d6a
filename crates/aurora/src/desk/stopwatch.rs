//! The clock behind the gate's timings.

use std::time::Instant;

/// Nanoseconds since the desk was built; observed, never decided on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Monotonic(Instant);

impl Monotonic {
    pub(crate) fn start() -> Monotonic {
        Monotonic(Instant::now())
    }
}

impl aurora_gate::Stopwatch for Monotonic {
    fn nanos(&mut self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
