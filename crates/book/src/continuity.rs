//! How a venue lets us prove that no message is missing.

/// The update ids a diff carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiffIds {
    /// First update in the message (`U`).
    pub first: u64,
    /// Last update in the message (`u`).
    pub last: u64,
    /// Last update of the message before it (`pu`), where the venue says so.
    pub prev: Option<u64>,
}

/// A venue's rule for joining a snapshot with the diffs around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// The source cannot lose messages (a generated market): everything is applied as it comes.
    None,
    /// Binance USD-M and COIN-M: the first diff has `U <= L <= u`, then `pu` is the previous `u`.
    BinanceFutures,
    /// Binance spot: the first diff has `U <= L + 1 <= u`, then `U` is the previous `u` plus one.
    BinanceSpot,
}

impl Continuity {
    /// The snapshot already contains the whole diff: drop it.
    pub fn is_contained(self, snapshot: u64, diff: DiffIds) -> bool {
        match self {
            Continuity::None => false,
            Continuity::BinanceFutures => diff.last < snapshot,
            Continuity::BinanceSpot => diff.last <= snapshot,
        }
    }

    /// The diff may be the first after the snapshot: nothing is missing between the two.
    pub fn bridges(self, snapshot: u64, diff: DiffIds) -> bool {
        let within = |id| diff.first <= id && id <= diff.last;
        match self {
            Continuity::None => true,
            // A diff that starts right where the snapshot ends names it in `pu`.
            Continuity::BinanceFutures => within(snapshot) || diff.prev == Some(snapshot),
            Continuity::BinanceSpot => within(snapshot + 1),
        }
    }

    /// The diff comes right after the one that ended at `last`.
    pub fn follows(self, last: u64, diff: DiffIds) -> bool {
        match self {
            Continuity::None => true,
            Continuity::BinanceFutures => diff.prev == Some(last),
            Continuity::BinanceSpot => diff.first == last + 1,
        }
    }

    /// The diff was seen before: a second connection repeats it.
    pub fn is_repeat(self, last: u64, diff: DiffIds) -> bool {
        self != Continuity::None && diff.last <= last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(first: u64, last: u64, prev: u64) -> DiffIds {
        DiffIds { first, last, prev: Some(prev) }
    }

    #[test]
    fn a_futures_diff_that_ends_at_the_snapshot_is_the_first_one() {
        let rule = Continuity::BinanceFutures;
        assert!(rule.is_contained(100, diff(90, 99, 89)));
        assert!(!rule.is_contained(100, diff(90, 100, 89)));
        assert!(rule.bridges(100, diff(90, 100, 89)));
        assert!(rule.bridges(100, diff(100, 110, 99)));
        assert!(rule.bridges(100, diff(105, 110, 100)));
        assert!(!rule.bridges(100, diff(102, 110, 101)));
    }

    #[test]
    fn a_spot_diff_that_ends_at_the_snapshot_adds_nothing() {
        let rule = Continuity::BinanceSpot;
        assert!(rule.is_contained(100, diff(90, 100, 0)));
        assert!(rule.bridges(100, diff(90, 101, 0)));
        assert!(rule.bridges(100, diff(101, 105, 0)));
        assert!(!rule.bridges(100, diff(102, 105, 0)));
    }

    #[test]
    fn each_rule_reads_its_own_field() {
        assert!(Continuity::BinanceFutures.follows(100, diff(150, 160, 100)));
        assert!(!Continuity::BinanceFutures.follows(100, diff(101, 160, 99)));
        assert!(Continuity::BinanceSpot.follows(100, diff(101, 160, 0)));
        assert!(!Continuity::BinanceSpot.follows(100, diff(102, 160, 100)));
        assert!(Continuity::None.follows(100, diff(7, 7, 7)));
    }
}
