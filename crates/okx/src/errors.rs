//! What each of OKX's codes means for the order.

use aurora_model::VenueRefusal as R;
use aurora_wire::Fate;

/// The fate a code spells. What no line names is [`Fate::Unknown`]: ask.
///
/// Busy and upgrading venues (50001, 50005, 50013) are Unknown too: nothing was placed normally, but only a query
/// by client id proves it.
pub const fn fate(code: i64) -> Fate {
    match code {
        0 => Fate::Done,
        50001 | 50004 | 50005 | 50013 | 50026 => Fate::Unknown,
        50011 | 50061 | 60014 => Fate::NotPlaced(R::RateLimited),
        50071 | 50102 | 50112 | 60004 | 60006 => Fate::NotPlaced(R::Late),
        50007 | 50027 | 50100..=50115 | 60005 | 60007 | 60009 | 60024 => {
            Fate::NotPlaced(R::NotAllowed)
        }
        60012 | 60018 => Fate::NotPlaced(R::Malformed),
        // Not logged in, or the socket is about to end: nothing happened.
        60011 | 64000..=64999 => Fate::NotPlaced(R::NotSent),
        51016 => Fate::FirstStands,
        51000 | 51002 | 51003 => Fate::Rejected(R::Malformed),
        51001 | 51022 | 51027..=51030 => Fate::Rejected(R::Halted),
        51005 | 51121 | 51122 | 51150 | 51151 => Fate::Rejected(R::BadIncrement),
        51006 | 51116 | 51137 | 51138 => Fate::Rejected(R::OutsideBand),
        51007 | 51020 | 51100 | 51120 => Fate::Rejected(R::BelowMinNotional),
        51004 | 51008 | 51119 | 51127 | 51131 | 51502 => Fate::Rejected(R::InsufficientMargin),
        51009 | 51010 | 51024 => Fate::Rejected(R::NotAllowed),
        51023 | 51112 | 51169 => Fate::Rejected(R::WouldNotReduce),
        51400..=51402 | 51503 | 51509 | 51510 => Fate::Gone,
        51410 => Fate::Busy,
        51511 => Fate::Unchanged,
        51603 => Fate::Absent,
        _ => Fate::Unknown,
    }
}

/// Whether our clock is what the venue objects to.
pub(crate) const fn is_clock(code: i64) -> bool {
    matches!(code, 50102 | 50112 | 60004 | 60006)
}

/// What an answer without a code of the venue means: the HTTP status alone.
pub(crate) const fn fate_of_status(status: u16) -> Fate {
    match status {
        429 => Fate::NotPlaced(R::RateLimited),
        401 | 403 => Fate::NotPlaced(R::NotAllowed),
        400 | 404 | 405 | 413 | 414 | 415 => Fate::NotPlaced(R::Malformed),
        _ => Fate::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        let mut last = None;
        for code in 0..70_000 {
            let fate = fate(code);
            if fate == Fate::Unknown {
                last = None;
                continue;
            }
            if last != Some(fate) {
                table += &format!("{code} {fate:?}\n");
            }
            last = Some(fate);
        }
        expect![[r#"
            0 Done
            50007 NotPlaced(NotAllowed)
            50011 NotPlaced(RateLimited)
            50027 NotPlaced(NotAllowed)
            50061 NotPlaced(RateLimited)
            50071 NotPlaced(Late)
            50100 NotPlaced(NotAllowed)
            50102 NotPlaced(Late)
            50103 NotPlaced(NotAllowed)
            50112 NotPlaced(Late)
            50113 NotPlaced(NotAllowed)
            51000 Rejected(Malformed)
            51001 Rejected(Halted)
            51002 Rejected(Malformed)
            51004 Rejected(InsufficientMargin)
            51005 Rejected(BadIncrement)
            51006 Rejected(OutsideBand)
            51007 Rejected(BelowMinNotional)
            51008 Rejected(InsufficientMargin)
            51009 Rejected(NotAllowed)
            51016 FirstStands
            51020 Rejected(BelowMinNotional)
            51022 Rejected(Halted)
            51023 Rejected(WouldNotReduce)
            51024 Rejected(NotAllowed)
            51027 Rejected(Halted)
            51100 Rejected(BelowMinNotional)
            51112 Rejected(WouldNotReduce)
            51116 Rejected(OutsideBand)
            51119 Rejected(InsufficientMargin)
            51120 Rejected(BelowMinNotional)
            51121 Rejected(BadIncrement)
            51127 Rejected(InsufficientMargin)
            51131 Rejected(InsufficientMargin)
            51137 Rejected(OutsideBand)
            51150 Rejected(BadIncrement)
            51169 Rejected(WouldNotReduce)
            51400 Gone
            51410 Busy
            51502 Rejected(InsufficientMargin)
            51503 Gone
            51509 Gone
            51511 Unchanged
            51603 Absent
            60004 NotPlaced(Late)
            60005 NotPlaced(NotAllowed)
            60006 NotPlaced(Late)
            60007 NotPlaced(NotAllowed)
            60009 NotPlaced(NotAllowed)
            60011 NotPlaced(NotSent)
            60012 NotPlaced(Malformed)
            60014 NotPlaced(RateLimited)
            60018 NotPlaced(Malformed)
            60024 NotPlaced(NotAllowed)
            64000 NotPlaced(NotSent)
        "#]]
        .assert_eq(&table);
    }
}
