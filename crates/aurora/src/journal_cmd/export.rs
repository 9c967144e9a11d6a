//! `aurora journal export`: the records for other programs, as JSONL or CSV.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use aurora_journal::{Reader, Record};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::{KindWord, as_json, check_folder, damaged};

/// What `aurora journal export` is asked.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The journal's folder.
    pub(super) dir: PathBuf,
    /// How to write the records.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub(super) format: Format,
    /// A file that does not exist yet, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line: number, start, kind, hash and the record itself.
    Jsonl,
    /// A header line and one line a record, quoted as RFC 4180 has it; the record itself is the last column.
    Csv,
}

/// Writes every record; what was written before damage was met stays.
pub(super) fn export(
    out: &mut dyn Write,
    args: &ExportArgs,
    kind_word: KindWord,
) -> anyhow::Result<()> {
    check_folder(&args.dir)?;
    let Some(path) = &args.out else { return write_all(out, &args.dir, args.format, kind_word) };
    let file = File::options().write(true).create_new(true).open(path);
    let file = file.with_context(|| {
        format!("cannot make {}: name a file that does not exist yet", path.display())
    })?;
    let mut file = BufWriter::new(file);
    let written = write_all(&mut file, &args.dir, args.format, kind_word);
    file.flush().with_context(|| format!("cannot write {}", path.display()))?;
    written
}

fn write_all(
    out: &mut dyn Write,
    dir: &Path,
    format: Format,
    kind_word: KindWord,
) -> anyhow::Result<()> {
    if format == Format::Csv {
        writeln!(out, "seq,epoch,kind,at_ns,order,hash,record")?;
    }
    for record in Reader::open(dir)? {
        let record = record.map_err(|damage| damaged(&damage))?;
        match format {
            Format::Jsonl => writeln!(out, "{}", as_json(&record)?)?,
            Format::Csv => writeln!(out, "{}", as_csv(&record, kind_word(record.kind)))?,
        }
    }
    Ok(())
}

fn as_csv(record: &Record, kind: &str) -> String {
    let fields: Value = serde_json::from_slice(&record.payload).unwrap_or_default();
    let at = fields["at"].as_i64().map(|at| at.to_string()).unwrap_or_default();
    let order = ["id", "order"].into_iter().find_map(|name| fields[name].as_str());
    let text = String::from_utf8_lossy(&record.payload);
    let columns = [
        record.seq.to_string(),
        record.epoch.to_string(),
        kind.to_owned(),
        at,
        order.unwrap_or_default().to_owned(),
        record.hash.to_string(),
        text.into_owned(),
    ];
    columns.map(|column| quoted(&column)).join(",")
}

fn quoted(column: &str) -> String {
    if column.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", column.replace('"', "\"\""))
    } else {
        column.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_needs_it_is_quoted() {
        let told = ["plain", "a,b", "say \"so\"", "two\nlines"].map(quoted);
        assert_eq!(told, ["plain", "\"a,b\"", "\"say \"\"so\"\"\"", "\"two\nlines\""]);
    }
}
