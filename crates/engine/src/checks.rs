//! What must hold before trading: asked at every start and by every RESUME.

use aurora_gate::Stopwatch;
use aurora_model::Nanos;
use aurora_planted::{Bug, active};

use crate::engine::Engine;
use crate::reconcile::Reconciliation;

/// One condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartCheck {
    /// Every traded book is whole and fresh.
    Books,
    /// The venue and the journal agree on orders, fills and positions.
    Reconciled,
    /// No order's fate is unknown.
    NoDoubt,
    /// Position = Σ fills, cash = start + realized − fees.
    Ledger,
    /// The audit log takes records.
    Audit,
    /// The day's loss is within its limit.
    DayLoss,
    /// Turnover and loss of day and month are within their kill caps.
    KillCaps,
}

impl StartCheck {
    /// Every condition, in the order they are shown.
    pub const ALL: [StartCheck; 7] = [
        StartCheck::Books,
        StartCheck::Reconciled,
        StartCheck::NoDoubt,
        StartCheck::Ledger,
        StartCheck::Audit,
        StartCheck::DayLoss,
        StartCheck::KillCaps,
    ];

    /// Its stable name.
    pub const fn id(self) -> &'static str {
        match self {
            StartCheck::Books => "books",
            StartCheck::Reconciled => "reconciled",
            StartCheck::NoDoubt => "no_doubt",
            StartCheck::Ledger => "ledger",
            StartCheck::Audit => "audit",
            StartCheck::DayLoss => "day_loss",
            StartCheck::KillCaps => "kill_caps",
        }
    }

    /// What it is, in Russian and English.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            StartCheck::Books => ("Стаканы собраны и свежие", "Books are whole and fresh"),
            StartCheck::Reconciled => {
                ("Сверка с площадкой сошлась", "The venue and the journal agree")
            }
            StartCheck::NoDoubt => {
                ("Нет заявок с неизвестной судьбой", "No order's fate is unknown")
            }
            StartCheck::Ledger => ("Позиции и деньги сходятся", "Positions and cash add up"),
            StartCheck::Audit => ("Журнал пишется", "The audit log is written"),
            StartCheck::DayLoss => {
                ("Дневной убыток в пределах лимита", "The day's loss is within its limit")
            }
            StartCheck::KillCaps => (
                "Оборот и убыток дня и месяца в пределах",
                "Turnover and loss of day and month are within their caps",
            ),
        }
    }
}

/// Every condition with whether it holds.
pub type Checks = [(StartCheck, bool); 7];

impl<W: Stopwatch> Engine<W> {
    /// What must hold before trading, with whether it does.
    pub fn checks(&self, at: Nanos) -> Checks {
        StartCheck::ALL.map(|check| (check, self.holds(check, at)))
    }

    fn holds(&self, check: StartCheck, at: Nanos) -> bool {
        match check {
            StartCheck::Books => {
                self.markets.iter().filter(|m| m.is_traded()).all(|m| self.book_ok(m, at))
            }
            StartCheck::Reconciled => {
                self.reconciliation == Reconciliation::Agreed || active(Bug::LeaveHoldUnreconciled)
            }
            StartCheck::NoDoubt => self.orders.in_doubt_count() == 0,
            StartCheck::Ledger => self.ledger.check().is_ok(),
            StartCheck::Audit => self.audit_ok,
            StartCheck::DayLoss => self.day_loss_ok(),
            StartCheck::KillCaps => self.broken_cap().is_none(),
        }
    }
}
