//! Why a frame cannot be read.

/// A frame that is cut off, mangled, or does not fit the instrument's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The frame ends in the middle.
    #[error("frame ends early, after {at} bytes")]
    Truncated {
        /// How long it is.
        at: usize,
    },
    /// Something else stands where a token must be.
    #[error("expected {wanted} at byte {at}")]
    Unexpected {
        /// Where, from zero.
        at: usize,
        /// What would have been right.
        wanted: &'static str,
    },
    /// A field that the event cannot do without is not there.
    #[error("field {field:?} is missing")]
    Missing {
        /// Its name on the wire.
        field: &'static str,
    },
    /// A price or quantity between two steps.
    #[error(
        "number at byte {at} is not a whole number of {step}s: check the instrument's {step} size"
    )]
    NotWhole {
        /// Where, from zero.
        at: usize,
        /// `tick` or `lot`.
        step: &'static str,
    },
    /// A number with more digits than we can hold.
    #[error("number at byte {at} is too large")]
    TooLarge {
        /// Where, from zero.
        at: usize,
    },
    /// A price must be above zero.
    #[error("{field:?} is a price and must be above zero")]
    NotAPrice {
        /// Its name on the wire.
        field: &'static str,
    },
}
