//! The judge itself.

use aurora_model::{ClientOrderId, Nanos, Venue};
use aurora_planted::{Bug, active};
use rust_decimal::Decimal;

use crate::operation::{Operation, Terms};
use crate::policy::{BuildId, Listed, Policy};
use crate::refusal::Refusal;
use crate::remembered::{HoldCause, Remembered};
use crate::window::Window;

/// Judges what may be signed.
///
/// Whatever changes [`Authority::remembered`], a refusal included, must be durable before the answer leaves. The
/// window of the caps is not remembered: whoever can start the process again gets a fresh one. So run it under a user
/// of its own; it begins in HOLD, until its desk has compared the account.
#[derive(Clone, Debug)]
pub struct Authority {
    policy: Policy,
    remembered: Remembered,
    window: Window,
}

impl Authority {
    /// An authority that remembers that much. It begins in HOLD.
    pub fn new(policy: Policy, remembered: Remembered) -> Authority {
        let window = Window::new(policy.caps.window, policy.caps.placements);
        let mut authority = Authority { policy, remembered, window };
        authority.hold(HoldCause::Desk);
        authority
    }

    /// What it goes by.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What must be durable before the next answer leaves.
    pub const fn remembered(&self) -> Remembered {
        self.remembered
    }

    /// Whether a desk of that build and account may speak to it at all.
    ///
    /// # Errors
    /// [`Refusal::OtherBuild`] and [`Refusal::OtherAccount`].
    pub fn admit(&self, build: &BuildId, account: u16) -> Result<(), Refusal> {
        if *build != self.policy.build {
            return Err(Refusal::OtherBuild);
        }
        let ours = self.policy.account;
        if account == ours { Ok(()) } else { Err(Refusal::OtherAccount { asked: account, ours }) }
    }

    /// Begins a new epoch: from now on every older one is refused. It begins in HOLD; KILLED stays.
    ///
    /// # Errors
    /// [`Refusal::StaleEpoch`] unless it is above every epoch there ever was.
    pub fn raise(&mut self, epoch: u32) -> Result<(), Refusal> {
        let highest = self.remembered.epoch;
        if epoch <= highest {
            return Err(Refusal::StaleEpoch { asked: epoch, highest });
        }
        self.remembered.epoch = epoch;
        self.hold(HoldCause::Desk);
        Ok(())
    }

    /// From now on only what takes risk off is signed. The weightier cause stays.
    pub fn hold(&mut self, cause: HoldCause) {
        self.remembered.hold = self.remembered.hold.max(Some(cause));
    }

    /// The desk of that epoch trades: ends the HOLD that the desk began, and no other.
    ///
    /// # Errors
    /// The refusal that still stands in the way.
    pub fn release(&mut self, epoch: u32) -> Result<(), Refusal> {
        self.fence(epoch)?;
        match self.remembered {
            Remembered { is_killed: true, .. } => Err(Refusal::Killed),
            Remembered {
                hold: Some(cause @ (HoldCause::Breaker | HoldCause::Operator)), ..
            } => Err(Refusal::Hold(cause)),
            _ => {
                self.remembered.hold = None;
                Ok(())
            }
        }
    }

    /// From now on only cancels and reads are signed.
    pub fn kill(&mut self) {
        self.remembered.is_killed = true;
    }

    /// A person ends KILLED, and what the breaker or a person held. The desk's own HOLD remains, the desk ends it.
    pub fn rearm(&mut self) {
        self.remembered.is_killed = false;
        self.remembered.hold = Some(HoldCause::Desk);
    }

    /// Whether that may be signed now. What passes counts as signed.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies. An order that would break the window's cap also puts the authority on HOLD.
    pub fn judge(
        &mut self,
        at: Nanos,
        epoch: u32,
        operation: &Operation<'_>,
    ) -> Result<(), Refusal> {
        self.fence(epoch)?;
        match operation {
            Operation::Cancel(_)
            | Operation::CancelAll(_)
            | Operation::Read(_)
            | Operation::Session(_)
            | Operation::DeadMan { is_armed: true, .. } => Ok(()),
            Operation::DeadMan { .. } | Operation::Setting(_) => self.alive(),
            Operation::Close { venue, symbol, id } => {
                self.alive()?;
                self.ours(*id, |id, highest| id == highest)?;
                // Where the venue does not keep it from opening, it is an order without price and quantity.
                let closes = self.listed(*venue, symbol)?.enforces_reduce_only;
                if closes { Ok(()) } else { Err(Refusal::Unpriced) }
            }
            Operation::Amend(terms) => {
                self.alive()?;
                self.ours(terms.id, |id, highest| id <= highest)?;
                self.listed(terms.venue, terms.symbol)?;
                self.running()?;
                let worth = self.sized(terms)?;
                self.counted(at, worth)
            }
            Operation::Place { terms, reduce_only, .. } => {
                self.alive()?;
                self.ours(terms.id, |id, highest| id == highest)?;
                let listed = self.listed(terms.venue, terms.symbol)?;
                if *reduce_only && listed.enforces_reduce_only {
                    // It cannot open anything, so neither HOLD nor a busy window keeps it from closing.
                    return self.reducing(terms);
                }
                self.running()?;
                let worth = self.sized(terms)?;
                self.counted(at, worth)
            }
        }
    }

