//! The audit: every order, decision, operator's command and configuration, in a chain that shows any edit.
//!
//! A record is one line of JSON that names the hash of the line before it. The same hashes are the leaves of a
//! Merkle tree after RFC 6962, §2.1: `SHA-256(0x00 ‖ line)` for a leaf, `SHA-256(0x01 ‖ left ‖ right)` for a node.
//! Every [`ANCHOR_RECORDS`] records, every [`ANCHOR_EVERY_NS`] and every hour its root is signed and mirrored.
//! What came after the last mirrored root can be cut off or written anew by whoever owns the machine, and nothing
//! before it can be changed unseen: that window is the promise. Without a mirror it begins at any root they like.
//! `aurora-audit-verify` checks all of it without this code.

mod entry;
mod error;
mod folder;
mod key;
mod lines;
mod mirror;
mod root;
mod thread;
mod tree;
mod writer;

pub use entry::{EPOCH, Entry, START};
pub use error::AuditError;
pub use key::AuditKey;
pub use root::Why;
pub use thread::{AuditThread, Closed};
pub use tree::fingerprint;
pub use writer::{Opened, Settings, Writer};

/// A root is signed after so many records.
pub const ANCHOR_RECORDS: u64 = 1_000;

/// A root is signed when the last one is so old and there are new records, ns.
pub const ANCHOR_EVERY_NS: i64 = 60_000_000_000;
