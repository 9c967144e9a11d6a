//! One-second bars and our fills on them.

use std::collections::VecDeque;
use std::sync::Arc;

use aurora_api::console::wire::{Bar, Mark};
use aurora_model::{Nanos, Ticks};

const BARS: usize = 900;
const MARKS: usize = 500;

/// One instrument's chart.
#[derive(Debug, Default)]
pub(crate) struct Chart {
    bars: VecDeque<Bar>,
    marks: VecDeque<Mark>,
    pub(crate) marks_total: u64,
    shown_bars: Shown<Bar>,
    shown_marks: Shown<Mark>,
}

impl Chart {
    /// A public trade.
    pub(crate) fn trade(&mut self, at: Nanos, price: f64, qty: f64) {
        let second = at.0.div_euclid(1_000_000_000);
        self.shown_bars.is_old = true;
        match self.bars.back_mut() {
            Some(bar) if bar.0 == second => {
                bar.2 = bar.2.max(price);
                bar.3 = bar.3.min(price);
                bar.4 = price;
                bar.5 += qty;
            }
            _ => self.push((second, price, price, price, price, qty)),
        }
    }

    /// Whether nothing is known of that second yet.
    pub(crate) fn wants_quote(&self, at: Nanos) -> bool {
        self.bars.back().is_none_or(|bar| bar.0 < at.0.div_euclid(1_000_000_000))
    }

    /// The mid where nothing traded: the chart goes on, with no volume.
    pub(crate) fn quote(&mut self, at: Nanos, mid: f64) {
        if self.wants_quote(at) {
            self.push((at.0.div_euclid(1_000_000_000), mid, mid, mid, mid, 0.0));
        }
    }

    fn push(&mut self, bar: Bar) {
        self.shown_bars.is_old = true;
        if self.bars.len() == BARS {
            self.bars.pop_front();
        }
        self.bars.push_back(bar);
    }

    pub(crate) fn mark(&mut self, mark: Mark) {
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(mark);
        self.shown_marks.is_old = true;
        self.marks_total += 1;
    }

    pub(crate) fn bars(&mut self) -> Arc<Vec<Bar>> {
        self.shown_bars.of(&self.bars)
    }

    pub(crate) fn marks(&mut self) -> Arc<Vec<Mark>> {
        self.shown_marks.of(&self.marks)
    }
}

/// A list as the console was given it, made again only when the list has changed.
#[derive(Debug)]
struct Shown<T> {
    list: Arc<Vec<T>>,
    is_old: bool,
}

impl<T> Default for Shown<T> {
    fn default() -> Shown<T> {
        Shown { list: Arc::default(), is_old: false }
    }
}

impl<T: Clone> Shown<T> {
    fn of(&mut self, list: &VecDeque<T>) -> Arc<Vec<T>> {
        if self.is_old {
            self.list = Arc::new(list.iter().cloned().collect());
            self.is_old = false;
        }
        Arc::clone(&self.list)
    }
}

/// Ticks as a chart's number.
pub(crate) fn number(rules: &aurora_model::Instrument, ticks: Ticks) -> f64 {
    rules.price_f64(ticks.0 as f64)
}
