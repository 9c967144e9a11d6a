//! How the paper venue behaves: how far away it is, how it reads queues, what it lets an account do.

use aurora_model::{Nanos, Notional};

/// How a level that shrank without a trade moves our place in its queue.
///
/// The public book does not say who cancelled. With `front` lots ahead of us and `back` behind, the part of the
/// cancelled quantity that was ahead is, after Rigtorp (2013, "Estimating order queue position"),
/// `front^n / (front^n + back^n)`, rounded down so that doubt keeps us waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueModel {
    /// Only trades move us: every cancel is taken to be behind, as far as there is anything behind.
    RiskAverse,
    /// The share above with exponent `n`, one to three; one is proportional. Large queues behind make a cancel
    /// behind more likely the higher `n` is.
    Power(u8),
}

/// The paper venue's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueConfig {
    /// How long a request takes to reach the venue.
    pub order_latency: Nanos,
    /// How long a report takes to come back.
    pub report_latency: Nanos,
    /// Each way takes up to this much longer, drawn evenly; requests and reports never overtake each other.
    pub jitter: Nanos,
    /// Seeds the jitter.
    pub seed: u64,
    /// How cancels in the public book move our place.
    pub queue: QueueModel,
    /// A new order that was longer on its way than this is refused as late.
    pub receive_window: Option<Nanos>,
    /// The most exposure the account may have, in quote: positions at the touch, open orders at their limits.
    /// An order that only reduces passes.
    pub buying_power: Option<Notional>,
    /// Whether losing the connection cancels every open order.
    pub cancel_on_disconnect: bool,
}

impl Default for VenueConfig {
    /// A venue on the other side of town: 5 ms each way, up to 2 ms more.
    fn default() -> VenueConfig {
        VenueConfig {
            order_latency: Nanos::from_millis(5),
            report_latency: Nanos::from_millis(5),
            jitter: Nanos::from_millis(2),
            seed: 1,
            queue: QueueModel::Power(2),
            receive_window: Some(Nanos::from_millis(5_000)),
            buying_power: None,
            cancel_on_disconnect: true,
        }
    }
}
