//! What each of OKX's codes means for the order.

use aurora_model::VenueRefusal as R;
use aurora_wire::{Codes, Fate};

/// What each code means for the order; what no row names is [`Fate::Unknown`].
#[rustfmt::skip]
pub(crate) const CODES: Codes = Codes(&[
    (0, 0, Fate::Done),
    (50001, 50001, Fate::Unknown), // upgrading or busy: nothing was placed normally, and only a query proves it
    (50004, 50004, Fate::Unknown), // timed out inside: says nothing
    (50005, 50005, Fate::Unknown), // the same
    (50007, 50007, Fate::NotPlaced(R::NotAllowed)),
    (50011, 50011, Fate::NotPlaced(R::RateLimited)),
    (50013, 50013, Fate::Unknown), // the same
    (50026, 50026, Fate::Unknown), // the same
    (50027, 50027, Fate::NotPlaced(R::NotAllowed)),
    (50061, 50061, Fate::NotPlaced(R::RateLimited)),
    (50071, 50071, Fate::NotPlaced(R::Late)),
    (50100, 50101, Fate::NotPlaced(R::NotAllowed)),
    (50102, 50102, Fate::NotPlaced(R::Late)),
    (50103, 50111, Fate::NotPlaced(R::NotAllowed)),
    (50112, 50112, Fate::NotPlaced(R::Late)),
    (50113, 50115, Fate::NotPlaced(R::NotAllowed)),
    (51000, 51000, Fate::Rejected(R::Malformed)),
    (51001, 51001, Fate::Rejected(R::Halted)),
    (51002, 51002, Fate::Rejected(R::Malformed)),
    (51003, 51003, Fate::Rejected(R::Malformed)),
    (51004, 51004, Fate::Rejected(R::InsufficientMargin)),
    (51005, 51005, Fate::Rejected(R::BadIncrement)),
    (51006, 51006, Fate::Rejected(R::OutsideBand)),
    (51007, 51007, Fate::Rejected(R::BelowMinNotional)),
    (51008, 51008, Fate::Rejected(R::InsufficientMargin)),
    (51009, 51009, Fate::Rejected(R::NotAllowed)),
    (51010, 51010, Fate::Rejected(R::NotAllowed)),
    (51016, 51016, Fate::FirstStands), // the id is taken
    (51020, 51020, Fate::Rejected(R::BelowMinNotional)),
    (51022, 51022, Fate::Rejected(R::Halted)),
    (51023, 51023, Fate::Rejected(R::WouldNotReduce)),
    (51024, 51024, Fate::Rejected(R::NotAllowed)),
    (51027, 51030, Fate::Rejected(R::Halted)),
    (51100, 51100, Fate::Rejected(R::BelowMinNotional)),
    (51112, 51112, Fate::Rejected(R::WouldNotReduce)),
    (51116, 51116, Fate::Rejected(R::OutsideBand)),
    (51119, 51119, Fate::Rejected(R::InsufficientMargin)),
    (51120, 51120, Fate::Rejected(R::BelowMinNotional)),
    (51121, 51121, Fate::Rejected(R::BadIncrement)),
    (51122, 51122, Fate::Rejected(R::BadIncrement)),
    (51127, 51127, Fate::Rejected(R::InsufficientMargin)),
    (51131, 51131, Fate::Rejected(R::InsufficientMargin)),
    (51137, 51137, Fate::Rejected(R::OutsideBand)),
    (51138, 51138, Fate::Rejected(R::OutsideBand)),
    (51150, 51150, Fate::Rejected(R::BadIncrement)),
    (51151, 51151, Fate::Rejected(R::BadIncrement)),
    (51169, 51169, Fate::Rejected(R::WouldNotReduce)),
    (51400, 51402, Fate::Gone),
    (51410, 51410, Fate::Busy), // being cancelled
    (51502, 51502, Fate::Rejected(R::InsufficientMargin)),
    (51503, 51503, Fate::Gone),
    (51509, 51509, Fate::Gone),
    (51510, 51510, Fate::Gone),
    (51511, 51511, Fate::Unchanged),
    (51603, 51603, Fate::Absent), // a query found nothing
    (60004, 60004, Fate::NotPlaced(R::Late)),
    (60005, 60005, Fate::NotPlaced(R::NotAllowed)),
    (60006, 60006, Fate::NotPlaced(R::Late)),
    (60007, 60007, Fate::NotPlaced(R::NotAllowed)),
    (60009, 60009, Fate::NotPlaced(R::NotAllowed)),
    (60011, 60011, Fate::NotPlaced(R::NotSent)), // not logged in: nothing happened
    (60012, 60012, Fate::NotPlaced(R::Malformed)),
    (60014, 60014, Fate::NotPlaced(R::RateLimited)),
    (60018, 60018, Fate::NotPlaced(R::Malformed)),
    (60024, 60024, Fate::NotPlaced(R::NotAllowed)),
    (64000, 64999, Fate::NotPlaced(R::NotSent)), // the socket is about to end
]);

/// The fate a code spells.
pub fn fate(code: i64) -> Fate {
    CODES.fate(code)
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

    #[test]
    fn every_code_of_the_venues_document_is_in_the_table() {
        assert!(CODES.is_sorted());
        let Some(document) = aurora_testkit::shared::text("venues/okx.md") else { return };
        let codes = aurora_testkit::codes::documented(&document, 5);
        assert!(1000 < codes.len(), "only {} codes were found", codes.len());
        let missing: Vec<i64> =
            codes.into_iter().filter(|code| CODES.listed(*code).is_none()).collect();
        assert!(missing.is_empty(), "documented, and in no row: {missing:?}");
    }

    proptest::proptest! {
        #[test]
        fn a_code_in_no_row_is_unknown(code: i64, near in 49_000i64..66_000) {
            for code in [code, near] {
                proptest::prop_assert!(CODES.listed(code).is_some() || fate(code) == Fate::Unknown);
            }
        }
    }
}
