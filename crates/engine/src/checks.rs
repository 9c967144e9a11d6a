//! What must hold before trading: asked at every start and by every RESUME.

use aurora_gate::Stopwatch;
use aurora_model::Nanos;
use aurora_planted::{Bug, active};

use crate::engine::Engine;
use crate::input::Audit;
use crate::reconcile::Reconciliation;

/// One condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartCheck {
    /// Every traded book is whole and fresh.
    Books,
    /// The venue and the journal agree on orders, fills and positions.
    Reconciled,
    /// What venues say their wallets hold is what our books say.
    Balances,
    /// No order's fate is unknown.
    NoDoubt,
    /// Position = Σ fills, cash = start + realized − fees + funding.
    Ledger,
    /// The audit log takes records.
    Audit,
    /// The day's loss is within its limit.
    DayLoss,
    /// Turnover and loss of day and month are within their kill caps.
    KillCaps,
    /// Our clock is the venues' clock.
    Clocks,
    /// The disk makes records durable in time.
    Disk,
    /// Every process of the desk is of one build.
    Builds,
    /// No key of the desk may move money out.
    Keys,
}

impl StartCheck {
    /// Every condition, in the order they are shown.
    pub const ALL: [StartCheck; 12] = [
        StartCheck::Books,
        StartCheck::Reconciled,
        StartCheck::Balances,
        StartCheck::NoDoubt,
        StartCheck::Ledger,
        StartCheck::Audit,
        StartCheck::DayLoss,
        StartCheck::KillCaps,
        StartCheck::Clocks,
        StartCheck::Disk,
        StartCheck::Builds,
        StartCheck::Keys,
    ];

    /// Its stable name.
    pub const fn id(self) -> &'static str {
        match self {
            StartCheck::Books => "books",
            StartCheck::Reconciled => "reconciled",
            StartCheck::Balances => "balances",
            StartCheck::NoDoubt => "no_doubt",
            StartCheck::Ledger => "ledger",
            StartCheck::Audit => "audit",
            StartCheck::DayLoss => "day_loss",
            StartCheck::KillCaps => "kill_caps",
            StartCheck::Clocks => "clocks",
            StartCheck::Disk => "disk",
            StartCheck::Builds => "builds",
            StartCheck::Keys => "keys",
        }
    }

    /// What it is, in Russian and English.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            StartCheck::Books => ("Стаканы собраны и свежие", "Books are whole and fresh"),
            StartCheck::Reconciled => {
                ("Сверка с площадкой сошлась", "The venue and the journal agree")
            }
            StartCheck::Balances => {
                ("Остатки у площадок сходятся с учётом", "Balances at the venues fit our books")
            }
            StartCheck::NoDoubt => {
                ("Нет заявок с неизвестной судьбой", "No order's fate is unknown")
            }
            StartCheck::Ledger => ("Позиции и деньги сходятся", "Positions and cash add up"),
            StartCheck::Audit => ("Журнал пишется", "The audit log is written"),
            StartCheck::DayLoss => {
                ("Дневной убыток в пределах лимита", "The day's loss is within its limit")
            }
            StartCheck::Clocks => ("Часы сходятся с площадками", "Our clock is the venues' clock"),
            StartCheck::Disk => ("Диск успевает за журналом", "The disk keeps up with the journal"),
            StartCheck::Keys => ("Ключами нельзя вывести деньги", "No key may move money out"),
            StartCheck::Builds => ("Все процессы из одной сборки", "Every process is of one build"),
            StartCheck::KillCaps => (
                "Оборот и убыток дня и месяца в пределах",
                "Turnover and loss of day and month are within their caps",
            ),
        }
    }
}

impl StartCheck {
    /// What to do about it: in Russian and in English.
    pub const fn hint(self) -> (&'static str, &'static str) {
        match self {
            StartCheck::Books => (
                "проверьте связь с площадкой и рыночные данные",
                "look at the connection to the venue and its market data",
            ),
            StartCheck::Reconciled => (
                "сравните заявки и позиции с площадкой, затем продолжайте",
                "compare orders and positions with the venue, then resume",
            ),
            StartCheck::Balances => (
                "подождите ответа площадки; если остаток расходится, выясните отчего и примите его",
                "wait for the venue's answer; where a balance differs, find out why, then accept it",
            ),
            StartCheck::NoDoubt => (
                "подождите ответа площадки; если его нет, найдите заявку у неё по номеру",
                "wait for the venue's answer; if none comes, look the order up there by its id",
            ),
            StartCheck::Ledger => (
                "не торгуйте: aurora journal verify --deep, затем сверка с площадкой",
                "do not trade: aurora journal verify --deep, then compare with the venue",
            ),
            StartCheck::Audit => (
                "освободите место на диске и проверьте права на папку журналов",
                "free disk space and look at the rights of the log folder",
            ),
            StartCheck::DayLoss => (
                "дождитесь следующих суток или измените предел в конфигурации",
                "wait for the next day, or change the limit in the configuration",
            ),
            StartCheck::KillCaps => (
                "дождитесь следующих суток или месяца, либо измените предел",
                "wait for the next day or month, or change the cap",
            ),
            StartCheck::Clocks => (
                "включите синхронизацию времени (chrony, systemd-timesyncd)",
                "turn on time synchronisation (chrony, systemd-timesyncd)",
            ),
            StartCheck::Disk => (
                "разгрузите диск или перенесите папку данных на другой",
                "take load off the disk, or move the data folder to another one",
            ),
            StartCheck::Keys => (
                "выпустите у площадки ключ без права вывода и запустите стол с ним",
                "make a key without the right to withdraw at the venue, and start with that",
            ),
            StartCheck::Builds => (
                "перезапустите все процессы из одной сборки",
                "restart every process from one build",
            ),
        }
    }
}

/// Every condition with whether it holds.
pub type Checks = [(StartCheck, bool); 12];

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
            StartCheck::Balances => self.balances_hold(at),
            StartCheck::NoDoubt => self.orders.in_doubt_count() == 0,
            StartCheck::Ledger => self.ledger.check().is_ok(),
            StartCheck::Audit => self.audit == Audit::Written,
            StartCheck::DayLoss => self.day_loss_ok(),
            StartCheck::KillCaps => self.broken_cap().is_none(),
            StartCheck::Clocks => self.watched.skew_ok,
            StartCheck::Disk => self.watched.disk_ok,
            StartCheck::Builds => self.watched.builds_ok,
            StartCheck::Keys => self.watched.keys_ok,
        }
    }
}
