//! Client order ids: computed from account, epoch and intent, and told from everybody else's.

use std::fmt;
use std::str::FromStr;

/// The number of an intent: counts up from one within an epoch, never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNo(pub u64);

/// A client order id: 18 letters and digits, legal on every venue, computed, never drawn.
///
/// `A` + base 36 of account (2), fencing epoch (5), intent number (8) and check (2); from an id alone
/// the epoch and intent are known, so an orphan found at the venue can be adopted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientOrderId([u8; 18]);

/// A text that is not an id of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an Aurora client order id")]
pub struct ForeignOrderId(pub String);

impl ClientOrderId {
    /// The id of an intent. Account below 36², epoch below 36⁵, intent below 36⁸.
    ///
    /// # Panics
    /// When a part does not fit: 60 million epochs or 2.8 trillion intents are a bug, not a day's work.
    pub fn new(account: u16, epoch: u32, no: OrderNo) -> ClientOrderId {
        let mut id = [b'A'; 18];
        base36(&mut id[1..3], u64::from(account));
        base36(&mut id[3..8], u64::from(epoch));
        base36(&mut id[8..16], no.0);
        let check = check(&id[..16]);
        base36(&mut id[16..18], check);
        ClientOrderId(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id is made of ASCII letters and digits")
    }

    /// The account it belongs to.
    pub fn account(&self) -> u16 {
        u16::try_from(from_base36(&self.0[1..3])).expect("two base-36 digits fit")
    }

    /// The fencing epoch it was made in.
    pub fn epoch(&self) -> u32 {
        u32::try_from(from_base36(&self.0[3..8])).expect("five base-36 digits fit")
    }

    /// Whether the text is an id of the same account that was given out before this one: ids count up.
    pub fn follows(&self, earlier: &str) -> bool {
        let earlier = earlier.parse::<ClientOrderId>();
        earlier.is_ok_and(|earlier| earlier.account() == self.account() && earlier < *self)
    }

    /// The intent it stands for.
    pub fn order_no(&self) -> OrderNo {
        OrderNo(from_base36(&self.0[8..16]))
    }
}

impl FromStr for ClientOrderId {
    type Err = ForeignOrderId;

    fn from_str(text: &str) -> Result<ClientOrderId, ForeignOrderId> {
        let foreign = || ForeignOrderId(text.to_owned());
        let id: [u8; 18] = text.as_bytes().try_into().map_err(|_| foreign())?;
        let legal = id.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if !legal || id[0] != b'A' || from_base36(&id[16..18]) != check(&id[..16]) {
            return Err(foreign());
        }
        Ok(ClientOrderId(id))
    }
}

impl fmt::Display for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn base36(out: &mut [u8], mut value: u64) {
    for digit in out.iter_mut().rev() {
        *digit = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(value % 36) as usize];
        value /= 36;
    }
    assert!(value == 0, "a part of a client order id does not fit its digits");
}

fn from_base36(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| {
        let digit = if digit.is_ascii_digit() { digit - b'0' } else { digit - b'A' + 10 };
        value * 36 + u64::from(digit)
    })
}

/// Two base-36 digits over the others: a weighted sum modulo the prime 1291 < 36², so that every
/// single wrong digit and every swap of neighbours shows.
fn check(id: &[u8]) -> u64 {
    id.iter().fold(7, |sum, byte| (sum * 37 + u64::from(*byte)) % 1291)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Controls: C13
    #[test]
    fn an_id_carries_account_epoch_and_intent() {
        let id = ClientOrderId::new(7, 12, OrderNo(123_456));
        assert_eq!(id.as_str().len(), 18);
        assert_eq!((id.account(), id.epoch(), id.order_no()), (7, 12, OrderNo(123_456)));
        assert_eq!(id.as_str().parse::<ClientOrderId>(), Ok(id));
    }

    #[test]
    fn an_id_follows_those_given_out_before_it_and_no_others() {
        let id = |account, epoch, no| ClientOrderId::new(account, epoch, OrderNo(no));
        let here = id(7, 12, 35);
        for (earlier, follows) in [
            (id(7, 12, 34), true),
            (id(7, 11, 9_999), true),
            (here, false),
            (id(7, 12, 36), false),
            (id(6, 12, 34), false),
        ] {
            assert_eq!(here.follows(earlier.as_str()), follows, "{earlier}");
        }
        assert!(!here.follows("web_abc"));
    }

    #[test]
    fn a_wrong_digit_makes_an_id_foreign() {
        let id = ClientOrderId::new(0, 1, OrderNo(1));
        for at in 1..18 {
            let mut text = id.as_str().to_owned().into_bytes();
            text[at] = if text[at] == b'Z' { b'0' } else { b'Z' };
            let text = String::from_utf8(text).unwrap();
            assert!(text.parse::<ClientOrderId>().is_err(), "{text}");
        }
        assert!("web_abc".parse::<ClientOrderId>().is_err());
    }
}
