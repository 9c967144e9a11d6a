//! The deterministic core: one `apply`, effects out.
//!
//! All trading decisions happen here, in one single-threaded state machine that does no I/O. The same
//! inputs give the same effects and the same [`Fingerprint`], on any machine; live, backtest and replay
//! differ only in where inputs come from and who carries the effects out.

mod alert;
pub mod brakes;
mod checks;
mod dead_man;
mod decide;
mod doubt;
mod effect;
mod engine;
mod fingerprint;
pub mod guard;
mod input;
mod market;
mod outbox;
mod planted;
mod reconcile;
mod record;
mod replay;
mod report;
mod saved;
mod state;
mod timer;
mod wallets;
mod watch;

pub use alert::AlertCode;
pub use brakes::BudgetView;
pub use checks::{Checks, StartCheck};
pub use effect::{Effects, Judgement, Notice};
pub use engine::{Engine, Settings};
pub use fingerprint::Fingerprint;
pub use input::{Audit, Command, Input};
pub use market::{Market, MarketSettings};
pub use reconcile::Reconciliation;
pub use record::{Record, Stamped};
pub use saved::{StateError, state_hash};
pub use state::{Refusal, Status};
pub use wallets::{WalletPolicy, WalletState, WalletView};
pub use watch::{Measure, Watch};

/// What stops an engine from being built or rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The gate's configuration.
    #[error("the gate cannot be built: {0}")]
    Gate(#[from] aurora_gate::GateConfigError),
    /// The instruments or the starting cash.
    #[error("the ledger cannot be built: {0}")]
    Ledger(#[from] aurora_ledger::LedgerError),
    /// A journal record contradicts the ones before it.
    #[error(
        "journal record {record} contradicts the ones before it: {detail}; run `aurora journal verify`"
    )]
    Contradiction {
        /// Which record, counted from one.
        record: u64,
        /// How.
        detail: String,
    },
}
