//! `aurora tape info`: what is inside, gaps included, and how fast it plays.

use std::io::Write;
use std::time::Instant;

use aurora_binance::tape::{Survey, TapeError, TapeSet, Track};
use aurora_book::{Applied, Book, Sync};
use clap::Args;
use serde::Serialize;

use super::{Source, seconds};

#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    #[command(flatten)]
    source: Source,
    /// One JSON object, for programs.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    instruments: Vec<InstrumentReport>,
    play: Play,
}

/// One instrument, after all its files were played through a book.
#[derive(Serialize)]
struct InstrumentReport {
    instrument: String,
    symbol: String,
    tick: String,
    lot: String,
    files: Vec<FileReport>,
    /// `synced`, `partial` (no snapshot), `desynced` (a gap, no snapshot since) or `empty`.
    book: &'static str,
    /// Gaps met while playing, those between two files included.
    gaps: u64,
    /// Book updates after which the best bid was above the best ask.
    crossed: u64,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    first_received_s: String,
    last_received_s: String,
    clock_shift_s: String,
    lines: u64,
    diffs: u64,
    levels: u64,
    quotes: u64,
    trades: u64,
    snapshots: u64,
    mark_prices: u64,
    others: u64,
    gaps: Vec<GapReport>,
    gap_count: u64,
    damaged: Vec<DamageReport>,
    damaged_count: u64,
}

#[derive(Serialize)]
struct GapReport {
    line: u64,
    received_s: String,
    have: u64,
    found: u64,
}

#[derive(Serialize)]
struct DamageReport {
    line: u64,
    what: String,
}

/// One level, quote or trade is one event; the time covers reading, decompressing, decoding and the book.
#[derive(Serialize)]
struct Play {
    events: u64,
    messages: u64,
    seconds: f64,
    events_per_second: f64,
}

pub(super) fn run(args: &InfoArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let mut set = args.source.open()?;
    set.skip_damaged();
    let (play, played) = play(&mut set)?;
    let instruments = set.tracks().iter().zip(played).map(|(t, p)| instrument(t, &p)).collect();
    let report = Report { instruments, play };
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        print(out, &report)?;
    }
    Ok(())
}

struct Played {
    book: Book,
    gaps: u64,
    crossed: u64,
}

fn play(set: &mut TapeSet) -> Result<(Play, Vec<Played>), TapeError> {
    let new =
        |track: &Track| Played { book: Book::new(track.market.continuity()), gaps: 0, crossed: 0 };
    let mut books: Vec<Played> = set.tracks().iter().map(new).collect();
    let (mut events, mut messages) = (0, 0);
    let start = Instant::now();
    while let Some(event) = set.next_event()? {
        let played = &mut books[event.instrument.index()];
        events += event.kind.event_count() as u64;
        messages += 1;
        match played.book.apply(&event) {
            Applied::Gap { .. } => played.gaps += 1,
            Applied::Levels => {
                let is_crossed = played.book.touch().is_some_and(|touch| touch.is_crossed());
                played.crossed += u64::from(is_crossed);
            }
            _ => {}
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let events_per_second = if seconds > 0.0 { events as f64 / seconds } else { 0.0 };
    Ok((Play { events, messages, seconds, events_per_second }, books))
}

fn instrument(track: &Track, played: &Played) -> InstrumentReport {
    InstrumentReport {
        instrument: track.instrument.id.to_string(),
        symbol: track.instrument.symbol.clone(),
        tick: track.instrument.tick.to_string(),
        lot: track.instrument.lot.to_string(),
        files: track.files.iter().map(|(survey, shift)| file(survey, *shift)).collect(),
        book: match played.book.sync() {
            Sync::Empty => "empty",
            Sync::Partial => "partial",
            Sync::Synced => "synced",
            Sync::Desynced => "desynced",
        },
        gaps: played.gaps,
        crossed: played.crossed,
    }
}

fn file(survey: &Survey, shift: aurora_model::Nanos) -> FileReport {
    let gaps = survey.gaps.iter().map(|gap| GapReport {
        line: gap.line,
        received_s: seconds(gap.received_at),
        have: gap.have,
        found: gap.found,
    });
    let damaged = survey.damaged.iter();
    FileReport {
        file: survey.path.display().to_string(),
        first_received_s: seconds(survey.received.0),
        last_received_s: seconds(survey.received.1),
        clock_shift_s: format!("{:+.9}", rust_decimal::Decimal::new(shift.0, 9)),
        lines: survey.lines,
        diffs: survey.diffs,
        levels: survey.levels,
        quotes: survey.quotes,
        trades: survey.trades,
        snapshots: survey.snapshots,
        mark_prices: survey.mark_prices,
        others: survey.others,
        gaps: gaps.collect(),
        gap_count: survey.gap_count,
        damaged: damaged
            .map(|(line, what)| DamageReport { line: *line, what: what.clone() })
            .collect(),
        damaged_count: survey.damaged_count,
    }
}

fn print(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    for instrument in &report.instruments {
        let InstrumentReport { instrument: id, tick, lot, book, gaps, crossed, .. } = instrument;
        writeln!(out, "{id}  tick {tick}  lot {lot}")?;
        writeln!(out, "  book at the end: {book}; gaps {gaps}, crossed updates {crossed}")?;
        for file in &instrument.files {
            print_file(out, file)?;
        }
    }
    let Play { events, messages, seconds, events_per_second } = &report.play;
    writeln!(
        out,
        "{events} events in {messages} messages played in {seconds:.3} s: {:.2} million events a second",
        events_per_second / 1e6
    )
}

fn print_file(out: &mut impl Write, file: &FileReport) -> std::io::Result<()> {
    writeln!(out, "  {}", file.file)?;
    writeln!(
        out,
        "    received {} to {}, clock shift {} s",
        file.first_received_s, file.last_received_s, file.clock_shift_s
    )?;
    writeln!(
        out,
        "    {} lines: {} diffs and {} snapshots with {} levels, {} quotes, {} trades, {} mark prices, {} others",
        file.lines,
        file.diffs,
        file.snapshots,
        file.levels,
        file.quotes,
        file.trades,
        file.mark_prices,
        file.others
    )?;
    match file.gap_count {
        0 => writeln!(out, "    no gaps")?,
        count => writeln!(out, "    gaps: {count}")?,
    }
    for gap in &file.gaps {
        let GapReport { line, received_s, have, found } = gap;
        writeln!(out, "      line {line} at {received_s}: have {have}, found {found}")?;
    }
    if 0 < file.damaged_count {
        writeln!(out, "    damaged lines: {}", file.damaged_count)?;
    }
    for DamageReport { line, what } in &file.damaged {
        writeln!(out, "      line {line}: {what}")?;
    }
    Ok(())
}
