//! What can be wrong besides the trading state: its code, how bad it is, how long it lasts, and its words.

use aurora_api::console::wire::Text;
use aurora_engine::AlertCode;
use aurora_model::{ClientOrderId, Nanos};
use aurora_signer::Told;

use super::words::{minutes_or_hours, seconds};
use crate::venues::VenueName;

const MINUTE: Nanos = Nanos(60_000_000_000);

/// Something a person should know, with the facts its words need.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble {
    /// Whose; `None` is the desk's own.
    pub(crate) venue: Option<VenueName>,
    pub(crate) kind: Kind,
    /// What exactly was seen, in the words of whoever saw it; may be empty.
    pub(crate) detail: String,
}

/// The kinds of trouble.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// None of a session's connections is left.
    LinkDown,
    /// Nobody knows whether that request was heard.
    AnswerLost(ClientOrderId),
    /// The venue asks for a pause.
    Pushback(Nanos),
    /// The venue closed this address for so long.
    Ban(Nanos),
    /// Something could not be read.
    Unreadable,
    /// The key or the account is refused, or the line has ended: nothing is traded there.
    Refused,
    /// A fill came by one path only, or differently.
    FillMismatch,
    /// One side was silent for so long; whether everything was cancelled.
    Silent(Nanos, bool),
    /// A planned stop, from and to.
    Maintenance(Nanos, Nanos),
    /// That instrument's rules.
    RulesChanged(String),
    /// An open order of the account that is none of ours.
    ForeignOrder,
    /// A fill of the account that is none of ours.
    ForeignFill,
    /// The start waits for the venue.
    NotReady,
    /// The calendar of planned stops could not be read.
    CalendarUnread,
    /// What the engine found.
    Desk(AlertCode),
    /// The audit, or its mirror, is not written.
    AuditUnwritten,
    /// The SQL table of the orders is not written.
    ProjectionUnwritten,
    /// Nobody signs what the desk wants to send.
    NotSigned(Told),
}

/// How long an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasts {
    /// Until its cause is seen to be over.
    UntilOver,
    /// Until that moment, if it is not seen to be over before.
    Until(Nanos),
    /// It was one moment; a person is told for so long.
    For(Nanos),
}

