//! Why nothing was signed, and how it is told to whoever asked.

use aurora_authority::Refusal;
use aurora_model::{Lang, Venue};

/// Why nothing was signed. The call did not leave, so nothing is in doubt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.code(), self.text(Lang::En))]
pub enum NotSigned {
    /// The authority refuses it.
    Refused(Refusal),
    /// The path is not in the table.
    UnknownPath,
    /// The bytes are not what the path's row allows; what was found there.
    Unreadable(String),
    /// The bytes lack what the path's row wants.
    Missing(String),
    /// There is no key for that venue.
    NoKeys(Venue),
    /// The venue's time in the request is too far from our own clock, in milliseconds.
    Clock(i64),
    /// What must be remembered could not be written; nothing is signed any more.
    State,
    /// The token that holds the venue's secret did not answer.
    Token(Venue),
    /// A frame that is none of ours, or one before the handshake.
    Protocol(String),
    /// The desk speaks another version of the socket's language.
    Version(u16),
}

impl NotSigned {
    pub(crate) fn unreadable(what: &str) -> NotSigned {
        NotSigned::Unreadable(what.chars().filter(|c| !c.is_control()).take(40).collect())
    }

    pub(crate) fn missing(name: &str) -> NotSigned {
        NotSigned::Missing(name.to_owned())
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            NotSigned::Refused(refusal) => refusal.code(),
            NotSigned::UnknownPath => "SIGNER_UNKNOWN_PATH",
            NotSigned::Unreadable(_) | NotSigned::Missing(_) => "SIGNER_UNREADABLE",
            NotSigned::NoKeys(_) => "SIGNER_NO_KEYS",
            NotSigned::Clock(_) => "SIGNER_CLOCK",
            NotSigned::State => "SIGNER_STATE",
            NotSigned::Token(_) => "SIGNER_TOKEN",
            NotSigned::Protocol(_) => "SIGNER_PROTOCOL",
            NotSigned::Version(_) => "SIGNER_VERSION",
        }
    }

    /// The sentence for a person.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (NotSigned::Refused(refusal), lang) => refusal.text(lang),
            (NotSigned::UnknownPath, Lang::Ru) => "Не подписано: такого пути нет в таблице".into(),
            (NotSigned::UnknownPath, Lang::En) => "Not signed: the path is not in the table".into(),
            (NotSigned::Unreadable(what), Lang::Ru) => {
                format!("Не подписано: {what:?} этот путь не допускает")
            }
            (NotSigned::Unreadable(what), Lang::En) => {
                format!("Not signed: the path does not allow {what:?}")
            }
            (NotSigned::Missing(name), Lang::Ru) => {
                format!("Не подписано: не хватает параметра {name}")
            }
            (NotSigned::Missing(name), Lang::En) => {
                format!("Not signed: the parameter {name} is missing")
            }
            (NotSigned::NoKeys(venue), Lang::Ru) => {
                format!("Не подписано: нет ключа {}", venue.code())
            }
            (NotSigned::NoKeys(venue), Lang::En) => {
                format!("Not signed: there is no key for {}", venue.code())
            }
            (NotSigned::Clock(apart), Lang::Ru) => {
                format!("Не подписано: время запроса и часы подписанта расходятся на {apart} мс")
            }
            (NotSigned::Clock(apart), Lang::En) => {
                format!("Not signed: the request's time is {apart} ms from the signer's clock")
            }
            (NotSigned::State, Lang::Ru) => {
                "Не подписано: файл состояния подписанта не записывается".into()
            }
            (NotSigned::State, Lang::En) => {
                "Not signed: the signer's state file cannot be written".into()
            }
            (NotSigned::Token(venue), Lang::Ru) => {
                format!("Не подписано: токен с ключом {} не отвечает", venue.code())
            }
            (NotSigned::Token(venue), Lang::En) => {
                format!("Not signed: the token with the key of {} does not answer", venue.code())
            }
            (NotSigned::Protocol(what), Lang::Ru) => format!("Не подписано: {what}"),
            (NotSigned::Protocol(what), Lang::En) => format!("Not signed: {what}"),
            (NotSigned::Version(theirs), Lang::Ru) => format!(
                "Не подписано: стол говорит на версии {theirs} протокола, подписант на {}",
                crate::PROTOCOL
            ),
            (NotSigned::Version(theirs), Lang::En) => format!(
                "Not signed: the desk speaks version {theirs} of the protocol, the signer {}",
                crate::PROTOCOL
            ),
        }
    }

    /// What it is about. Only what can be wrong with one order alone is about that order.
    pub const fn scope(&self) -> Scope {
        match self {
            NotSigned::Refused(
                Refusal::NotPositive
                | Refusal::QtyCap { .. }
                | Refusal::NotionalCap { .. }
                | Refusal::Unpriced,
            ) => Scope::Order,
            NotSigned::Refused(Refusal::StaleEpoch { highest, .. }) => Scope::Epoch(*highest),
            _ => Scope::Desk,
        }
    }

    /// How it crosses the socket.
    pub fn told(&self) -> Told {
        let (ru, en) = (self.text(Lang::Ru), self.text(Lang::En));
        Told { code: self.code().to_owned(), ru, en, scope: self.scope() }
    }
}

impl From<Refusal> for NotSigned {
    fn from(refusal: Refusal) -> NotSigned {
        NotSigned::Refused(refusal)
    }
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One order: the next may be signed.
    Order,
    /// The desk: nothing it asks will be signed before a person has looked.
    Desk,
    /// The desk's epoch: somebody leads in that one, which is higher, or did.
    Epoch(u32),
}

/// A refusal as it crosses the socket: a stable code, the sentence in two languages, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct Told {
    /// The stable code.
    pub code: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
    /// What it is about.
    pub scope: Scope,
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn only_what_one_order_asks_too_much_of_leaves_the_next_one_to_be_signed() {
        let (two, cap) = (Decimal::TWO, Decimal::ONE);
        for (refusal, scope) in [
            (Refusal::QtyCap { qty: two, cap }, Scope::Order),
            (Refusal::NotionalCap { notional: two, cap }, Scope::Order),
            (Refusal::NotPositive, Scope::Order),
            (Refusal::Unpriced, Scope::Order),
            (Refusal::NotionalRate { notional: two, cap }, Scope::Desk),
            (Refusal::ForeignId, Scope::Desk),
            (Refusal::Killed, Scope::Desk),
            (Refusal::StaleEpoch { asked: 5, highest: 8 }, Scope::Epoch(8)),
        ] {
            assert_eq!(NotSigned::from(refusal).told().scope, scope, "{}", refusal.code());
        }
        assert_eq!(NotSigned::State.told().scope, Scope::Desk);
    }
}
