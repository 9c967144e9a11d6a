//! Orders: what is asked for, what may happen to it, and the id that ties both together.

use std::fmt;
use std::str::FromStr;

use crate::instrument::InstrumentNo;
use crate::number::{Lots, Nanos, Notional, Ticks};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// We pay quote and receive base; a bid.
    Buy,
    /// We give base and receive quote; an ask.
    Sell,
}

impl Side {
    /// Plus one for a buy, minus one for a sell.
    pub const fn sign(self) -> i64 {
        match self {
            Side::Buy => 1,
            Side::Sell => -1,
        }
    }

    /// The other side.
    pub const fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// `buy` or `sell`.
    pub const fn word(self) -> &'static str {
        match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
    }
}

/// How long an order stays, and whether it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeInForce {
    /// Rests until filled or cancelled.
    Gtc,
    /// Takes what is there at once; the rest is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
    /// Post-only: rests, and is refused if it would take.
    PostOnly,
}

impl TimeInForce {
    /// The word used in records and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            TimeInForce::Gtc => "GTC",
            TimeInForce::Ioc => "IOC",
            TimeInForce::Fok => "FOK",
            TimeInForce::PostOnly => "POST_ONLY",
        }
    }
}

/// The number of an intent: counts up from one within an epoch, never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNo(pub u64);

/// What we decided to ask a venue for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderIntent {
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// Which way.
    pub side: Side,
    /// The worst price we accept.
    pub limit: Ticks,
    /// How much; above zero.
    pub qty: Lots,
    /// How long it stays.
    pub time_in_force: TimeInForce,
    /// May only shrink a position, never flip it.
    pub reduce_only: bool,
}

/// Whether a fill found us resting or taking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liquidity {
    /// Our order was resting.
    Maker,
    /// Our order took.
    Taker,
}

/// One execution of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The venue's trade id; with the instrument it names the fill once and for all. Wide enough for the venues
    /// that use UUIDs.
    pub trade_id: u128,
    /// Which instrument.
    pub instrument: InstrumentNo,
    /// The order it belongs to.
    pub order: ClientOrderId,
    /// Which way.
    pub side: Side,
    /// At what price.
    pub price: Ticks,
    /// How much; above zero.
    pub qty: Lots,
    /// What the venue charged, in the settle currency; below zero is a rebate.
    pub fee: Notional,
    /// Resting or taking.
    pub liquidity: Liquidity,
    /// When, by the venue.
    pub at: Nanos,
}

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

/// Where an order is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderState {
    /// Written down, not yet sent.
    Prepared,
    /// Sent once; no answer yet.
    Submitted,
    /// The answer is lost: ask the venue, never send twice.
    InDoubt,
    /// Resting at the venue.
    Ack,
    /// Part of it has filled, the rest is resting.
    Partial,
    /// All of it has filled.
    Fill,
    /// Cancelled; part may have filled before.
    Cancel,
    /// Refused by the venue, or proved never to have arrived.
    Reject,
    /// Its time ran out at the venue.
    Expire,
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderEvent {
    /// It left for the venue.
    Send,
    /// It was withdrawn before it left: a HOLD came between writing and sending.
    Withdraw,
    /// The venue took it.
    Ack,
    /// The venue definitely refused it.
    Reject,
    /// No answer came in time.
    Timeout,
    /// The venue confirmed, twice and after its settling time, that it has no such order.
    NeverArrived,
    /// Part of what was left has filled.
    PartialFill,
    /// All of what was left has filled.
    Fill,
    /// The venue confirmed the cancel.
    Cancel,
    /// The venue ended it by its time in force.
    Expire,
}

/// An event that cannot happen in that state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {} cannot take {event:?}", from.code())]
pub struct IllegalTransition {
    /// The state it was in.
    pub from: OrderState,
    /// The event that came.
    pub event: OrderEvent,
}

impl OrderState {
    /// Every state, in the order of a life.
    pub const ALL: [OrderState; 9] = [
        OrderState::Prepared,
        OrderState::Submitted,
        OrderState::InDoubt,
        OrderState::Ack,
        OrderState::Partial,
        OrderState::Fill,
        OrderState::Cancel,
        OrderState::Reject,
        OrderState::Expire,
    ];

