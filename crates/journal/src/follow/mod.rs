//! A second copy of a journal that grows with it: read by [`Tail`], written by [`Replica`].
//!
//! What goes from one to the other is [`Piece`]s of segment files, byte for byte: the copy has the same files of
//! the same epochs. Every record's checksum and its place in the chain are proved again before it is written.
//!
//! A leader that was replaced may have written records after its successor began; they are in its own segments,
//! never in the successor's. As a follower it takes the successor's next segment, which begins before them: the
//! copy goes back to that point, and what lies behind it is no part of the journal any more.

mod piece;
mod reach;
mod replica;
mod shipped;
mod tail;
#[cfg(test)]
mod tests;

pub use piece::{Piece, PieceError};
pub use reach::Reach;
pub use replica::{Replica, Taken};
pub use shipped::Shipped;
pub use tail::{Position, Tail};
