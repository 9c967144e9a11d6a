//! Chance from a seed: the same seed draws the same numbers on every machine.

use aurora_model::Nanos;

/// SplitMix64: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) const fn new(seed: u64) -> Draws {
        Draws(seed)
    }

    /// A stream of its own for something that draws at its own pace.
    pub(crate) fn fork(&mut self) -> Draws {
        Draws(self.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`, which is above zero.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// A place in a list of so many.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// From `from` to `to`, both possible.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u16) -> bool {
        // Always one draw, so that one rate changes nothing else of a world.
        self.below(1000) < u64::from(per_mille)
    }

    /// A span between two numbers of milliseconds, to the microsecond.
    pub(crate) fn millis(&mut self, from: i64, to: i64) -> Nanos {
        Nanos(self.between(from * 1_000, to * 1_000) * 1_000)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.place(from.len())]
    }
}
