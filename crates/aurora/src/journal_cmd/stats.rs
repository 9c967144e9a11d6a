//! `aurora journal stats`: records and bytes, by kind and by segment.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use aurora_journal::{ChainHash, JournalError, Reader, SegmentReport};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use super::{KindWord, check_folder, damaged};

/// How many, and how large together.
#[derive(Clone, Copy, Default, serde::Serialize)]
struct Tally {
    records: u64,
    payload_bytes: u64,
}

/// What a journal holds, as far as it could be read.
struct Stats {
    kinds: BTreeMap<u8, Tally>,
    segments: Vec<SegmentReport>,
    head: ChainHash,
    damage: Option<JournalError>,
}

pub(super) fn print(
    out: &mut impl Write,
    dir: &Path,
    json: bool,
    kind_word: KindWord,
) -> anyhow::Result<()> {
    check_folder(dir)?;
    let stats = gather(dir)?;
    let text = if json { stats.as_json(kind_word).to_string() } else { stats.as_text(kind_word) };
    writeln!(out, "{text}")?;
    stats.damage.as_ref().map_or(Ok(()), |damage| Err(damaged(damage)))
}

fn gather(dir: &Path) -> anyhow::Result<Stats> {
    let (mut kinds, mut damage) = (BTreeMap::<u8, Tally>::new(), None);
    let mut reader = Reader::open(dir)?;
    for record in reader.by_ref() {
        match record {
            Ok(record) => {
                let tally = kinds.entry(record.kind).or_default();
                tally.records += 1;
                tally.payload_bytes += record.payload.len() as u64;
            }
            Err(error) => damage = Some(error),
        }
    }
    let (segments, head) = (reader.segments().to_vec(), reader.reached().head);
    Ok(Stats { kinds, segments, head, damage })
}

impl Stats {
    fn as_json(&self, kind_word: KindWord) -> Value {
        let of_kind = |(kind, tally): (&u8, &Tally)| {
            json!({
                "kind": kind_word(*kind),
                "code": kind,
                "records": tally.records,
                "payload_bytes": tally.payload_bytes,
            })
        };
        json!({
            "kinds": self.kinds.iter().map(of_kind).collect::<Vec<_>>(),
            "segments": self.segments.iter().map(segment_json).collect::<Vec<_>>(),
            "head": self.head.to_string(),
            "damage": self.damage.as_ref().map(ToString::to_string),
        })
    }

    fn as_text(&self, kind_word: KindWord) -> String {
        let of_kind = |(kind, tally): (&u8, &Tally)| {
            let Tally { records, payload_bytes } = tally;
            [kind_word(*kind).to_owned(), records.to_string(), payload_bytes.to_string()]
        };
        let kinds = table(["kind", "records", "payload bytes"], self.kinds.iter().map(of_kind));
        let head = ["segment", "start", "first record", "records", "bytes", "cut", "torn"];
        let segments = table(head, self.segments.iter().map(segment_row));
        format!("{}\n\n{}\n\nhead {}", kinds.trim_fmt(), segments.trim_fmt(), self.head)
    }
}

fn segment_json(segment: &SegmentReport) -> Value {
    json!({
        "file": file_name(segment),
        "epoch": segment.epoch,
        "first_seq": segment.first_seq.0,
        "records": segment.records(),
        "bytes": segment.bytes,
        "cut_bytes": segment.cut_bytes,
        "torn_bytes": segment.torn_bytes,
    })
}

fn segment_row(segment: &SegmentReport) -> [String; 7] {
    [
        file_name(segment),
        segment.epoch.to_string(),
        segment.first_seq.to_string(),
        segment.records().to_string(),
        segment.bytes.to_string(),
        segment.cut_bytes.to_string(),
        segment.torn_bytes.to_string(),
    ]
}

fn file_name(segment: &SegmentReport) -> String {
    segment.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A table with words on the left and numbers on the right.
fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head);
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