    fn fence(&self, asked: u32) -> Result<(), Refusal> {
        let highest = self.remembered.epoch;
        match asked.cmp(&highest) {
            std::cmp::Ordering::Less if active(Bug::StaleLeaderSigned) => Ok(()),
            std::cmp::Ordering::Less => Err(Refusal::StaleEpoch { asked, highest }),
            std::cmp::Ordering::Equal if highest != 0 => Ok(()),
            _ => Err(Refusal::UnknownEpoch { asked, highest }),
        }
    }

    const fn alive(&self) -> Result<(), Refusal> {
        if self.remembered.is_killed { Err(Refusal::Killed) } else { Ok(()) }
    }

    fn running(&self) -> Result<(), Refusal> {
        self.remembered.hold.map_or(Ok(()), |cause| Err(Refusal::Hold(cause)))
    }

    fn ours(&self, id: Option<ClientOrderId>, may_be: fn(u32, u32) -> bool) -> Result<(), Refusal> {
        let id = id.ok_or(Refusal::ForeignId)?;
        let (ours, highest) = (self.policy.account, self.remembered.epoch);
        if id.account() != ours {
            return Err(Refusal::IdAccount { id: id.account(), ours });
        }
        let made_in = id.epoch();
        if may_be(made_in, highest) || active(Bug::StaleLeaderSigned) {
            Ok(())
        } else {
            Err(Refusal::IdEpoch { id: made_in, highest })
        }
    }

    fn listed(&self, venue: Venue, symbol: &str) -> Result<&Listed, Refusal> {
        self.policy.find(venue, symbol).ok_or(Refusal::UnlistedSymbol)
    }

    /// Quantity and price are above zero, and the quantity is within its cap.
    fn plausible(&self, terms: &Terms<'_>) -> Result<(), Refusal> {
        let (qty, cap) = (terms.qty, self.listed(terms.venue, terms.symbol)?.max_qty);
        if qty <= Decimal::ZERO || terms.price.is_some_and(|price| price <= Decimal::ZERO) {
            return Err(Refusal::NotPositive);
        }
        if cap < qty { Err(Refusal::QtyCap { qty, cap }) } else { Ok(()) }
    }

    /// A reduction needs no price; where it has one, the order's cap holds.
    fn reducing(&self, terms: &Terms<'_>) -> Result<(), Refusal> {
        match terms.price {
            Some(_) => self.sized(terms).map(drop),
            None => self.plausible(terms),
        }
    }

    /// The worth of an order that one order may have.
    fn sized(&self, terms: &Terms<'_>) -> Result<Decimal, Refusal> {
        self.plausible(terms)?;
        let cap = self.policy.caps.order_notional.decimal();
        let price = terms.price.ok_or(Refusal::Unpriced)?;
        // What is too large to be multiplied is too large.
        let notional = price.checked_mul(terms.qty).unwrap_or(Decimal::MAX);
        if cap < notional { Err(Refusal::NotionalCap { notional, cap }) } else { Ok(notional) }
    }

    /// Counts it, or opens the breaker.
    fn counted(&mut self, at: Nanos, worth: Decimal) -> Result<(), Refusal> {
        self.window.slide(at);
        let caps = self.policy.caps;
        let placements = u32::try_from(self.window.count() + 1).unwrap_or(u32::MAX);
        let (notional, cap) = (self.window.worth() + worth, caps.window_notional.decimal());
        let refusal = if caps.placements < placements {
            Refusal::PlacementRate { placements, cap: caps.placements }
        } else if cap < notional {
            Refusal::NotionalRate { notional, cap }
        } else {
            self.window.add(at, worth);
            return Ok(());
        };
        self.hold(HoldCause::Breaker);
        Err(refusal)
    }
}

#[cfg(test)]
mod tests;
