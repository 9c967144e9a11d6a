//! Keys and authority together: judges a request by the bytes it brings, then signs exactly these.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_authority::{Authority, Operation, Policy, Refusal, Remembered};
use aurora_model::{Nanos, Venue};
use aurora_wire::{Auth, Call, CallNo, Cost, Keys, LimitNo, Protocol, Signed, Urgency};

use crate::codec::Standing;
use crate::fault::NotSigned;
use crate::state::StateFile;
use crate::table::{Bytes, SignedPath, path, path_no};

/// How far the venue's time in a request may be from our clock: a signature must not be good later on.
const MAX_APART: Nanos = Nanos(5_000_000_000);
/// The longest patience that a venue's deadline is made of.
const MAX_PATIENCE: Nanos = Nanos(5_000_000_000);
/// How far ahead of our clock the venue's time of an order may be. With [`ORDER_WINDOW`] it is how long a new leader
/// waits for what its predecessor had signed.
pub const ORDER_AHEAD: Nanos = Nanos(1_000_000_000);
/// How long after its time an order may be good.
pub const ORDER_WINDOW: Nanos = Nanos(2_000_000_000);

/// One venue's words and the account's key there.
pub type KeyRing = BTreeMap<Venue, (Arc<dyn Protocol>, Keys)>;

/// A request to sign, as it crosses the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The asker's epoch.
    pub epoch: u32,
    /// The row of [`crate::PATHS`].
    pub path: u16,
    /// The venue's time that is signed.
    pub venue_at: Nanos,
    /// How long the answer is waited for.
    pub patience: Nanos,
    /// The query as it goes out.
    pub query: &'a str,
    /// The body as it goes out.
    pub body: &'a str,
}

/// Judges and signs.
#[derive(Debug)]
pub struct Judge {
    authority: Authority,
    /// The authority's own, apart from it so that bytes can be read while it judges.
    policy: Policy,
    keys: KeyRing,
    /// Where what must be remembered goes; a paper desk has its journal for that.
    file: Option<StateFile>,
    written: Remembered,
    is_broken: bool,
    /// When the last order was signed, since the process began; whatever the one before signed is older.
    ordered_at: Nanos,
}

impl Judge {
    /// A judge with those keys. What must be remembered goes into the file, where there is one.
    pub fn new(authority: Authority, keys: KeyRing, file: Option<StateFile>) -> Judge {
        let written = authority.remembered();
        let policy = authority.policy().clone();
        Judge { authority, policy, keys, file, written, is_broken: false, ordered_at: Nanos(0) }
    }

    /// Whom it judges by.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The venues there are keys for.
    pub fn venues(&self) -> impl Iterator<Item = Venue> {
        self.keys.keys().copied()
    }

    /// How everything stands, so long after the process began.
    pub fn standing(&self, running: Nanos) -> Standing {
        Standing {
            remembered: self.authority.remembered(),
            account: self.authority.policy().account,
            venues: self.venues().collect(),
            order_ago: running - self.ordered_at,
        }
    }

    /// A request of that path was signed, so long after the process began.
    pub(crate) fn has_signed(&mut self, running: Nanos, no: u16) {
        if path(no).is_some_and(|row| is_order(row.urgency)) {
            self.ordered_at = running;
        }
    }

    /// Changes what the authority stands at, and makes it durable.
    ///
    /// # Errors
    /// What the change refuses, and [`NotSigned::State`] when it cannot be written down: that kills.
    pub fn change(
        &mut self,
        change: impl FnOnce(&mut Authority) -> Result<(), Refusal>,
    ) -> Result<(), NotSigned> {
        if self.is_broken {
            return Err(NotSigned::State);
        }
        let changed = change(&mut self.authority);
        self.remember()?;
        Ok(changed?)
    }

    /// Signs what a request brings, if it may be signed. `at` is our own clock.
    ///
    /// # Errors
    /// Why not.
    pub fn sign(&mut self, at: Nanos, request: &Request<'_>) -> Result<Signed, NotSigned> {
        let row = path(request.path).ok_or(NotSigned::UnknownPath)?;
        self.judge(at, row, request)?;
        let call = Call {
            no: CallNo(0),
            method: row.method,
            path: row.path,
            query: request.query.to_owned(),
            body: request.body.to_owned(),
            auth: row.auth,
            urgency: row.urgency,
            costs: [Cost { limit: LimitNo(0), units: 0 }; 3],
            instrument: None,
            patience: request.patience.clamp(Nanos(0), longest_patience(row.urgency)),
        };
        self.signed(row.venue, request.venue_at, &call)
    }

    /// The same for a call of this process, which is signed as it is.
    ///
    /// # Errors
    /// Why not.
    pub fn sign_call(
        &mut self,
        (at, venue_at): (Nanos, Nanos),
        (epoch, venue): (u32, Venue),
        call: &Call,
    ) -> Result<Signed, NotSigned> {
        let request = Request::of(epoch, venue, venue_at, call)?;
        let row = path(request.path).ok_or(NotSigned::UnknownPath)?;
        self.judge(at, row, &request)?;
        let longest = longest_patience(call.urgency);
        if longest < call.patience {
            let call = Call { patience: longest, ..call.clone() };
            return self.signed(venue, venue_at, &call);
        }
        self.signed(venue, venue_at, call)
    }

