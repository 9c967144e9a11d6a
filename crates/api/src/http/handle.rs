//! The way to the gate for everything that is not on its thread.

use std::sync::Arc;

use bytes::Bytes;
use crossbeam_channel::Sender;
use mio::Waker;
use tokio::sync::oneshot;

use crate::gate::errors::Fault;
use crate::gate::{Call, Op};

use super::batch::Answered;

/// A request that owns what it needs to cross threads; see [`Call`].
#[derive(Clone, Debug)]
pub enum OwnedCall {
    /// `POST /pretrade/check` with its body.
    Check(Bytes),
    /// `POST /posttrade/log` with its body.
    Posttrade(Bytes),
    /// An operation.
    Ops {
        /// Which.
        op: OwnedOp,
        /// `X-OPS-TOKEN`.
        token: Option<String>,
    },
    /// `GET /health`.
    Health,
    /// `GET /metrics`.
    Metrics {
        /// `X-OPS-TOKEN`.
        token: Option<String>,
        /// The latency histograms alone.
        only_latency: bool,
    },
}

/// An operation that owns what it needs; see [`Op`].
#[derive(Clone, Debug)]
pub enum OwnedOp {
    /// `GET /liveness`.
    Liveness,
    /// `GET /readiness`.
    Readiness,
    /// `POST /ops/cooloff/{sec}`.
    Cooloff(String),
    /// `POST /ops/reset`.
    Reset,
    /// `POST /ops/rotate_token`.
    RotateToken(Bytes),
    /// `POST /aurora/{arm|disarm}`.
    Arm(String),
    /// `GET /risk/snapshot`.
    RiskSnapshot,
    /// `POST /risk/set`.
    RiskSet(Bytes),
}

impl OwnedCall {
    pub(super) fn borrowed(&self) -> Call<'_> {
        match self {
            OwnedCall::Check(body) => Call::Check(body),
            OwnedCall::Posttrade(body) => Call::Posttrade(body),
            OwnedCall::Ops { op, token } => {
                Call::Ops { op: op.borrowed(), token: token.as_deref() }
            }
            OwnedCall::Health => Call::Health,
            OwnedCall::Metrics { token, only_latency } => {
                Call::Metrics { token: token.as_deref(), only_latency: *only_latency }
            }
        }
    }
}

impl OwnedOp {
    fn borrowed(&self) -> Op<'_> {
        match self {
            OwnedOp::Liveness => Op::Liveness,
            OwnedOp::Readiness => Op::Readiness,
            OwnedOp::Cooloff(secs) => Op::Cooloff(secs),
            OwnedOp::Reset => Op::Reset,
            OwnedOp::RotateToken(body) => Op::RotateToken(body),
            OwnedOp::Arm(word) => Op::Arm(word),
            OwnedOp::RiskSnapshot => Op::RiskSnapshot,
            OwnedOp::RiskSet(body) => Op::RiskSet(body),
        }
    }
}

/// A request on its way to the gate thread.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) call: OwnedCall,
    pub(super) reply: oneshot::Sender<Answered>,
}

/// Asks the gate thread; cheap to clone.
#[derive(Clone, Debug)]
pub struct GateHandle {
    pub(super) commands: Sender<Command>,
    pub(super) waker: Arc<Waker>,
}

impl GateHandle {
    /// Asks and waits; the answer is written down by the time it is here.
    ///
    /// A full queue (1024 requests) answers 503 at once: a caller must hear no rather than nothing.
    pub async fn call(&self, call: OwnedCall) -> Answered {
        let (reply, answer) = oneshot::channel();
        let is_sent = self.commands.try_send(Command { call, reply }).is_ok();
        if is_sent
            && self.waker.wake().is_ok()
            && let Ok(answered) = answer.await
        {
            return answered;
        }
        Answered { status: Fault::Busy.status(), body: Fault::Busy.body() }
    }
}