    /// The word in records and on screens.
    pub const fn code(self) -> &'static str {
        match self {
            OrderState::Prepared => "PREPARED",
            OrderState::Submitted => "SUBMITTED",
            OrderState::InDoubt => "IN_DOUBT",
            OrderState::Ack => "ACK",
            OrderState::Partial => "PARTIAL",
            OrderState::Fill => "FILL",
            OrderState::Cancel => "CANCEL",
            OrderState::Reject => "REJECT",
            OrderState::Expire => "EXPIRE",
        }
    }

    /// Nothing more is expected. (A late fill may still come, and counts.)
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            OrderState::Fill | OrderState::Cancel | OrderState::Reject | OrderState::Expire
        )
    }

    /// It is, or may be, at the venue: it counts against every limit.
    pub const fn may_fill(self) -> bool {
        !self.is_terminal()
    }

    /// The state after the event.
    ///
    /// # Errors
    /// [`IllegalTransition`] for what cannot happen; duplicates are dropped by id before this is asked.
    pub fn apply(self, event: OrderEvent) -> Result<OrderState, IllegalTransition> {
        use OrderEvent as E;
        use OrderState as S;
        Ok(match (self, event) {
            (S::Prepared, E::Send) => S::Submitted,
            (S::Prepared, E::Withdraw) => S::Cancel,
            (S::Submitted, E::Timeout) => S::InDoubt, // Ask the venue; never send twice.
            (S::Submitted | S::InDoubt, E::Ack) => S::Ack,
            // The fill overtook its ack.
            (S::Partial | S::Fill | S::Cancel | S::Expire, E::Ack) => self,
            (S::Submitted | S::InDoubt, E::Reject) => S::Reject,
            (S::InDoubt, E::NeverArrived) => S::Reject,
            (S::Submitted | S::InDoubt | S::Ack | S::Partial, E::PartialFill) => S::Partial,
            // A venue may report the fill after the cancel or the expiry; it still counts.
            (S::Cancel | S::Expire, E::PartialFill) => self,
            (S::Submitted | S::InDoubt | S::Ack | S::Partial | S::Cancel | S::Expire, E::Fill) => {
                S::Fill
            }
            (S::Submitted | S::InDoubt | S::Ack | S::Partial, E::Cancel) => S::Cancel,
            (S::Submitted | S::InDoubt | S::Ack | S::Partial, E::Expire) => S::Expire,
            (from, event) => return Err(IllegalTransition { from, event }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(events: &[OrderEvent], expected: &Expect) {
        let mut state = OrderState::Prepared;
        let mut story = String::new();
        for event in events {
            match state.apply(*event) {
                Ok(next) => {
                    story += &format!("{} --{event:?}--> {}\n", state.code(), next.code());
                    state = next;
                }
                Err(refusal) => {
                    story += &format!("{refusal}\n");
                    break;
                }
            }
        }
        expected.assert_eq(&story);
    }

    #[test]
    fn a_timed_out_order_is_asked_about_never_resent() {
        check(
            &[OrderEvent::Send, OrderEvent::Timeout, OrderEvent::Send],
            &expect![[r#"
                PREPARED --Send--> SUBMITTED
                SUBMITTED --Timeout--> IN_DOUBT
                an order that is IN_DOUBT cannot take Send
            "#]],
        );
    }

    #[test]
    fn a_fill_before_its_ack_counts() {
        check(
            &[OrderEvent::Send, OrderEvent::PartialFill, OrderEvent::Ack, OrderEvent::Fill],
            &expect![[r#"
                PREPARED --Send--> SUBMITTED
                SUBMITTED --PartialFill--> PARTIAL
                PARTIAL --Ack--> PARTIAL
                PARTIAL --Fill--> FILL
            "#]],
        );
    }

    #[test]
    fn a_fill_that_crosses_our_cancel_still_counts() {
        check(
            &[
                OrderEvent::Send,
                OrderEvent::Ack,
                OrderEvent::Cancel,
                OrderEvent::PartialFill,
                OrderEvent::Fill,
            ],
            &expect![[r#"
                PREPARED --Send--> SUBMITTED
                SUBMITTED --Ack--> ACK
                ACK --Cancel--> CANCEL
                CANCEL --PartialFill--> CANCEL
                CANCEL --Fill--> FILL
            "#]],
        );
    }

    #[test]
    fn the_whole_table() {
        let events = [
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
        ];
        let mut table = String::new();
        for state in OrderState::ALL {
            let moves: Vec<String> = events
                .iter()
                .filter_map(|e| Some(format!("{e:?}→{}", state.apply(*e).ok()?.code())))
                .collect();
            table += &format!("{:9} {}\n", state.code(), moves.join(" "));
        }
        expect![[r#"
            PREPARED  Send→SUBMITTED Withdraw→CANCEL
            SUBMITTED Ack→ACK Reject→REJECT Timeout→IN_DOUBT PartialFill→PARTIAL Fill→FILL Cancel→CANCEL Expire→EXPIRE
            IN_DOUBT  Ack→ACK Reject→REJECT NeverArrived→REJECT PartialFill→PARTIAL Fill→FILL Cancel→CANCEL Expire→EXPIRE
            ACK       PartialFill→PARTIAL Fill→FILL Cancel→CANCEL Expire→EXPIRE
            PARTIAL   Ack→PARTIAL PartialFill→PARTIAL Fill→FILL Cancel→CANCEL Expire→EXPIRE
            FILL      Ack→FILL
            CANCEL    Ack→CANCEL PartialFill→CANCEL Fill→FILL
            REJECT    
            EXPIRE    Ack→EXPIRE PartialFill→EXPIRE Fill→FILL
        "#]].assert_eq(&table);
    }

    #[test]
    fn an_id_carries_account_epoch_and_intent() {
        let id = ClientOrderId::new(7, 12, OrderNo(123_456));
        assert_eq!(id.as_str().len(), 18);
        assert_eq!((id.account(), id.epoch(), id.order_no()), (7, 12, OrderNo(123_456)));
        assert_eq!(id.as_str().parse::<ClientOrderId>(), Ok(id));
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
