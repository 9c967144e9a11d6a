//! The key table: everything that may be configured, one entry each.

mod desk;
mod gate;
mod ha;
mod platform;
mod signer;
mod strategy;
mod unread;

use std::sync::LazyLock;

use crate::key::Key;

/// Every key, in the order of the reference page.
pub static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let tables = [
        platform::KEYS,
        signer::KEYS,
        gate::KEYS,
        desk::KEYS,
        ha::KEYS,
        strategy::KEYS,
        &unread::keys(),
    ];
    tables.concat()
});
