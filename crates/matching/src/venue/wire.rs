//! The way to the venue and back: latency, and requests that are on their way.

use std::collections::VecDeque;

use aurora_model::{Nanos, VenueRequest};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::config::VenueConfig;

/// A request and the two ends of its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnTheWay {
    pub(crate) sent_at: Nanos,
    pub(crate) arrives_at: Nanos,
    pub(crate) request: VenueRequest,
}

/// One connection: in each direction nothing overtakes.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    requests: VecDeque<OnTheWay>,
    last_arrival: Nanos,
    last_delivery: Nanos,
    chance: ChaCha8Rng,
}

impl Wire {
    pub(crate) fn new(seed: u64) -> Wire {
        Wire {
            requests: VecDeque::new(),
            last_arrival: Nanos(i64::MIN),
            last_delivery: Nanos(i64::MIN),
            chance: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    pub(crate) fn send(&mut self, at: Nanos, request: VenueRequest, config: &VenueConfig) {
        let arrives_at = at + config.order_latency + self.jitter(config.jitter);
        self.last_arrival = arrives_at.max(self.last_arrival);
        let arrives_at = self.last_arrival;
        self.requests.push_back(OnTheWay { sent_at: at, arrives_at, request });
    }

    pub(crate) fn next_at(&self) -> Option<Nanos> {
        self.requests.front().map(|way| way.arrives_at)
    }

    /// The next request that arrives at `to` or before.
    pub(crate) fn arrive(&mut self, to: Nanos) -> Option<OnTheWay> {
        self.requests.pop_front_if(|way| way.arrives_at <= to)
    }

    /// When a report that leaves the venue now is back with us.
    pub(crate) fn deliver_at(&mut self, at: Nanos, config: &VenueConfig) -> Nanos {
        let deliver_at = at + config.report_latency + self.jitter(config.jitter);
        self.last_delivery = deliver_at.max(self.last_delivery);
        self.last_delivery
    }

    /// The connection is gone, and everything on it.
    pub(crate) fn cut(&mut self) {
        self.requests.clear();
    }

    /// Evenly from nothing to `most`; draws only when there is something to draw.
    fn jitter(&mut self, most: Nanos) -> Nanos {
        if most.0 <= 0 {
            return Nanos(0);
        }
        let drawn = (i128::from(self.chance.next_u64()) * (i128::from(most.0) + 1)) >> 64;
        Nanos(i64::try_from(drawn).expect("a drawn span is not longer than the longest"))
    }
}