impl Trouble {
    /// The stable code in logs and the console.
    pub(crate) fn code(&self) -> &'static str {
        match self.kind {
            Kind::LinkDown => "VENUE_LINK_DOWN",
            Kind::AnswerLost(_) => "VENUE_ANSWER_LOST",
            Kind::Pushback(_) => "VENUE_PUSHBACK",
            Kind::Ban(_) => "VENUE_BAN",
            Kind::Unreadable => "VENUE_UNREADABLE",
            Kind::Refused => "VENUE_REFUSED",
            Kind::FillMismatch => "DROP_COPY_MISMATCH",
            Kind::Silent(..) => "AUTO_CANCEL_ON_HB",
            Kind::Maintenance(..) => "MAINTENANCE",
            Kind::RulesChanged(_) => "RULES_CHANGED",
            Kind::ForeignOrder => "FOREIGN_ORDER",
            Kind::ForeignFill => "FOREIGN_FILL",
            Kind::NotReady => "VENUE_NOT_READY",
            Kind::CalendarUnread => "CALENDAR_UNREAD",
            Kind::Desk(code) => code.code(),
            Kind::AuditUnwritten => "AUDIT_UNWRITTEN",
            Kind::ProjectionUnwritten => "PROJECTION_UNWRITTEN",
            Kind::NotSigned(_) => "NOT_SIGNED",
        }
    }

    /// `info`, `warn`, `error` or `critical`.
    pub(crate) fn severity(&self) -> &'static str {
        match self.kind {
            Kind::RulesChanged(_) => "info",
            Kind::AnswerLost(_)
            | Kind::Pushback(_)
            | Kind::Unreadable
            | Kind::Maintenance(..)
            | Kind::CalendarUnread
            | Kind::ProjectionUnwritten
            | Kind::NotReady => "warn",
            Kind::LinkDown
            | Kind::Ban(_)
            | Kind::FillMismatch
            | Kind::Silent(..)
            | Kind::ForeignOrder
            | Kind::ForeignFill => "error",
            Kind::Desk(code) => desk_severity(code),
            Kind::Refused | Kind::AuditUnwritten | Kind::NotSigned(_) => "critical",
        }
    }

    /// How long it stands when it began at that moment.
    pub(crate) fn lasts(&self, at: Nanos) -> Lasts {
        match self.kind {
            Kind::Pushback(pause) | Kind::Ban(pause) => Lasts::Until(at + pause),
            Kind::Maintenance(_, to) => Lasts::Until(to),
            Kind::AnswerLost(_) | Kind::Unreadable => Lasts::For(MINUTE),
            Kind::RulesChanged(_) | Kind::CalendarUnread => Lasts::For(MINUTE * 10),
            Kind::FillMismatch | Kind::ForeignOrder | Kind::ForeignFill | Kind::NotSigned(_) => {
                Lasts::For(MINUTE * 15)
            }
            Kind::LinkDown
            | Kind::Refused
            | Kind::Silent(..)
            | Kind::NotReady
            | Kind::AuditUnwritten
            | Kind::ProjectionUnwritten
            | Kind::Desk(
                AlertCode::Mismatch
                | AlertCode::BalanceMismatch
                | AlertCode::Unresolved
                | AlertCode::DeadLive,
            ) => Lasts::UntilOver,
            // The state and its checks tell whether it goes on.
            Kind::Desk(_) => Lasts::For(MINUTE * 15),
        }
    }

    /// Whether the other is the same trouble again.
    pub(crate) fn is_same(&self, other: &Trouble) -> bool {
        let instrument = |trouble: &Trouble| match &trouble.kind {
            Kind::RulesChanged(instrument) => Some(instrument.clone()),
            _ => None,
        };
        (self.code(), self.venue) == (other.code(), other.venue)
            && instrument(self) == instrument(other)
    }

    /// One short sentence in each language, as of that moment.
    pub(crate) fn text(&self, now: Nanos) -> Text {
        let v = self.venue.map_or("", VenueName::title);
        match &self.kind {
            Kind::LinkDown => Text::new(
                format!("{v}: связь потеряна, переподключаемся"),
                format!("{v}: connection lost, reconnecting"),
            ),
            Kind::AnswerLost(id) => Text::new(
                format!("{v}: нет ответа о заявке {id}, спрашиваем"),
                format!("{v}: no answer about order {id}, asking"),
            ),
            Kind::Pushback(pause) => {
                let [ru, en] = seconds(*pause);
                Text::new(format!("{v} просит паузу {ru}"), format!("{v} asks for a pause of {en}"))
            }
            Kind::Ban(pause) => {
                let [ru, en] = seconds(*pause);
                Text::new(
                    format!("{v} закрыла этот адрес на {ru}"),
                    format!("{v} banned this address for {en}"),
                )
            }
            Kind::Unreadable => Text::new(
                format!("{v}: ответ не удалось использовать"),
                format!("{v}: an answer could not be used"),
            ),
            Kind::Refused => Text::new(
                format!("{v} отказывает: торговля там остановлена"),
                format!("{v} refuses us: nothing is traded there"),
            ),
            Kind::FillMismatch => Text::new(
                format!("{v}: исполнение по двум путям расходится"),
                format!("{v}: a fill differs between its two paths"),
            ),
            Kind::Silent(span, canceled) => {
                let [ru, en] = seconds(*span);
                let (ru_end, en_end) = if *canceled {
                    ("; заявки сняты", "; orders cancelled")
                } else {
                    ("", "")
                };
                Text::new(
                    format!("{v} молчит {ru}{ru_end}"),
                    format!("{v} silent for {en}{en_end}"),
                )
            }
            Kind::Maintenance(from, _) if now < *from => {
                let [ru, en] = minutes_or_hours(*from - now);
                Text::new(
                    format!("{v}: плановая остановка через {ru}"),
                    format!("{v}: planned stop in {en}"),
                )
            }
            Kind::Maintenance(..) => Text::new(
                format!("{v}: идёт плановая остановка"),
                format!("{v}: planned stop under way"),
            ),
            Kind::RulesChanged(id) => {
                Text::new(format!("Изменились правила {id}"), format!("Rules of {id} changed"))
            }
            Kind::ForeignOrder => Text::new(
                format!("{v}: чужая заявка на счёте"),
                format!("{v}: an order on the account is not ours"),
            ),
            Kind::ForeignFill => Text::new(
                format!("{v}: чужое исполнение на счёте"),
                format!("{v}: a fill on the account is not ours"),
            ),
            Kind::NotReady => Text::new(
                format!("{v}: ждём сверки счёта и целых стаканов"),
                format!("{v}: waiting for the account and whole books"),
            ),
            Kind::CalendarUnread => Text::new(
                "Календарь плановых остановок не прочитан",
                "The calendar of planned stops could not be read",
            ),
            Kind::NotSigned(told) => Text::new(told.ru.clone(), told.en.clone()),
            Kind::Desk(code) => {
                let (ru, en) = code.text();
                Text::new(ru, en)
            }
            Kind::ProjectionUnwritten => Text::new(
                "Таблица заявок в базе не пишется: стол торгует, таблица догонит",
                "The orders' SQL table is not written: the desk trades, the table will catch up",
            ),
            Kind::AuditUnwritten => Text::new(
                "Аудит или его зеркало не записывается",
                "The audit or its mirror is not written",
            ),
        }
    }

    /// What goes into the log: whose, and what exactly.
    pub(crate) fn log_line(&self) -> String {
        match self.venue {
            Some(venue) => format!("{}: {}", venue.word(), self.detail),
            None => self.detail.clone(),
        }
    }
}

