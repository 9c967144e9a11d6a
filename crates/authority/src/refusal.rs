//! Why nothing was signed: a stable code, and a sentence in two languages.

use aurora_model::Lang;
use rust_decimal::Decimal;

use crate::remembered::HoldCause;

/// Why nothing was signed. A normal answer: the call did not leave, so nothing is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.code(), self.text(Lang::En))]
pub enum Refusal {
    /// Somebody else leads by now, or did when this epoch was asked for.
    StaleEpoch {
        /// The epoch of the request.
        asked: u32,
        /// The highest there ever was.
        highest: u32,
    },
    /// Nobody was given that epoch.
    UnknownEpoch {
        /// The epoch of the request.
        asked: u32,
        /// The highest there ever was.
        highest: u32,
    },
    /// The order carries no id, or one that is none of ours.
    ForeignId,
    /// The order's id was made in another epoch.
    IdEpoch {
        /// The epoch in the id.
        id: u32,
        /// The highest there ever was.
        highest: u32,
    },
    /// The order's id is of another account.
    IdAccount {
        /// The account in the id.
        id: u16,
        /// Ours.
        ours: u16,
    },
    /// The instrument is not listed.
    UnlistedSymbol,
    /// A quantity or a price of zero or below.
    NotPositive,
    /// More than one order of the instrument may have, in base.
    QtyCap {
        /// Asked.
        qty: Decimal,
        /// Allowed.
        cap: Decimal,
    },
    /// Worth more than one order may be, in quote.
    NotionalCap {
        /// Asked.
        notional: Decimal,
        /// Allowed.
        cap: Decimal,
    },
    /// The order has no price by which it could be judged.
    Unpriced,
    /// Too many orders within the window: the breaker is open from now on.
    PlacementRate {
        /// With this one.
        placements: u32,
        /// Allowed.
        cap: u32,
    },
    /// Orders of too much worth within the window: the breaker is open from now on.
    NotionalRate {
        /// With this one, in quote.
        notional: Decimal,
        /// Allowed.
        cap: Decimal,
    },
    /// Only what takes risk off is signed.
    Hold(HoldCause),
    /// Only cancels and reads are signed.
    Killed,
    /// The desk is of another build.
    OtherBuild,
    /// The desk trades for another account.
    OtherAccount {
        /// The desk's.
        asked: u16,
        /// Ours.
        ours: u16,
    },
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::StaleEpoch { .. } => "SIGNER_STALE_EPOCH",
            Refusal::UnknownEpoch { .. } => "SIGNER_UNKNOWN_EPOCH",
            Refusal::ForeignId => "SIGNER_FOREIGN_ID",
            Refusal::IdEpoch { .. } => "SIGNER_ID_EPOCH",
            Refusal::IdAccount { .. } => "SIGNER_ID_ACCOUNT",
            Refusal::UnlistedSymbol => "SIGNER_UNLISTED_SYMBOL",
            Refusal::NotPositive => "SIGNER_NOT_POSITIVE",
            Refusal::QtyCap { .. } => "SIGNER_QTY_CAP",
            Refusal::NotionalCap { .. } => "SIGNER_NOTIONAL_CAP",
            Refusal::Unpriced => "SIGNER_UNPRICED",
            Refusal::PlacementRate { .. } => "SIGNER_PLACEMENT_RATE",
            Refusal::NotionalRate { .. } => "SIGNER_NOTIONAL_RATE",
            Refusal::Hold(_) => "SIGNER_HOLD",
            Refusal::Killed => "SIGNER_KILLED",
            Refusal::OtherBuild => "SIGNER_OTHER_BUILD",
            Refusal::OtherAccount { .. } => "SIGNER_OTHER_ACCOUNT",
        }
    }

    /// The sentence for a person: what happened, and what can be done where that is not plain.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Ru => self.russian(),
            Lang::En => self.english(),
        }
    }

    fn russian(&self) -> String {
        match self {
            Refusal::StaleEpoch { asked, highest } => format!(
                "Не подписано: эпоха {asked} устарела, действует {highest}. Торгует уже другой процесс"
            ),
            Refusal::UnknownEpoch { asked, highest } => {
                format!("Не подписано: эпоху {asked} никто не получал, действует {highest}")
            }
            Refusal::ForeignId => String::from("Не подписано: у заявки нет нашего номера"),
            Refusal::IdEpoch { id, highest } => {
                format!("Не подписано: номер заявки из эпохи {id}, действует {highest}")
            }
            Refusal::IdAccount { id, ours } => {
                format!(
                    "Не подписано: номер заявки счёта {id}, подписант держит ключи счёта {ours}"
                )
            }
            Refusal::UnlistedSymbol => {
                String::from("Не подписано: инструмента нет в списке подписанта")
            }
            Refusal::NotPositive => {
                String::from("Не подписано: количество или цена не больше нуля")
            }
            Refusal::QtyCap { qty, cap } => {
                format!("Не подписано: количество {qty} больше предела {cap}")
            }
            Refusal::NotionalCap { notional, cap } => {
                format!("Не подписано: объём заявки {notional} больше предела {cap}")
            }
            Refusal::Unpriced => String::from(
                "Не подписано: у заявки нет цены, объём не проверить. Используйте лимитную",
            ),
            Refusal::PlacementRate { placements, cap } => format!(
                "Не подписано: заявок в окне {placements} при пределе {cap}. Предохранитель разомкнут до решения человека"
            ),
            Refusal::NotionalRate { notional, cap } => format!(
                "Не подписано: объём заявок в окне {notional} при пределе {cap}. Предохранитель разомкнут до решения человека"
            ),
            Refusal::Hold(cause) => format!(
                "Не подписано: подписант на паузе ({}), проходят только снятие и сокращение",
                cause.code()
            ),
            Refusal::Killed => String::from(
                "Не подписано: подписант остановлен (KILL), проходят только снятие и чтение",
            ),
            Refusal::OtherBuild => String::from(
                "Не подписано: стол и подписант из разных сборок. Запустите оба из одной",
            ),
            Refusal::OtherAccount { asked, ours } => {
                format!(
                    "Не подписано: стол торгует счётом {asked}, подписант держит ключи счёта {ours}"
                )
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Refusal::StaleEpoch { asked, highest } => format!(
                "Not signed: epoch {asked} is over, {highest} holds. Another process trades by now"
            ),
            Refusal::UnknownEpoch { asked, highest } => {
                format!("Not signed: nobody was given epoch {asked}, {highest} holds")
            }
            Refusal::ForeignId => String::from("Not signed: the order has no id of ours"),
            Refusal::IdEpoch { id, highest } => {
                format!("Not signed: the order's id is of epoch {id}, {highest} holds")
            }
            Refusal::IdAccount { id, ours } => {
                format!("Not signed: the order's id is of account {id}, the keys are of {ours}")
            }
            Refusal::UnlistedSymbol => {
                String::from("Not signed: the instrument is not on the signer's list")
            }
            Refusal::NotPositive => String::from("Not signed: quantity or price is not above zero"),
            Refusal::QtyCap { qty, cap } => {
                format!("Not signed: quantity {qty} is over the cap of {cap}")
            }
            Refusal::NotionalCap { notional, cap } => {
                format!("Not signed: the order is worth {notional}, the cap is {cap}")
            }
            Refusal::Unpriced => String::from(
                "Not signed: the order has no price, so its worth cannot be told. Use a limit order",
            ),
            Refusal::PlacementRate { placements, cap } => format!(
                "Not signed: {placements} orders within the window, the cap is {cap}. The breaker is open until a person decides"
            ),
            Refusal::NotionalRate { notional, cap } => format!(
                "Not signed: orders worth {notional} within the window, the cap is {cap}. The breaker is open until a person decides"
            ),
            Refusal::Hold(cause) => format!(
                "Not signed: the signer is on HOLD ({}), only cancels and reductions pass",
                cause.code()
            ),
            Refusal::Killed => {
                String::from("Not signed: the signer is KILLED, only cancels and reads pass")
            }
            Refusal::OtherBuild => String::from(
                "Not signed: desk and signer are of different builds. Run both from the same one",
            ),
            Refusal::OtherAccount { asked, ours } => {
                format!("Not signed: the desk trades for account {asked}, the keys are of {ours}")
            }
        }
    }
}
