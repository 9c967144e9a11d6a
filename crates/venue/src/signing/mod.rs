//! Who signs a line's calls: nobody, keys of this process, or a signer with keys of its own.
//!
//! Whoever it is, a call that is not signed is not sent: not a byte of it leaves, and nothing is in doubt.

mod remote;

use std::sync::{Arc, Mutex, PoisonError};

use aurora_model::{Nanos, Venue};
use aurora_signer::{Judge, NotSigned, Told};
use aurora_wire::{Auth, Call, Keys, Protocol, Signed};

pub(crate) use remote::Remote;
pub use remote::RemoteSigner;

/// Who signs.
#[derive(Clone, Debug)]
pub enum Signing {
    /// Nobody: only public calls can be made.
    Nobody,
    /// Keys of this process, and no judge: conformance runs and benches.
    Keys(Keys),
    /// Keys and judge of this process, for the desk of that epoch.
    Judge(Arc<Mutex<Judge>>, u32),
    /// The same keys for nothing but what takes risk off, in whatever epoch: a signer that cancels by itself.
    Own(Arc<Mutex<Judge>>),
    /// A process of its own.
    Remote(RemoteSigner),
}

impl Signing {
    /// Whether anybody signs.
    pub(crate) const fn is_there(&self) -> bool {
        !matches!(self, Signing::Nobody)
    }
}

/// A line's own end of it.
#[derive(Debug)]
pub(crate) enum Pen {
    /// It answers at once.
    Here(Signing),
    /// It is to be waited for.
    Away(Remote),
}

impl Pen {
    pub(crate) fn new(signing: Signing) -> Pen {
        match signing {
            Signing::Remote(config) => Pen::Away(Remote::new(config)),
            here => Pen::Here(here),
        }
    }

    /// The call, signed or not, where that is known at once. `at` is our clock, `venue_at` the venue's.
    pub(crate) fn sign(
        &self,
        protocol: &dyn Protocol,
        (at, venue_at): (Nanos, Nanos),
        call: &Call,
    ) -> Option<Result<Signed, Told>> {
        let signing = match self {
            _ if call.auth == Auth::Public => &Signing::Nobody,
            Pen::Away(_) => return None,
            Pen::Here(signing) => signing,
        };
        Some(match signing {
            Signing::Keys(keys) => Ok(protocol.sign(Some(keys), venue_at, call)),
            Signing::Judge(judge, epoch) => judged(judge, |judge| {
                judge.sign_call((at, venue_at), (*epoch, protocol.venue()), call)
            }),
            Signing::Own(judge) => {
                own(judge, |judge| judge.sign_own((at, venue_at), protocol.venue(), call))
            }
            Signing::Nobody | Signing::Remote(_) => Ok(protocol.sign(None, venue_at, call)),
        })
    }

    /// The login frame, or why there is none, where that is known at once.
    pub(crate) fn login(
        &self,
        protocol: &dyn Protocol,
        (at, venue_at): (Nanos, Nanos),
    ) -> Option<Result<String, Told>> {
        let Pen::Here(signing) = self else { return None };
        let venue: Venue = protocol.venue();
        Some(match signing {
            Signing::Keys(keys) => Ok(protocol.login(keys, venue_at)),
            Signing::Judge(judge, epoch) => {
                judged(judge, |judge| judge.login((at, venue_at), *epoch, venue))
            }
            Signing::Own(judge) => own(judge, |judge| judge.login_own((at, venue_at), venue)),
            Signing::Nobody | Signing::Remote(_) => Err(NotSigned::NoKeys(venue).told()),
        })
    }
}

/// A judge that somebody panicked with is not believed.
fn judged<T>(
    judge: &Mutex<Judge>,
    ask: impl FnOnce(&mut Judge) -> Result<T, NotSigned>,
) -> Result<T, Told> {
    match judge.lock() {
        Ok(mut judge) => ask(&mut judge).map_err(|why| why.told()),
        Err(_) => Err(NotSigned::State.told()),
    }
}

/// Cancelling is right whatever state the judge was left in.
fn own<T>(
    judge: &Mutex<Judge>,
    ask: impl FnOnce(&Judge) -> Result<T, NotSigned>,
) -> Result<T, Told> {
    let judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
    ask(&judge).map_err(|why| why.told())
}
