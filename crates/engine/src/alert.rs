//! What the engine finds wrong beside its trading state.

/// One kind of trouble a person should see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertCode {
    /// The venue's account and ours differ.
    Mismatch,
    /// A wallet at a venue and our books differ.
    BalanceMismatch,
    /// Nobody could tell an order's fate in time; its instrument is held.
    Unresolved,
    /// An order that was given up is alive.
    DeadLive,
    /// The process stood still.
    Paused,
    /// The wall clock moved against the monotonic one.
    ClockJumped,
    /// Our clock and a venue's differ.
    ClockSkew,
    /// The disk takes too long to make records durable.
    SlowDisk,
    /// The desk's processes are of different builds.
    MixedBuilds,
    /// A key of the desk may move money out.
    KeyMayWithdraw,
    /// A risk budget is spent; entries wait.
    BudgetLocked,
}

impl AlertCode {
    /// Every one.
    pub const ALL: [AlertCode; 11] = [
        AlertCode::Mismatch,
        AlertCode::BalanceMismatch,
        AlertCode::Unresolved,
        AlertCode::DeadLive,
        AlertCode::Paused,
        AlertCode::ClockJumped,
        AlertCode::ClockSkew,
        AlertCode::SlowDisk,
        AlertCode::MixedBuilds,
        AlertCode::KeyMayWithdraw,
        AlertCode::BudgetLocked,
    ];

    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            AlertCode::Mismatch => "RECON_MISMATCH",
            AlertCode::BalanceMismatch => "BALANCE_MISMATCH",
            AlertCode::Unresolved => "ORDER_UNRESOLVED",
            AlertCode::DeadLive => "DEAD_ORDER_LIVE",
            AlertCode::Paused => "PROCESS_PAUSED",
            AlertCode::ClockJumped => "CLOCK_JUMPED",
            AlertCode::ClockSkew => "CLOCK_SKEW",
            AlertCode::SlowDisk => "SLOW_DISK",
            AlertCode::MixedBuilds => "MIXED_BUILDS",
            AlertCode::KeyMayWithdraw => "KEY_MAY_WITHDRAW",
            AlertCode::BudgetLocked => "BUDGET_LOCKED",
        }
    }

    /// What it is, in Russian and English.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            AlertCode::Mismatch => (
                "Счёт у площадки расходится с журналом",
                "The venue's account differs from the journal",
            ),
            AlertCode::BalanceMismatch => (
                "Остаток у площадки расходится с нашим учётом: торговля на паузе",
                "A balance at the venue differs from our books: trading is held",
            ),
            AlertCode::Unresolved => (
                "Судьба заявки неизвестна слишком долго: входов по инструменту нет, разберитесь и снимите паузу",
                "An order's fate is unknown for too long: its instrument takes no entry until you resume",
            ),
            AlertCode::DeadLive => (
                "Заявка, признанная несуществующей, жива: она снова на учёте, торговля на паузе",
                "An order that was given up is alive: it counts again, and trading is held",
            ),
            AlertCode::Paused => (
                "Процесс стоял: счёт сверяется заново",
                "The process stood still: the account is compared anew",
            ),
            AlertCode::ClockJumped => (
                "Часы машины скакнули: счёт сверяется заново",
                "The machine's clock jumped: the account is compared anew",
            ),
            AlertCode::ClockSkew => (
                "Часы машины расходятся с часами площадки",
                "The machine's clock differs from a venue's",
            ),
            AlertCode::SlowDisk => {
                ("Диск слишком долго сохраняет записи", "The disk takes too long to keep records")
            }
            AlertCode::MixedBuilds => {
                ("Процессы стола из разных сборок", "The desk's processes are of different builds")
            }
            AlertCode::KeyMayWithdraw => (
                "Ключом стола можно вывести деньги: торговля на паузе",
                "A key of the desk may move money out: trading is held",
            ),
            AlertCode::BudgetLocked => (
                "Бюджет риска исчерпан: входов пока нет, выходы проходят",
                "A risk budget is spent: no entries for now, exits pass",
            ),
        }
    }
}
