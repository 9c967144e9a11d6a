//! Why a venue cannot be reached.

/// A line that cannot be started, or a fact of the venue that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum VenueError {
    /// The address is no URL we can use.
    #[error("{field} {url:?}: {problem}")]
    Endpoint {
        /// Which of the endpoints.
        field: &'static str,
        /// What was given.
        url: String,
        /// What is wrong with it, and what would be right.
        problem: &'static str,
    },
    /// A certificate given as a root of trust cannot be used.
    #[error("a certificate in `roots` cannot be used as a root of trust")]
    Root(#[source] rustls::Error),
    /// The thread or its reactor cannot be made.
    #[error("the venue's thread cannot be started")]
    Thread(#[source] std::io::Error),
    /// The instrument rules cannot be had.
    #[error("instrument rules of {venue}: {problem}")]
    Rules {
        /// Which venue.
        venue: &'static str,
        /// What happened, in words.
        problem: String,
    },
    /// A calendar that cannot be read.
    #[error("maintenance calendar, {place}: {problem}")]
    Calendar {
        /// The line or entry, and its field.
        place: String,
        /// What is wrong there.
        problem: String,
    },
}
