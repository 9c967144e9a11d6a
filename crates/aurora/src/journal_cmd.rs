//! `aurora journal`: look into the journal without starting the desk.

mod export;
mod stats;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use aurora_journal::{JournalError, Reader, Record, Report, SegmentReport, Seq, repair, verify};
use clap::{Args, Subcommand};
use serde_json::json;
use serde_json::value::RawValue;

use crate::desk::{DeskArgs, ReplayArgs, deep, replay};
use crate::exit::{Ended, Failure, check_failed};
use export::ExportArgs;

/// Look into a journal, and tidy it. Reading is safe while a desk writes it.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora journal verify data/journal")]
pub(crate) struct JournalArgs {
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Read every record and check every length, number, hash and checksum.
    #[command(before_help = "Example: aurora journal verify data/journal")]
    Verify {
        /// The journal's folder.
        dir: PathBuf,
        /// Replay everything too: every checkpoint and every snapshot must come out the same.
        #[arg(long)]
        deep: bool,
        #[command(flatten)]
        desk: DeskArgs,
        /// Answer for programs.
        #[arg(long)]
        json: bool,
    },
    /// Print the records, oldest first.
    #[command(before_help = "Example: aurora journal dump data/journal --from 1000 --limit 20")]
    Dump {
        /// The journal's folder.
        dir: PathBuf,
        /// One JSON object a record, with its hash.
        #[arg(long)]
        json: bool,
        /// Begin with this record.
        #[arg(long, value_name = "SEQ", default_value_t = 1)]
        from: u64,
        /// Print at most so many.
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Count records and bytes, by kind and by start.
    #[command(before_help = "Example: aurora journal stats data/journal")]
    Stats {
        /// The journal's folder.
        dir: PathBuf,
        /// Answer for programs.
        #[arg(long)]
        json: bool,
    },
    /// Rebuild orders, positions and cash; every checkpoint must come out the same (also: aurora replay).
    #[command(before_help = "Example: aurora journal replay data/paper/journal")]
    Replay(ReplayArgs),
    /// Write the records as JSONL or CSV.
    #[command(
        before_help = "Example: aurora journal export data/journal --format csv --out day.csv"
    )]
    Export(ExportArgs),
    /// Move a torn tail into a file beside its segment; never changes a record, refuses damage.
    #[command(before_help = "Example: aurora journal repair data/journal")]
    Repair {
        /// The journal's folder; no desk may be writing it.
        dir: PathBuf,
    },
}

/// The word for a record's kind byte.
pub(crate) type KindWord = fn(u8) -> &'static str;

/// Runs the command.
///
/// # Errors
/// [`Failure::Check`] when the journal is damaged, another when the folder cannot be read.
pub(crate) fn run(args: &JournalArgs, kind_word: KindWord) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let answered = match &args.command {
        JournalCommand::Verify { dir, json, deep, desk } => {
            let whole = print_verify(&mut out, dir, *json);
            if *deep { whole.and_then(|()| print_deep(&mut out, dir, desk, *json)) } else { whole }
        }
        JournalCommand::Dump { dir, json, from, limit } => {
            let wanted = Wanted { from: Seq(*from), limit: limit.unwrap_or(usize::MAX) };
            print_dump(&mut out, dir, *json, wanted)
        }
        JournalCommand::Stats { dir, json } => stats::print(&mut out, dir, *json, kind_word),
        JournalCommand::Replay(args) => replay(args),
        JournalCommand::Export(args) => export::export(&mut out, args, kind_word),
        JournalCommand::Repair { dir } => print_repair(&mut out, dir),
    };
    // What was found before the damage is printed before the damage is told.
    match out.flush().map_err(anyhow::Error::from).and(answered) {
        // `| head` has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        outcome => outcome,
    }
}

