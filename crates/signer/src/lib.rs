//! The one place that has keys, and signs with them only what the authority allows.
//!
//! A request names a row of a closed table of paths and brings the very bytes to be signed. They are read back into an
//! [`aurora_authority::Operation`], strictly: a parameter the row does not list refuses the whole request. What is
//! judged is therefore what goes out. Money cannot be moved out, because no row and no name in any row could say so.
//!
//! [`Judge`] does that; [`Server`] puts a Unix socket in front of it, [`Client`] and `aurora-venue` speak to it.

mod clerk;
mod client;
mod codec;
mod fault;
mod form;
mod harden;
mod judge;
mod keys;
mod seal;
mod server;
mod state;
mod table;
mod token;

pub use blake3::Hasher;
pub use client::{Client, gone};
pub use codec::{Answer, Ask, CodecError, MAX_FRAME, PROTOCOL, Standing, decode, encode};
pub use fault::{NotSigned, Scope, Told};
pub use harden::harden;
pub use judge::{Judge, KeyRing, ORDER_AHEAD, ORDER_WINDOW, Request};
pub use keys::{KeyFault, read_keys};
pub use seal::{SealFault, Unlock, new_identity, open, seal};
pub use server::{Server, ServerFault};
pub use state::{StateFault, StateFile};
pub use table::{PATHS, SignedPath, path_no};
pub use token::{TokenFault, TokenKey};
pub use zeroize::Zeroizing;
