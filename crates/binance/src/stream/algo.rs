//! `ALGO_UPDATE` and `CONDITIONAL_ORDER_TRIGGER_REJECT`.

use aurora_wire::DecodeError;
use serde::Deserialize;

use crate::answer;

/// News of a conditional order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AlgoUpdate {
    /// The client's id.
    #[serde(rename = "caid")]
    pub client_id: String,
    /// The venue's id.
    #[serde(rename = "aid")]
    pub id: u64,
    /// The venue's name of the instrument.
    #[serde(rename = "s")]
    pub symbol: String,
    /// `NEW`, `TRIGGERING`, `TRIGGERED`, `FINISHED`, `CANCELED`, `EXPIRED`, `REJECTED`.
    #[serde(rename = "X")]
    pub status: String,
    /// The order it became; empty before.
    #[serde(default, rename = "ai")]
    pub order_id: String,
    /// When it was sent, milliseconds.
    #[serde(skip)]
    pub sent_ms: i64,
}

pub(super) fn read(data: &[u8]) -> Result<AlgoUpdate, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(rename = "E")]
        sent_ms: i64,
        o: AlgoUpdate,
    }
    let wire: Wire = answer::read(data)?;
    Ok(AlgoUpdate { sent_ms: wire.sent_ms, ..wire.o })
}

/// A conditional order fired and its order was refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TriggerReject {
    /// The venue's name of the instrument.
    #[serde(rename = "s")]
    pub symbol: String,
    /// The venue's id.
    #[serde(rename = "i")]
    pub id: u64,
    /// Why, in its words.
    #[serde(default, rename = "r")]
    pub reason: String,
}

pub(super) fn read_reject(data: &[u8]) -> Result<TriggerReject, DecodeError> {
    #[derive(Deserialize)]
    struct Wire {
        or: TriggerReject,
    }
    answer::read::<Wire>(data).map(|wire| wire.or)
}