fn damaged(damage: &JournalError) -> anyhow::Error {
    Ended { failure: Failure::Check, message: damage.to_string() }.into()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn check_folder(dir: &Path) -> anyhow::Result<()> {
    ensure!(
        dir.is_dir(),
        "{} is not a folder: give the folder that holds the journal's .seg files",
        dir.display()
    );
    Ok(())
}

fn print_verify(out: &mut impl Write, dir: &Path, json: bool) -> anyhow::Result<()> {
    check_folder(dir)?;
    let report = verify(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let damage = report.damage.as_ref().map(ToString::to_string);
    if json {
        let answer = json!({
            "ok": damage.is_none(),
            "records": report.last_seq.0,
            "segments": report.segments.len(),
            "head": report.head.to_string(),
            "torn_bytes": report.torn_bytes,
            "marked": report.marked.map(|seq| seq.0),
            "cut_bytes": report.segments.iter().map(|segment| segment.cut_bytes).sum::<u64>(),
            "damage": damage,
        });
        writeln!(out, "{answer}")?;
    } else {
        writeln!(out, "{}", verdict(&report))?;
        writeln!(out, "head {}", report.head)?;
        if let Some(marked) = report.marked {
            writeln!(out, "mark {marked}")?;
        }
        for segment in report.segments.iter().filter(|s| 0 < s.torn_bytes + s.cut_bytes) {
            writeln!(out, "{}", leftover(segment))?;
        }
    }
    report.damage.as_ref().map_or(Ok(()), |damage| Err(damaged(damage)))
}

fn print_deep(out: &mut impl Write, dir: &Path, desk: &DeskArgs, json: bool) -> anyhow::Result<()> {
    let found = deep(dir, desk).map_err(|fault| check_failed(format!("{fault:#}")))?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&found)?)?;
    } else {
        writeln!(
            out,
            "replayed: {} checkpoints and {} snapshots come out the same, state hash {}, {:.0} ms",
            found.checkpoints, found.snapshots, found.state_hash, found.took_ms
        )?;
    }
    match found.bad_snapshots.as_slice() {
        [] => Ok(()),
        bad => Err(check_failed(format!(
            "{}; remove the file: the journal has everything",
            bad.join("; ")
        ))),
    }
}

fn verdict(report: &Report) -> String {
    let (records, segments) = (report.last_seq, report.segments.len());
    match &report.damage {
        None => format!("whole: {records} records in {segments} segments"),
        Some(_) => format!("DAMAGED: only the first {records} records are good"),
    }
}

fn leftover(segment: &SegmentReport) -> String {
    let file = segment.path.display();
    match segment.torn_bytes {
        0 => format!(
            "{file}: {} bytes behind the last record were cut off by a later start",
            segment.cut_bytes
        ),
        torn => format!(
            "{file}: {torn} bytes of an unfinished commit at the end; the next start cuts them off"
        ),
    }
}

fn print_repair(out: &mut impl Write, dir: &Path) -> anyhow::Result<()> {
    check_folder(dir)?;
    let done = repair(dir).map_err(|error| match error {
        JournalError::Damaged { .. } | JournalError::Older { .. } => {
            let advice = "nothing was changed: a repair only moves a torn tail aside";
            check_failed(format!("{error}\n{advice}"))
        }
        other => other.into(),
    })?;
    match done.cut {
        None => writeln!(out, "nothing to do: {} records, no torn tail", done.last_seq)?,
        Some(cut) => writeln!(
            out,
            "{}: {} bytes of an unfinished commit moved to {}; the {} records before them are untouched",
            cut.segment.display(),
            cut.bytes,
            cut.kept.display(),
            done.last_seq
        )?,
    }
    Ok(())
}

/// Which records to print.
#[derive(Clone, Copy)]
struct Wanted {
    from: Seq,
    limit: usize,
}

fn print_dump(out: &mut impl Write, dir: &Path, json: bool, wanted: Wanted) -> anyhow::Result<()> {
    check_folder(dir)?;
    let reader = Reader::open(dir)?;
    let is_before = |record: &Result<Record, _>| matches!(record, Ok(r) if r.seq < wanted.from);
    for record in reader.skip_while(is_before).take(wanted.limit) {
        match record {
            Ok(record) if json => writeln!(out, "{}", as_json(&record)?)?,
            Ok(record) => {
                let payload = String::from_utf8_lossy(&record.payload);
                writeln!(
                    out,
                    "{:>8} {:>4} {:>3} {payload}",
                    record.seq, record.epoch, record.kind
                )?;
            }
            Err(damage) => return Err(damaged(&damage)),
        }
    }
    Ok(())
}

