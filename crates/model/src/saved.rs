//! State as bytes and back, for snapshots: fixed order, little endian, no names.
//!
//! It is not for exchange and not for archives: a snapshot lives until the next one, and one that is of
//! another version, or does not read to its last byte, is simply not used. So a type says which of its
//! fields are state ([`saved!`] names every one, and a new one that is forgotten does not compile), and
//! nothing else is frozen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    ClientOrderId, InstrumentNo, Lots, Nanos, Notional, OrderEvent, OrderIntent, OrderNo,
    OrderState, Reason, ReasonCode, Side, Ticks, TimeInForce, TradingState, TransitionCause, Venue,
    VenueRefusal,
};

/// Something that can be written as bytes and read back.
pub trait Saved: Sized {
    /// Appends it.
    fn save(&self, out: &mut Vec<u8>);

    /// Takes it from the front of `bytes`; `None` when they are not its.
    fn load(bytes: &mut &[u8]) -> Option<Self>;
}

/// Makes a struct [`Saved`], field by field: all of them, in the order given.
#[macro_export]
macro_rules! saved {
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl $crate::saved::Saved for $type {
            fn save(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($crate::saved::Saved::save($field, out);)*
            }
            fn load(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::saved::Saved::load(bytes)?),* })
            }
        }
    };
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Saved for $type {
            fn save(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn load(bytes: &mut &[u8]) -> Option<Self> {
                let (first, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(<$type>::from_le_bytes(*first))
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, u128, i64, i128);

/// Types that are one value of another.
macro_rules! wrappers {
    ($($type:ident),*) => {$(
        impl Saved for $type {
            fn save(&self, out: &mut Vec<u8>) {
                self.0.save(out);
            }
            fn load(bytes: &mut &[u8]) -> Option<Self> {
                Saved::load(bytes).map($type)
            }
        }
    )*};
}
wrappers!(InstrumentNo, Lots, Nanos, OrderNo, Ticks);

/// Types that are one of a list, by their stable word: a list that grows in the middle does no harm.
macro_rules! words {
    ($($type:ident: $word:ident of $all:expr),* $(,)?) => {$(
        impl Saved for $type {
            fn save(&self, out: &mut Vec<u8>) {
                self.$word().to_owned().save(out);
            }
            fn load(bytes: &mut &[u8]) -> Option<Self> {
                let word = String::load(bytes)?;
                $all.iter().copied().find(|one| one.$word() == word)
            }
        }
    )*};
}
words! {
    Side: word of [Side::Buy, Side::Sell],
    TimeInForce: word of
        [TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok, TimeInForce::PostOnly],
    OrderState: code of OrderState::ALL,
    TradingState: code of [TradingState::Hold, TradingState::Run, TradingState::Killed],
    TransitionCause: code of TransitionCause::ALL,
    Venue: code of Venue::ALL,
    VenueRefusal: code of VenueRefusal::ALL,
    ReasonCode: code of ReasonCode::ALL,
}

/// Only ever added to at the end.
const EVENTS: [OrderEvent; 11] = [
    OrderEvent::Send,
    OrderEvent::Withdraw,
    OrderEvent::Ack,
    OrderEvent::Reject,
    OrderEvent::Timeout,
    OrderEvent::NeverArrived,
    OrderEvent::PartialFill,
    OrderEvent::Fill,
    OrderEvent::Cancel,
    OrderEvent::Expire,
    OrderEvent::Adopt,
];

impl Saved for OrderEvent {
    fn save(&self, out: &mut Vec<u8>) {
        let place = EVENTS.iter().position(|event| event == self);
        place.expect("the list has every event").save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        EVENTS.get(usize::load(bytes)?).copied()
    }
}

impl Saved for bool {
    fn save(&self, out: &mut Vec<u8>) {
        u8::from(*self).save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        match u8::load(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

saved!(OrderIntent { instrument, side, limit, qty, time_in_force, reduce_only });
saved!(Reason { code, value, limit });

impl Saved for f64 {
    fn save(&self, out: &mut Vec<u8>) {
        self.to_bits().save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        u64::load(bytes).map(f64::from_bits)
    }
}

impl Saved for usize {
    fn save(&self, out: &mut Vec<u8>) {
        (*self as u64).save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        usize::try_from(u64::load(bytes)?).ok()
    }
}

impl Saved for String {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().save(out);
        out.extend_from_slice(self.as_bytes());
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        let length = usize::load(bytes)?;
        let (text, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        std::str::from_utf8(text).ok().map(str::to_owned)
    }
}

/// As text: what a decimal looks like inside is its crate's affair.
impl Saved for Notional {
    fn save(&self, out: &mut Vec<u8>) {
        self.to_string().save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        String::load(bytes)?.parse().ok()
    }
}

impl Saved for ClientOrderId {
    fn save(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_str().as_bytes());
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<18>()?;
        *bytes = rest;
        std::str::from_utf8(id).ok()?.parse().ok()
    }
}

impl<T: Saved> Saved for Option<T> {
    fn save(&self, out: &mut Vec<u8>) {
        self.is_some().save(out);
        self.iter().for_each(|value| value.save(out));
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        Some(if bool::load(bytes)? { Some(T::load(bytes)?) } else { None })
    }
}

impl<A: Saved, B: Saved> Saved for (A, B) {
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
        self.1.save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::load(bytes)?, B::load(bytes)?))
    }
}

impl<A: Saved, B: Saved, C: Saved> Saved for (A, B, C) {
    fn save(&self, out: &mut Vec<u8>) {
        self.0.save(out);
        self.1.save(out);
        self.2.save(out);
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::load(bytes)?, B::load(bytes)?, C::load(bytes)?))
    }
}

