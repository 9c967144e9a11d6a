use proptest::prelude::*;

use super::*;

fn asks() -> impl Strategy<Value = (u64, u8, u32, u16, i64, String, String)> {
    (any::<u64>(), 1..=9_u8, any::<u32>(), any::<u16>(), any::<i64>(), ".{0,40}", ".{0,40}")
}

fn ask<'a>(
    (_, kind, epoch, path, at, query, body): &'a (u64, u8, u32, u16, i64, String, String),
) -> Ask<'a> {
    let (epoch, venue_at) = (*epoch, Nanos(*at));
    match kind {
        1 => Ask::Hello { protocol: *path, build: query, account: *path },
        2 => Ask::Status,
        3 => Ask::Raise(epoch),
        4 => Ask::Release(epoch),
        5 => Ask::Hold(epoch),
        6 => Ask::Kill,
        7 => Ask::Rearm,
        8 => Ask::Sign(Request { epoch, path: *path, venue_at, patience: venue_at, query, body }),
        _ => Ask::Login { epoch, venue: Venue::ALL[usize::from(*path) % 7], venue_at },
    }
}

fn answers() -> [Answer; 6] {
    let remembered = Remembered { epoch: 7, hold: Some(HoldCause::Operator), is_killed: true };
    let venues = vec![Venue::Okx, Venue::Bybit];
    let headers = HEADERS.iter().map(|name| (*name, "значение".to_owned())).collect();
    let told = |scope| {
        Answer::Refused(Told { code: "X".into(), ru: "Нет".into(), en: "No".into(), scope })
    };
    [
        Answer::Standing(Standing { remembered, account: 3, venues, order_ago: Nanos(7) }),
        Answer::Signed(Signed { target: "/a?b=c".into(), headers, body: "{}".into() }),
        Answer::Login("{\"op\":\"login\"}".into()),
        told(Scope::Order),
        told(Scope::Desk),
        told(Scope::Epoch(7)),
    ]
}

#[test]
fn every_answer_survives_the_round_trip_and_no_cut_or_longer_one_is_read() {
    for answer in answers() {
        let frame = encode(9, &answer);
        assert_eq!(decode::<Answer>(&frame[4..]), Ok((9, answer.clone())));
        for end in 4..frame.len() {
            assert!(decode::<Answer>(&frame[4..end]).is_err(), "{answer:?} cut at {end}");
        }
        let longer = [&frame[4..], &[0]].concat();
        assert_eq!(decode::<Answer>(&longer), Err(CodecError::Trailing(1)));
    }
}

proptest! {
    #[test]
    fn every_ask_survives_the_round_trip_and_no_cut_is_read(parts in asks(), cut in any::<prop::sample::Index>()) {
        let (no, ask) = (parts.0, ask(&parts));
        let frame = encode(no, &ask);
        prop_assert_eq!(decode::<Ask<'_>>(&frame[4..]), Ok((no, ask)));
        let end = 4 + cut.index(frame.len() - 4);
        prop_assert!(decode::<Ask<'_>>(&frame[4..end]).is_err());
    }

    #[test]
    fn what_is_read_is_written_again_byte_by_byte(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok((no, ask)) = decode::<Ask<'_>>(&bytes) {
            prop_assert_eq!(&encode(no, &ask)[4..], &bytes[..]);
        }
        if let Ok((no, answer)) = decode::<Answer>(&bytes) {
            prop_assert_eq!(&encode(no, &answer)[4..], &bytes[..]);
        }
    }
}
