//! What can be asked of a gate service, and how an answer depends on the log.

/// One request to the service.
#[derive(Clone, Copy, Debug)]
pub enum Call<'a> {
    /// `POST /pretrade/check` with its body.
    Check(&'a [u8]),
    /// `POST /posttrade/log` with its body.
    Posttrade(&'a [u8]),
    /// An operation, with the token that was sent.
    Ops {
        /// Which.
        op: Op<'a>,
        /// `X-OPS-TOKEN`.
        token: Option<&'a str>,
    },
    /// `GET /health`.
    Health,
    /// `GET /metrics`.
    Metrics {
        /// `X-OPS-TOKEN`, which `metrics.require_token` may ask for.
        token: Option<&'a str>,
        /// `/metrics/latency`: the latency histograms alone.
        only_latency: bool,
    },
}

/// What an operator can do.
#[derive(Clone, Copy, Debug)]
pub enum Op<'a> {
    /// `GET /liveness`.
    Liveness,
    /// `GET /readiness`.
    Readiness,
    /// `POST /ops/cooloff/{sec}`, the seconds as they were written.
    Cooloff(&'a str),
    /// `POST /ops/reset`.
    Reset,
    /// `POST /ops/rotate_token` with its body.
    RotateToken(&'a [u8]),
    /// `POST /aurora/{arm|disarm}`, the word as it was written.
    Arm(&'a str),
    /// `GET /risk/snapshot`.
    RiskSnapshot,
    /// `POST /risk/set` with its body.
    RiskSet(&'a [u8]),
}

/// The status of an answer and what becomes of it when the log fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// How it depends on the log.
    pub audit: Audit,
}

/// How an answer depends on the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// Not at all.
    None,
    /// A denial or an operator's act: it stands, written down or not.
    Denial,
    /// An allow: only when written down.
    Allow,
    /// A promise that something was kept: only when it was.
    Record,
}

impl Reply {
    pub(super) const fn new(status: u16, audit: Audit) -> Reply {
        Reply { status, audit }
    }
}
