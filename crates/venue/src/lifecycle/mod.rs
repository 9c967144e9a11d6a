//! The life of an order before and between its requests: everything that is decided on our side of the wire.

mod counts;

pub use counts::LifecycleCounts;