/// Several of a kind: how many, and each. The count is not believed: room is made as they come.
fn load_all<T: Saved, C: Default + Extend<T>>(bytes: &mut &[u8]) -> Option<C> {
    let mut all = C::default();
    for _ in 0..u64::load(bytes)? {
        all.extend(std::iter::once(T::load(bytes)?));
    }
    Some(all)
}

impl<T: Saved> Saved for Vec<T> {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().save(out);
        self.iter().for_each(|value| value.save(out));
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        load_all(bytes)
    }
}

impl<T: Saved> Saved for VecDeque<T> {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().save(out);
        self.iter().for_each(|value| value.save(out));
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        load_all(bytes)
    }
}

impl<T: Saved + Ord> Saved for BTreeSet<T> {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().save(out);
        self.iter().for_each(|value| value.save(out));
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        load_all(bytes)
    }
}

impl<K: Saved + Ord, V: Saved> Saved for BTreeMap<K, V> {
    fn save(&self, out: &mut Vec<u8>) {
        self.len().save(out);
        for (key, value) in self {
            key.save(out);
            value.save(out);
        }
    }
    fn load(bytes: &mut &[u8]) -> Option<Self> {
        load_all::<(K, V), _>(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: Saved + PartialEq + std::fmt::Debug>(value: &T) {
        let mut out = Vec::new();
        value.save(&mut out);
        let mut bytes = out.as_slice();
        assert_eq!(T::load(&mut bytes).as_ref(), Some(value));
        assert!(bytes.is_empty(), "{value:?} leaves {} bytes", bytes.len());
        for length in 0..out.len() {
            assert_eq!(T::load(&mut &out[..length]), None, "{value:?} cut to {length} bytes");
        }
    }

    #[test]
    fn what_was_saved_is_loaded_and_what_was_cut_is_not() {
        round_trip(&(7u8, i128::MIN, String::from("шлюз")));
        round_trip(&Some("-12.340".parse::<Notional>().unwrap()));
        round_trip(&ClientOrderId::new(3, 4, OrderNo(5)));
        round_trip(&vec![None, Some(Reason::with(ReasonCode::RunawayFlips, 9.0, 8.0))]);
        round_trip(&BTreeMap::from([(Venue::Okx, VecDeque::from([true, false]))]));
        for cause in TransitionCause::ALL {
            round_trip(&(cause, OrderState::ALL.to_vec()));
        }
    }

    #[test]
    fn a_length_that_is_a_lie_takes_no_room() {
        let mut out = Vec::new();
        u64::MAX.save(&mut out);
        assert_eq!(Vec::<u64>::load(&mut out.as_slice()), None);
        assert_eq!(String::load(&mut out.as_slice()), None);
    }
}
