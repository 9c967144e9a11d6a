//! `aurora tape bbo`: the best bid and ask at even steps of time.
//!
//! A row shows the book as it stood at its time: every diff and snapshot received by then, and nothing
//! later. The last row is the last step before the tape's last diff or trade.

use std::io::Write;

use aurora_binance::tape::Track;
use aurora_book::{Applied, Book, Sync, Touch};
use aurora_model::{Instrument, Lots, MarketKind, Nanos, Ticks};
use clap::Args;

use super::{Source, parse, seconds};

#[derive(Debug, Args)]
pub(super) struct BboArgs {
    #[command(flatten)]
    source: Source,
    /// The period between two rows: 500ms, 1s, 1m.
    #[arg(long, value_name = "PERIOD", default_value = "1s", value_parser = parse::period)]
    every: Nanos,
    /// Unix time in seconds; the first row is one period later. Default: the tape's first diff or
    /// trade, by the venue's clock.
    #[arg(long, value_name = "UNIX_S", value_parser = parse::instant)]
    start: Option<Nanos>,
    /// Comma-separated values, for programs.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// One JSON object a row, for programs.
    #[arg(long)]
    json: bool,
}

/// How rows are written.
#[derive(Clone, Copy)]
enum Format {
    Table,
    Csv,
    Json,
}

pub(super) fn run(args: &BboArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let mut set = args.source.open()?;
    let format = match (args.csv, args.json) {
        (true, _) => Format::Csv,
        (_, true) => Format::Json,
        _ => Format::Table,
    };
    let is_alone = set.tracks().len() == 1;
    let mut samplers: Vec<Sampler> = set.tracks().iter().map(|t| Sampler::new(t, args)).collect();
    head(out, format, is_alone)?;
    while let Some(event) = set.next_event()? {
        if matches!(event.kind, MarketKind::Bbo { .. }) {
            continue;
        }
        let sampler = &mut samplers[event.instrument.index()];
        while let Some(at) = sampler.row_before(event.received_at) {
            row(out, format, is_alone, sampler, at)?;
        }
        if let Applied::Gap { .. } = sampler.book.apply(&event) {
            sampler.gaps += 1;
        }
    }
    out.flush()?;
    for sampler in &samplers {
        sampler.warn();
    }
    if 0 < set.skipped() {
        warn(&format!("damaged lines passed over: {}", set.skipped()));
    }
    Ok(())
}

/// One instrument's book and the time of its next row.
struct Sampler {
    instrument: Instrument,
    book: Book,
    next_at: Nanos,
    every: Nanos,
    has_begun: bool,
    gaps: u64,
}

impl Sampler {
    fn new(track: &Track, args: &BboArgs) -> Sampler {
        let venue_start = track.files.iter().map(|file| file.0.starts_at);
        let venue_start = venue_start.filter(|at| *at != Nanos(0)).min();
        let start = args.start.or(venue_start).unwrap_or_else(|| track.starts_at());
        Sampler {
            instrument: track.instrument.clone(),
            book: Book::new(track.market.continuity()),
            next_at: start + args.every,
            every: args.every,
            has_begun: false,
            gaps: 0,
        }
    }

    /// The next row's time when it lies before that instant. Steps before the first event have no row.
    fn row_before(&mut self, at: Nanos) -> Option<Nanos> {
        if !self.has_begun {
            let missed = (at - self.next_at).0.max(0).div_euclid(self.every.0);
            self.next_at = self.next_at + Nanos(missed * self.every.0);
            self.has_begun = true;
            if self.next_at < at {
                self.next_at = self.next_at + self.every;
            }
        }
        let row_at = self.next_at;
        if at <= row_at {
            return None;
        }
        self.next_at = row_at + self.every;
        Some(row_at)
    }

    fn warn(&self) {
        let id = &self.instrument.id;
        if 0 < self.gaps {
            warn(&format!(
                "{id}: gaps: {}; rows after a gap may miss levels: see aurora tape info",
                self.gaps
            ));
        } else if self.book.sync() == Sync::Partial {
            warn(&format!(
                "{id}: no snapshot in the tape; the book holds only levels that changed since its start"
            ));
        }
    }
}

fn head(out: &mut impl Write, format: Format, is_alone: bool) -> std::io::Result<()> {
    match (format, is_alone) {
        (Format::Csv, true) => writeln!(out, "ts_s,best_bid,best_ask,best_bid_qty,best_ask_qty"),
        (Format::Csv, false) => {
            writeln!(out, "instrument,ts_s,best_bid,best_ask,best_bid_qty,best_ask_qty")
        }
        (Format::Table, _) => writeln!(
            out,
            "{:<34} {:>17} {:>14} {:>14} {:>14} {:>14}",
            "instrument", "ts_s", "bid_qty", "best_bid", "best_ask", "ask_qty"
        ),
        (Format::Json, _) => Ok(()),
    }
}

fn row(
    out: &mut impl Write,
    format: Format,
    is_alone: bool,
    sampler: &Sampler,
    at: Nanos,
) -> std::io::Result<()> {
    let rules = &sampler.instrument;
    let (ts, id) = (seconds(at), &rules.id);
    let [bid, ask, bid_qty, ask_qty] = cells(rules, sampler.book.touch());
    match format {
        Format::Csv if is_alone => writeln!(out, "{ts},{bid},{ask},{bid_qty},{ask_qty}"),
        Format::Csv => writeln!(out, "{id},{ts},{bid},{ask},{bid_qty},{ask_qty}"),
        Format::Table => writeln!(
            out,
            "{:<34} {ts:>17} {bid_qty:>14} {bid:>14} {ask:>14} {ask_qty:>14}",
            id.to_string()
        ),
        Format::Json => {
            let row = serde_json::json!({
                "instrument": id.to_string(), "ts_s": ts, "best_bid": bid, "best_ask": ask,
                "best_bid_qty": bid_qty, "best_ask_qty": ask_qty,
            });
            writeln!(out, "{row}")
        }
    }
}

/// Bid, ask and their sizes as exact decimals; empty while a side is.
fn cells(rules: &Instrument, touch: Option<Touch>) -> [String; 4] {
    let Some(touch) = touch else { return Default::default() };
    let price = |ticks: Ticks| decimal(rules.tick, ticks.0, rules.price_decimals());
    let qty = |lots: Lots| decimal(rules.lot, lots.0, rules.qty_decimals());
    [price(touch.bid), price(touch.ask), qty(touch.bid_qty), qty(touch.ask_qty)]
}

fn decimal(step: rust_decimal::Decimal, steps: i64, decimals: u32) -> String {
    let value = step * rust_decimal::Decimal::from(steps);
    format!("{value:.*}", usize::try_from(decimals).unwrap_or(0))
}

fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "warning: {text}");
}
