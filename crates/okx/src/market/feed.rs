//! One instrument: its book on each connection, and what else is known of it.

use aurora_model::{InstrumentNo, Nanos};
use aurora_wire::{Note, Rules, SymbolStatus};
use rust_decimal::Decimal;

use super::chain::Chain;
use crate::decode::Steps;
use crate::encode;

/// Connections a session has: the one in use, and the one that takes over.
pub(super) const LINKS: usize = 2;

/// One instrument.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub(super) rules: Rules,
    pub(super) steps: Steps,
    /// The name of its index, for example `BTC-USDT`.
    pub(super) index: String,
    pub(super) chains: [Chain; LINKS],
    /// The connection whose book is passed on.
    pub(super) owner: usize,
    /// Since when the book is not whole; `None` while it is, and before it first was.
    pub(super) lost_at: Option<Nanos>,
    pub(super) was_whole: bool,
    pub(super) last_trade: u64,
    pub(super) last_touch: u64,
    mark: Mark,
    pub(super) status: SymbolStatus,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    mark: Option<Decimal>,
    index: Option<Decimal>,
    funding_rate: Option<Decimal>,
    funding_at: Option<Nanos>,
}

impl Feed {
    /// `None` when the rules' steps cannot be read with.
    pub(super) fn new(rules: Rules) -> Option<Feed> {
        let id = &rules.instrument.id;
        Some(Feed {
            steps: Steps::of(&rules)?,
            index: format!("{}-{}", id.base, id.quote),
            chains: [Chain::Off, Chain::Off],
            owner: 0,
            lost_at: None,
            was_whole: false,
            last_trade: 0,
            last_touch: 0,
            mark: Mark::default(),
            status: rules.status,
            rules,
        })
    }

    pub(super) fn no(&self) -> InstrumentNo {
        self.rules.no
    }

    pub(super) fn symbol(&self) -> &str {
        &self.rules.instrument.symbol
    }

    pub(super) fn is_contract(&self) -> bool {
        !encode::is_spot(&self.rules)
    }

    /// Whether what is passed on is whole.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.chains[self.owner], Chain::Live(_))
    }

    /// The book passed on is no longer whole.
    pub(super) fn lost(&mut self, at: Nanos, why: &str) -> Option<Note> {
        if !self.was_whole || self.lost_at.is_some() {
            return None;
        }
        self.lost_at = Some(at);
        Some(Note::Gap(self.no(), why.to_owned()))
    }

    /// It is again, or for the first time; `None` when it was all along.
    pub(super) fn found(&mut self, at: Nanos) -> Option<Note> {
        let took = match (self.was_whole, self.lost_at) {
            (false, _) => Nanos(0),
            (true, Some(lost_at)) => at - lost_at,
            (true, None) => return None,
        };
        (self.was_whole, self.lost_at) = (true, None);
        Some(Note::Synced(self.no(), took))
    }

    /// A new mark price.
    pub(super) fn mark(&mut self, price: Decimal) -> Option<Note> {
        self.mark.mark = Some(price);
        self.mark_note()
    }

    /// A new index price; told with the next mark price.
    pub(super) fn index(&mut self, price: Decimal) {
        self.mark.index = Some(price);
    }

    /// A new funding rate.
    pub(super) fn funding(&mut self, rate: Option<Decimal>, at: Nanos) -> Option<Note> {
        (self.mark.funding_rate, self.mark.funding_at) = (rate, Some(at));
        self.mark_note()
    }

    fn mark_note(&self) -> Option<Note> {
        Some(Note::Mark {
            instrument: self.no(),
            mark: self.mark.mark?,
            index: self.mark.index,
            funding_rate: self.mark.funding_rate,
            funding_at: self.mark.funding_at,
        })
    }
}
