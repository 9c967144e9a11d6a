//! Orders that were stopped or changed on our side, counted.

/// Counters since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LifecycleCounts {
    /// New orders that were let through.
    pub placed: u64,
    /// Refused by the instrument's rules.
    pub refused_by_rules: u64,
    /// Refused by the venue's state: maintenance, cancel-only, not ready.
    pub refused_by_state: u64,
    /// Post-only orders refused because the book was too old.
    pub refused_stale: u64,
    /// Reduce-only orders refused because they could flip the position.
    pub refused_flip: u64,
    /// `stp_blocked_self_match_total`
    pub stp_blocked_self_match: u64,
    /// Amends turned into cancel and new order.
    pub cancel_replaced: u64,
    /// Batches split because the venue takes fewer at a time, or none.
    pub batches_split: u64,
    /// Orders cancelled by us at the end of their time.
    pub good_until_cancels: u64,
}
