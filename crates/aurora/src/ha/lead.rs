//! What a desk that leads is given: its epoch, and what it may still send.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aurora_api::console::wire::HighAvailability;
use aurora_ha::{OpenOrders, Permit};
use aurora_model::VenueRequest;

use super::epochs::Epochs;
use super::ship::Acks;

/// The leadership of one desk, shared with the node's loop.
#[derive(Clone, Debug)]
pub(crate) struct Lead {
    pub(crate) epoch: u32,
    /// The desk is to come to rest.
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) epochs: Epochs,
    /// What the other node has, where an order waits for it.
    pub(crate) acks: Option<Acks>,
    open_orders: OpenOrders,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    orders_until: AtomicI64,
    cancels_until: AtomicI64,
    /// The higher epoch that was seen, else zero.
    stale: AtomicI64,
    has_begun: AtomicBool,
    held: AtomicBool,
    shown: Mutex<HighAvailability>,
    console: OnceLock<String>,
}

impl Lead {
    pub(crate) fn new(
        (epoch, open_orders): (u32, OpenOrders),
        epochs: Epochs,
        acks: Option<Acks>,
    ) -> Lead {
        let nothing = Permit::default();
        Lead {
            epoch,
            stop: Arc::new(AtomicBool::new(false)),
            epochs,
            acks,
            open_orders,
            shared: Arc::new(Shared {
                orders_until: AtomicI64::new(nothing.orders_until.0),
                cancels_until: AtomicI64::new(nothing.cancels_until.0),
                stale: AtomicI64::new(0),
                has_begun: AtomicBool::new(false),
                held: AtomicBool::new(false),
                shown: Mutex::default(),
                console: OnceLock::new(),
            }),
        }
    }

    /// From now on this much may leave.
    pub(crate) fn permit(&self, permit: Permit) {
        self.shared.orders_until.store(permit.orders_until.0, Ordering::Release);
        self.shared.cancels_until.store(permit.cancels_until.0, Ordering::Release);
    }

    /// Whether that may leave now: looked at right before it does.
    pub(crate) fn lets(&self, request: &VenueRequest) -> bool {
        // The start's own: what is open is compared instead, and goes on.
        let is_at_start = matches!(request, VenueRequest::CancelAll) && !self.has_begun();
        if is_at_start && self.open_orders == OpenOrders::Adopt {
            return false;
        }
        let until = match request {
            VenueRequest::Query { .. }
            | VenueRequest::Sweep { .. }
            | VenueRequest::Statement { .. } => return true,
            VenueRequest::Cancel { .. } | VenueRequest::CancelAll => &self.shared.cancels_until,
            VenueRequest::Place { .. } | VenueRequest::DeadMan { .. } => &self.shared.orders_until,
        };
        super::since_boot().0 < until.load(Ordering::Acquire) && self.is_highest()
    }

    /// Nobody has raised the epoch since.
    fn is_highest(&self) -> bool {
        match self.epochs.highest() {
            Ok(None) => true,
            Ok(Some(highest)) if self.epoch < highest => {
                self.was_refused(highest);
                false
            }
            Ok(Some(highest)) => highest == self.epoch,
            // Where it cannot be told, nothing leaves.
            Err(_) => false,
        }
    }

    /// The signer knows a higher epoch.
    pub(crate) fn was_refused(&self, highest: u32) {
        self.shared.stale.store(i64::from(highest), Ordering::Release);
    }

    /// The higher epoch a request ran into.
    pub(crate) fn stale(&self) -> Option<u32> {
        u32::try_from(self.shared.stale.swap(0, Ordering::AcqRel)).ok().filter(|epoch| *epoch != 0)
    }

    /// Nothing may leave any more, not even a cancel: there is nothing to wait for.
    pub(crate) fn is_lost(&self) -> bool {
        self.shared.cancels_until.load(Ordering::Acquire) <= super::since_boot().0
    }

    /// The desk has begun.
    pub(crate) fn begun(&self) {
        self.shared.has_begun.store(true, Ordering::Release);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.shared.has_begun.load(Ordering::Acquire)
    }

    /// The desk is to hold.
    pub(crate) fn hold(&self) {
        self.shared.held.store(true, Ordering::Release);
    }

    /// Whether it was told to hold since it was last asked.
    pub(crate) fn is_to_hold(&self) -> bool {
        self.shared.held.swap(false, Ordering::AcqRel)
    }

    /// Where the desk's console is.
    pub(crate) fn listens_at(&self, address: &str) {
        // One desk has one console.
        let _ = self.shared.console.set(address.to_owned());
    }

    pub(crate) fn console(&self) -> Option<String> {
        self.shared.console.get().cloned()
    }

    /// What the console shows.
    pub(crate) fn show(&self, shown: HighAvailability) {
        *self.shared.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    pub(crate) fn shown(&self) -> HighAvailability {
        self.shared.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
