//! What the gate remembers of each symbol, for a bounded number of symbols.

use std::collections::VecDeque;

use aurora_model::{Nanos, Side};

use crate::trap::TrapWindow;

/// A canonical name of more bytes is cut: no venue has one.
const LONGEST_NAME: usize = 128;

/// One symbol's memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbol {
    /// No entry before.
    pub(crate) cooldown_until: Option<Nanos>,
    /// The last allowed entry.
    pub(crate) last_allow: Option<Nanos>,
    /// The open position, by the reports.
    pub(crate) position: Option<Position>,
    /// Allowed entries of the last minute, at most as many as the quota.
    pub(crate) allows: VecDeque<Nanos>,
    /// Notional of the open position, in quote.
    pub(crate) exposure: f64,
    /// The order the last report was about, and what it added to the exposure.
    pub(crate) last_order: Option<(u64, f64)>,
    /// The symbol's TRAP histories; only in strict.
    pub(crate) trap: Option<TrapWindow>,
}

/// An open position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    pub(crate) side: Side,
    pub(crate) since: Nanos,
}

impl Symbol {
    /// Forgetting it would let an order out that must wait.
    fn is_needed(&self, now: Nanos) -> bool {
        self.position.is_some() || self.cooldown_until.is_some_and(|until| now < until)
    }

    /// No position is left.
    pub(crate) fn flatten(&mut self) {
        self.position = None;
        self.exposure = 0.0;
        self.last_order = None;
    }

    /// Allowed entries since then; older ones are dropped.
    pub(crate) fn entries_since(&mut self, since: Nanos) -> usize {
        while self.allows.front().is_some_and(|at| *at < since) {
            self.allows.pop_front();
        }
        self.allows.len()
    }

    /// As new, keeping the room.
    fn clear(&mut self) {
        self.cooldown_until = None;
        self.last_allow = None;
        self.allows.clear();
        self.flatten();
        if let Some(trap) = &mut self.trap {
            trap.clear();
        }
    }
}

/// The symbols known, found by their canonical name. A scan over hashes is faster than any tree for
/// the dozens a desk trades, and the same on every run.
#[derive(Clone, Debug)]
pub(crate) struct Symbols {
    pub(crate) hashes: Vec<u64>,
    pub(crate) names: Vec<String>,
    pub(crate) used: Vec<u64>,
    pub(crate) symbols: Vec<Symbol>,
    /// Counts uses, so that the one unused longest is known.
    pub(crate) clock: u64,
    pub(crate) most: usize,
    /// The canonical name last selected, its hash, and where it is.
    pub(crate) name: String,
    pub(crate) hash: u64,
    pub(crate) place: Option<usize>,
}

impl Symbols {
    pub(crate) fn new(most: usize) -> Symbols {
        Symbols {
            hashes: Vec::with_capacity(most),
            names: Vec::with_capacity(most),
            used: Vec::with_capacity(most),
            symbols: Vec::with_capacity(most),
            clock: 0,
            most,
            name: String::with_capacity(LONGEST_NAME + 4),
            hash: 0,
            place: None,
        }
    }

    /// Makes the text the current name: upper-case, trimmed, what stands before the first colon
    /// removed. False when nothing is left.
    pub(crate) fn select(&mut self, text: Option<&str>) -> bool {
        let text = text.unwrap_or("").trim();
        let text = text.split_once(':').map_or(text, |(_, symbol)| symbol).trim();
        self.name.clear();
        if text.is_ascii() {
            self.name.push_str(&text[..text.len().min(LONGEST_NAME)]);
            self.name.make_ascii_uppercase();
        } else {
            let letters = text.chars().take(LONGEST_NAME / 4).flat_map(char::to_uppercase);
            self.name.extend(letters);
        }
        self.hash = hash(&self.name);
        self.place = self.find();
        if let Some(at) = self.place {
            self.touch(at);
        }
        !self.name.is_empty()
    }

    /// The selected symbol, if anything is remembered of it.
    pub(crate) fn get(&mut self) -> Option<&mut Symbol> {
        self.place.map(|at| &mut self.symbols[at])
    }

    /// The selected symbol, made if need be; then the one unused longest may be forgotten.
    pub(crate) fn entry(&mut self, now: Nanos) -> &mut Symbol {
        let at = match self.place {
            Some(at) => at,
            None => self.make(now),
        };
        &mut self.symbols[at]
    }

    fn make(&mut self, now: Nanos) -> usize {
        let room = self.symbols.len() < self.most;
        let at = if room { self.add() } else { self.replace_oldest(now) };
        self.place = Some(at);
        self.touch(at);
        at
    }

    fn touch(&mut self, at: usize) {
        self.clock += 1;
        self.used[at] = self.clock;
    }

    fn find(&self) -> Option<usize> {
        let mut places = self.hashes.iter().enumerate().filter(|(_, held)| **held == self.hash);
        places.find(|(at, _)| self.names[*at] == self.name).map(|(at, _)| at)
    }

    fn add(&mut self) -> usize {
        self.hashes.push(self.hash);
        self.names.push(self.name.clone());
        self.used.push(0);
        self.symbols.push(Symbol::default());
        self.symbols.len() - 1
    }

    fn replace_oldest(&mut self, now: Nanos) -> usize {
        let order = |at: &usize| (self.symbols[*at].is_needed(now), self.used[*at]);
        let at = (0..self.symbols.len()).min_by_key(order).expect("the limit is above zero");
        self.hashes[at] = self.hash;
        self.names[at].clone_from(&self.name);
        self.symbols[at].clear();
        at
    }
}

/// FNV-1a: the same on every machine and in every run.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        let mut symbols = Symbols::new(1);
        symbols.select(Some(text));
        symbols.name
    }

    #[test]
    fn a_name_is_upper_case_without_its_venue() {
        assert_eq!(name(" xrp/usdt "), "XRP/USDT");
        assert_eq!(name("BINANCE:sol/usdt"), "SOL/USDT");
        assert_eq!(name("OKX:PERP:BTC-USDT"), "PERP:BTC-USDT");
        assert!(!Symbols::new(1).select(None));
        assert_eq!(name(&"x".repeat(70_000)).len(), LONGEST_NAME);
        assert_eq!(name("ß-coin"), "SS-COIN");
    }

    #[test]
    fn the_symbol_unused_longest_is_forgotten_unless_it_holds_a_position() {
        let mut symbols = Symbols::new(2);
        for (text, side) in [("A", Some(Side::Buy)), ("B", None)] {
            symbols.select(Some(text));
            let position = side.map(|side| Position { side, since: Nanos(0) });
            symbols.entry(Nanos(0)).position = position;
            symbols.entry(Nanos(0)).last_allow = Some(Nanos(7));
        }
        symbols.select(Some("C"));
        assert_eq!(symbols.entry(Nanos(1)).last_allow, None);
        symbols.select(Some("B"));
        assert!(symbols.get().is_none());
        symbols.select(Some("A"));
        assert!(symbols.get().is_some());
    }
}