/// How bad what the engine found is: what stops trading until a person comes is the worst.
fn desk_severity(code: AlertCode) -> &'static str {
    match code {
        AlertCode::Mismatch
        | AlertCode::BalanceMismatch
        | AlertCode::Unresolved
        | AlertCode::DeadLive
        | AlertCode::KeyMayWithdraw
        | AlertCode::MixedBuilds => "critical",
        AlertCode::Paused | AlertCode::ClockJumped | AlertCode::ClockSkew | AlertCode::SlowDisk => {
            "error"
        }
        AlertCode::BudgetLocked => "warn",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn every_kind() -> Vec<Kind> {
        let id = ClientOrderId::new(1, 7, aurora_model::OrderNo(42));
        let s = |millis: i64| Nanos(millis * 1_000_000);
        [
            Kind::LinkDown,
            Kind::AnswerLost(id),
            Kind::Pushback(s(1_500)),
            Kind::Ban(s(120_000)),
            Kind::Unreadable,
            Kind::Refused,
            Kind::FillMismatch,
            Kind::Silent(s(1_500), true),
            Kind::Silent(s(2_000), false),
            Kind::Maintenance(s(86_400_000), s(90_000_000)),
            Kind::Maintenance(s(3_600_000), s(7_200_000)),
            Kind::Maintenance(s(0), s(7_200_000)),
            Kind::RulesChanged("OKX:PERP:BTC-USDT".into()),
            Kind::ForeignOrder,
            Kind::ForeignFill,
            Kind::NotReady,
            Kind::CalendarUnread,
            Kind::AuditUnwritten,
            Kind::ProjectionUnwritten,
            Kind::NotSigned(aurora_signer::NotSigned::UnknownPath.told()),
        ]
        .into_iter()
        .chain(AlertCode::ALL.map(Kind::Desk))
        .collect()
    }

    fn of(kind: Kind) -> Trouble {
        let is_ours = matches!(
            kind,
            Kind::CalendarUnread | Kind::Desk(_) | Kind::AuditUnwritten | Kind::ProjectionUnwritten
        );
        let venue = (!is_ours).then_some(VenueName::Okx);
        Trouble { venue, kind, detail: String::new() }
    }

    #[test]
    fn every_alert_speaks_both_languages() {
        let is_russian = |text: &str| text.chars().any(|c| ('а'..='я').contains(&c));
        for trouble in every_kind().into_iter().map(of) {
            let text = trouble.text(Nanos(0));
            assert!(is_russian(&text.ru) && !is_russian(&text.en), "{text:?}");
        }
    }

    #[test]
    fn what_an_operator_reads() {
        let told = every_kind().into_iter().map(of).map(|trouble| {
            let text = trouble.text(Nanos(0));
            format!("{} {}: {} | {}\n", trouble.severity(), trouble.code(), text.ru, text.en)
        });
        expect![[r#"
            error VENUE_LINK_DOWN: OKX: связь потеряна, переподключаемся | OKX: connection lost, reconnecting
            warn VENUE_ANSWER_LOST: OKX: нет ответа о заявке A010000700000016EG, спрашиваем | OKX: no answer about order A010000700000016EG, asking
            warn VENUE_PUSHBACK: OKX просит паузу 1,5 с | OKX asks for a pause of 1.5 s
            error VENUE_BAN: OKX закрыла этот адрес на 120 с | OKX banned this address for 120 s
            warn VENUE_UNREADABLE: OKX: ответ не удалось использовать | OKX: an answer could not be used
            critical VENUE_REFUSED: OKX отказывает: торговля там остановлена | OKX refuses us: nothing is traded there
            error DROP_COPY_MISMATCH: OKX: исполнение по двум путям расходится | OKX: a fill differs between its two paths
            error AUTO_CANCEL_ON_HB: OKX молчит 1,5 с; заявки сняты | OKX silent for 1.5 s; orders cancelled
            error AUTO_CANCEL_ON_HB: OKX молчит 2 с | OKX silent for 2 s
            warn MAINTENANCE: OKX: плановая остановка через 24 ч | OKX: planned stop in 24 h
            warn MAINTENANCE: OKX: плановая остановка через 60 мин | OKX: planned stop in 60 min
            warn MAINTENANCE: OKX: идёт плановая остановка | OKX: planned stop under way
            info RULES_CHANGED: Изменились правила OKX:PERP:BTC-USDT | Rules of OKX:PERP:BTC-USDT changed
            error FOREIGN_ORDER: OKX: чужая заявка на счёте | OKX: an order on the account is not ours
            error FOREIGN_FILL: OKX: чужое исполнение на счёте | OKX: a fill on the account is not ours
            warn VENUE_NOT_READY: OKX: ждём сверки счёта и целых стаканов | OKX: waiting for the account and whole books
            warn CALENDAR_UNREAD: Календарь плановых остановок не прочитан | The calendar of planned stops could not be read
            critical AUDIT_UNWRITTEN: Аудит или его зеркало не записывается | The audit or its mirror is not written
            warn PROJECTION_UNWRITTEN: Таблица заявок в базе не пишется: стол торгует, таблица догонит | The orders' SQL table is not written: the desk trades, the table will catch up
            critical NOT_SIGNED: Не подписано: такого пути нет в таблице | Not signed: the path is not in the table
            critical RECON_MISMATCH: Счёт у площадки расходится с журналом | The venue's account differs from the journal
            critical BALANCE_MISMATCH: Остаток у площадки расходится с нашим учётом: торговля на паузе | A balance at the venue differs from our books: trading is held
            critical ORDER_UNRESOLVED: Судьба заявки неизвестна слишком долго: входов по инструменту нет, разберитесь и снимите паузу | An order's fate is unknown for too long: its instrument takes no entry until you resume
            critical DEAD_ORDER_LIVE: Заявка, признанная несуществующей, жива: она снова на учёте, торговля на паузе | An order that was given up is alive: it counts again, and trading is held
            error PROCESS_PAUSED: Процесс стоял: счёт сверяется заново | The process stood still: the account is compared anew
            error CLOCK_JUMPED: Часы машины скакнули: счёт сверяется заново | The machine's clock jumped: the account is compared anew
            error CLOCK_SKEW: Часы машины расходятся с часами площадки | The machine's clock differs from a venue's
            error SLOW_DISK: Диск слишком долго сохраняет записи | The disk takes too long to keep records
            critical MIXED_BUILDS: Процессы стола из разных сборок | The desk's processes are of different builds
            critical KEY_MAY_WITHDRAW: Ключом стола можно вывести деньги: торговля на паузе | A key of the desk may move money out: trading is held
            warn BUDGET_LOCKED: Бюджет риска исчерпан: входов пока нет, выходы проходят | A risk budget is spent: no entries for now, exits pass
        "#]].assert_eq(&told.collect::<String>());
    }
}
