//! The two ways between the desk's thread and the console: what it publishes, what it is asked.

use std::sync::Arc;

use aurora_model::{TradingState, TransitionCause};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::metrics::Tally;
use super::venues::{MetaRow, VenueView, WindowRow};
use super::wire::{
    Bar, DecisionFull, DecisionRow, ExecutionRow, Exposure, Frame, GateSummary, Health, Ladder,
    Mark, OrderLife, OrderRow, PnlSums, PositionRow, ReconBalances, ReconOrders, RiskBudget,
    System, Text,
};

/// Everything the streams show, as of one moment. Replaced whole; readers keep the old one alive.
#[derive(Clone, Debug)]
pub struct View {
    /// The top bar.
    pub frame: Frame,
    /// Book and chart of every instrument.
    pub instruments: Vec<InstrumentView>,
    /// The last orders, newest first, each with the version it last changed at (counts up).
    pub orders: Vec<(u64, Arc<OrderRow>)>,
    /// Open positions.
    pub positions: Vec<PositionRow>,
    /// `[t_ms, net, drawdown]` since start, thinned to at most 2000.
    pub pnl_points: Arc<Vec<(f64, f64, f64)>>,
    /// The sums under the curve.
    pub pnl: PnlSums,
    /// Exposure, whole and by instrument.
    pub exposure: Exposure,
    /// The governor's budgets.
    pub risk_budget: RiskBudget,
    /// The last decisions, newest first.
    pub decisions: Vec<Arc<DecisionRow>>,
    /// How many decisions there were since start: tells which of them are new.
    pub decisions_total: u64,
    /// The last minutes of the gate.
    pub gate: Arc<GateSummary>,
    /// The health page.
    pub health: Health,
    /// The venues the desk trades on.
    pub venues: Arc<Vec<VenueView>>,
    /// Every instrument's rules.
    pub meta: Arc<Vec<MetaRow>>,
    /// Planned stops of venues.
    pub maintenance: Arc<Vec<WindowRow>>,
    /// What `/metrics` tells besides, at most a second old.
    pub tally: Arc<Tally>,
}

impl View {
    /// The same before a run has begun: whatever the journal's last run died in, this one is on HOLD.
    #[must_use]
    pub fn before_the_start(mut self) -> View {
        if self.frame.state == TradingState::Run.code() {
            self.frame.state = TradingState::Hold.code();
            self.frame.cause = TransitionCause::Start.code();
        }
        self
    }
}

/// Book and chart of one instrument.
#[derive(Clone, Debug)]
pub struct InstrumentView {
    /// Canonical id.
    pub id: Arc<str>,
    /// Near the touch.
    pub ladder: Ladder,
    /// The last 900 seconds, oldest first.
    pub bars: Arc<Vec<Bar>>,
    /// Our fills on the chart, oldest first.
    pub marks: Arc<Vec<Mark>>,
    /// How many marks there were since start: tells which of them are new.
    pub marks_total: u64,
}

/// What an operator may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Stop trading, cancel what is open.
    Hold,
    /// Trade again, if every check passes.
    Resume,
    /// Stop trading until re-armed, cancel what is open.
    Kill,
    /// Back from KILLED into HOLD.
    Rearm,
    /// What venues say their wallets hold is right: those that differ start anew with it.
    Accept,
}

impl Action {
    /// As it is asked for over HTTP.
    pub fn word(self) -> &'static str {
        match self {
            Action::Hold => "hold",
            Action::Resume => "resume",
            Action::Kill => "kill",
            Action::Rearm => "rearm",
            Action::Accept => "accept",
        }
    }
}

/// What an operator's action did.
#[derive(Clone, Copy, Debug)]
pub struct Controlled {
    /// The state now.
    pub state: &'static str,
    /// How many orders a cancel was sent for.
    pub canceled: usize,
    /// Whether a crash could still forget it.
    pub written: Written,
}

/// How safe the record of an operator's action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// On every disk it belongs on.
    Durable,
    /// On this node's disk, and the other node has not said that it has it.
    HereOnly,
    /// The disk has not said so in time.
    NotYet,
}

impl Written {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Written::Durable => "durable",
            Written::HereOnly => "here_only",
            Written::NotYet => "not_yet",
        }
    }

    /// What a person has to know about it; nothing when all is well.
    pub fn warning(self) -> Option<Text> {
        match self {
            Written::Durable => None,
            Written::HereOnly => Some(Text::new(
                "Сделано и записано здесь, но у второго узла этого ещё нет: если управление возьмёт он, проверьте состояние там",
                "Done and written down here, but the other node does not have it yet: should it take over, look at the state there",
            )),
            Written::NotYet => Some(Text::new(
                "Сделано, но диск ещё не подтвердил запись: после сбоя стол может этого не помнить, проверьте состояние после перезапуска",
                "Done, but the disk has not confirmed the record yet: after a crash the desk may not remember it, look at its state after a restart",
            )),
        }
    }
}

/// Why an operator's action was not done.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Stable code.
    pub code: &'static str,
    /// Why, with the way out.
    pub text: Text,
}

/// A question for the desk's thread; the answer comes back on the channel inside.
#[derive(Debug)]
pub enum Ask {
    /// Do this.
    Control {
        /// What.
        action: Action,
        /// Why, in the operator's words.
        reason: String,
        /// What it did.
        reply: oneshot::Sender<Result<Controlled, Refused>>,
    },
    /// The life of one order.
    Order {
        /// Client order id.
        id: String,
        /// `None` when there is no such order.
        reply: oneshot::Sender<Option<OrderLife>>,
    },
    /// One decision in full.
    Decision {
        /// UUIDv7.
        id: String,
        /// `None` when it is not remembered.
        reply: oneshot::Sender<Option<DecisionFull>>,
    },
    /// Every order that is remembered, with its route and its fate.
    Execution {
        /// Newest first.
        reply: oneshot::Sender<Vec<ExecutionRow>>,
    },
    /// The same orders, ours beside the venue's.
    ReconOrders {
        /// Newest first.
        reply: oneshot::Sender<ReconOrders>,
    },
    /// Balances at the venues beside our books.
    ReconBalances {
        /// By venue and currency.
        reply: oneshot::Sender<ReconBalances>,
    },
    /// The system page.
    System {
        /// All of it.
        reply: oneshot::Sender<System>,
    },
}
