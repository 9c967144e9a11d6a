//! The life of an order: its states, what can happen to it, and the table of both.

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
    /// It was given up, and the venue shows it all the same: it counts again.
    Adopt,
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
            // An incident: refused, dead or gone, and alive.
            (S::Reject | S::Cancel, E::Adopt) => S::Ack,
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
            OrderEvent::Adopt,
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
            CANCEL    Ack→CANCEL PartialFill→CANCEL Fill→FILL Adopt→ACK
            REJECT    Adopt→ACK
            EXPIRE    Ack→EXPIRE PartialFill→EXPIRE Fill→FILL
        "#]].assert_eq(&table);
    }
}