    /// The frame that logs a private connection in.
    ///
    /// # Errors
    /// Why there is none.
    pub fn login(
        &mut self,
        (at, venue_at): (Nanos, Nanos),
        epoch: u32,
        venue: Venue,
    ) -> Result<String, NotSigned> {
        on_time(at, venue_at, Urgency::Read)?;
        self.key(venue)?;
        self.authority.judge(at, epoch, &Operation::Session(venue))?;
        self.frame(venue, venue_at)
    }

    /// Signs a call of the signer itself, of whatever epoch it is: nothing but what takes risk off, and reads.
    ///
    /// # Errors
    /// Why not; [`Refusal::Killed`] for everything else.
    pub fn sign_own(
        &self,
        (at, venue_at): (Nanos, Nanos),
        venue: Venue,
        call: &Call,
    ) -> Result<Signed, NotSigned> {
        let request = Request::of(0, venue, venue_at, call)?;
        let row = path(request.path).ok_or(NotSigned::UnknownPath)?;
        on_time(at, venue_at, Urgency::Read)?;
        let bytes = Bytes { query: request.query, body: request.body, policy: &self.policy };
        (row.read)(row, &bytes, &mut |operations| operations.iter().try_for_each(takes_risk_off))?;
        self.signed(venue, venue_at, call)
    }

    /// The frame that logs a connection of the signer itself in.
    ///
    /// # Errors
    /// Why there is none.
    pub fn login_own(
        &self,
        (at, venue_at): (Nanos, Nanos),
        venue: Venue,
    ) -> Result<String, NotSigned> {
        on_time(at, venue_at, Urgency::Read)?;
        self.frame(venue, venue_at)
    }

    fn frame(&self, venue: Venue, at: Nanos) -> Result<String, NotSigned> {
        let (protocol, keys) = self.key(venue)?;
        let frame = protocol.login(keys, at);
        if keys.secret.has_failed() { Err(NotSigned::Token(venue)) } else { Ok(frame) }
    }

    fn judge(
        &mut self,
        at: Nanos,
        row: &SignedPath,
        request: &Request<'_>,
    ) -> Result<(), NotSigned> {
        on_time(at, request.venue_at, row.urgency)?;
        self.key(row.venue)?;
        let Judge { authority, policy, .. } = self;
        let bytes = Bytes { query: request.query, body: request.body, policy };
        let judged = (row.read)(row, &bytes, &mut |operations| {
            operations.iter().try_for_each(|one| authority.judge(at, request.epoch, one))
        });
        self.remember()?;
        judged
    }

    fn key(&self, venue: Venue) -> Result<&(Arc<dyn Protocol>, Keys), NotSigned> {
        self.keys.get(&venue).ok_or(NotSigned::NoKeys(venue))
    }

    fn signed(&self, venue: Venue, at: Nanos, call: &Call) -> Result<Signed, NotSigned> {
        let (protocol, keys) = self.key(venue)?;
        let signed = protocol.sign(Some(keys), at, call);
        if keys.secret.has_failed() { Err(NotSigned::Token(venue)) } else { Ok(signed) }
    }

    /// Before any answer leaves. A disk that failed once is not asked again, for what it kept is unknown: from then on
    /// this is KILLED, and only cancels and reads are signed.
    fn remember(&mut self) -> Result<(), NotSigned> {
        let now = self.authority.remembered();
        if self.is_broken || now == self.written {
            return Ok(());
        }
        if let Some(Err(_)) = self.file.as_mut().map(|file| file.write(now)) {
            self.is_broken = true;
            self.authority.kill();
            return Err(NotSigned::State);
        }
        self.written = now;
        Ok(())
    }
}

/// Anybody may have asked for any moment.
fn on_time(at: Nanos, venue_at: Nanos, urgency: Urgency) -> Result<(), NotSigned> {
    let apart = Nanos(venue_at.0.saturating_sub(at.0));
    let ahead = if is_order(urgency) { ORDER_AHEAD } else { MAX_APART };
    let is_near = Nanos(-MAX_APART.0) <= apart && apart <= ahead;
    if is_near { Ok(()) } else { Err(NotSigned::Clock(apart.millis())) }
}

fn longest_patience(urgency: Urgency) -> Nanos {
    if is_order(urgency) { ORDER_WINDOW } else { MAX_PATIENCE }
}

/// Whether what is signed may leave an order at the venue.
pub(crate) const fn is_order(urgency: Urgency) -> bool {
    matches!(urgency, Urgency::Place | Urgency::Amend)
}

fn takes_risk_off(operation: &Operation<'_>) -> Result<(), Refusal> {
    match operation {
        Operation::Cancel(_)
        | Operation::CancelAll(_)
        | Operation::Read(_)
        | Operation::Session(_)
        | Operation::DeadMan { is_armed: true, .. } => Ok(()),
        _ => Err(Refusal::Killed),
    }
}

impl<'a> Request<'a> {
    /// A call as a request.
    ///
    /// # Errors
    /// [`NotSigned::UnknownPath`] when no row is like it.
    pub fn of(
        epoch: u32,
        venue: Venue,
        venue_at: Nanos,
        call: &'a Call,
    ) -> Result<Request<'a>, NotSigned> {
        debug_assert_ne!(call.auth, Auth::Public, "what needs no key is not to be signed");
        let path = path_no(venue, call).ok_or(NotSigned::UnknownPath)?;
        let Call { query, body, patience, .. } = call;
        Ok(Request { epoch, path, venue_at, patience: *patience, query, body })
    }
}

#[cfg(test)]
mod tests;