fn as_json(record: &Record) -> serde_json::Result<String> {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        seq: u64,
        epoch: u32,
        kind: u8,
        hash: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        record: Option<&'a RawValue>,
        /// A payload that is no JSON.
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<&'a [u8]>,
    }
    let payload = serde_json::from_slice(&record.payload).ok();
    serde_json::to_string(&Line {
        seq: record.seq.0,
        epoch: record.epoch,
        kind: record.kind,
        hash: record.hash.to_string(),
        record: payload,
        bytes: payload.is_none().then_some(&record.payload),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_journal::{Journal, Options};
    use expect_test::expect;
    use tempfile::TempDir;

    /// Two starts of three records each.
    fn journal() -> (TempDir, PathBuf) {
        let root = TempDir::new().unwrap();
        let dir = root.path().join("journal");
        for start in 1..=2 {
            let options = Options { reserve_bytes: 1, ..Options::default() };
            let (mut journal, _) = Journal::open_with(&dir, options, &mut |_| ()).unwrap();
            for n in 1..=3u8 {
                let payload = format!("{{\"start\":{start},\"n\":{n}}}");
                journal.append(n, payload.as_bytes()).unwrap();
            }
            journal.close().unwrap();
        }
        (root, dir)
    }

    /// What a command prints, and how it ends, without the folder's name.
    fn printed(dir: &Path, print: impl FnOnce(&mut Vec<u8>) -> anyhow::Result<()>) -> String {
        let mut out = Vec::new();
        let end = print(&mut out).map_or_else(|error| format!("error: {error}"), |()| "ok".into());
        let told = format!("{}{end}\n", String::from_utf8(out).unwrap());
        told.replace(&format!("{}/", dir.display()), "")
    }

    fn kind_word(kind: u8) -> &'static str {
        ["", "intent", "sent", "report"][usize::from(kind)]
    }

    #[test]
    fn a_whole_journal_is_dumped_counted_and_verified() {
        let (_root, dir) = journal();
        let wanted = Wanted { from: Seq(3), limit: 2 };
        expect![[r#"
                   3    1   3 {"start":1,"n":3}
                   4    2   1 {"start":2,"n":1}
            ok
        "#]]
        .assert_eq(&printed(&dir, |out| print_dump(out, &dir, false, wanted)));
        expect![[r#"
            {"seq":3,"epoch":1,"kind":3,"hash":"23bff56b5bfbcd914b2c2752daf8ebf9","record":{"start":1,"n":3}}
            {"seq":4,"epoch":2,"kind":1,"hash":"55b7d4144095dfda5f32e3d45662c8ab","record":{"start":2,"n":1}}
            ok
        "#]]
        .assert_eq(&printed(&dir, |out| print_dump(out, &dir, true, wanted)));
        expect![[r#"
             kind    records  payload bytes
             intent        2             34
             sent          2             34
             report        2             34

             segment                    start  first record  records  bytes  cut  torn
             0000000001-0000000001.seg      1             1        3    226    0     0
             0000000002-0000000001.seg      2             4        3    226    0     0

            head b694537cc67728f774a65fe0abfa50db
            ok
        "#]]
        .assert_eq(&printed(&dir, |out| stats::print(out, &dir, false, kind_word)));
        expect![[r#"
            whole: 6 records in 2 segments
            head b694537cc67728f774a65fe0abfa50db
            mark 6
            ok
        "#]]
        .assert_eq(&printed(&dir, |out| print_verify(out, &dir, false)));
    }

    #[test]
    fn damage_is_told_with_its_place_and_fails() {
        let (_root, dir) = journal();
        let path = dir.join("0000000001-0000000001.seg");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[150] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        expect![[r#"
            {"cut_bytes":0,"damage":"0000000001-0000000001.seg is damaged at byte 118 (record 2): the record does not match its checksum; nothing after it can be trusted: run `aurora journal verify` on the folder, then restore it from a copy or set it aside","head":"ca7fa85191089b4931a5125443608b02","marked":6,"ok":false,"records":1,"segments":0,"torn_bytes":0}
            error: 0000000001-0000000001.seg is damaged at byte 118 (record 2): the record does not match its checksum; nothing after it can be trusted: run `aurora journal verify` on the folder, then restore it from a copy or set it aside
        "#]]
        .assert_eq(&printed(&dir, |out| print_verify(out, &dir, true)));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_with_the_way_out() {
        let told = |command| {
            let args = JournalArgs { command };
            run(&args, kind_word).unwrap_err().to_string()
        };
        let way_out = expect![
            "/nowhere/at/all is not a folder: give the folder that holds the journal's .seg files"
        ];
        let dir = || PathBuf::from("/nowhere/at/all");
        way_out.assert_eq(&told(JournalCommand::Stats { dir: dir(), json: false }));
        let (desk, deep, json) = (DeskArgs::default(), false, false);
        way_out.assert_eq(&told(JournalCommand::Verify { dir: dir(), deep, desk, json }));
    }
}
