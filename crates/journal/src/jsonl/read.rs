//! Reading a log back: rotated parts first, gzipped or not, then the live file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::log::LogName;

/// Every part of one log in a session folder, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn parts(folder: &Path, log: LogName) -> io::Result<Vec<PathBuf>> {
    let live = log.file_name();
    let mut rotated = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let rest = name.strip_prefix(live).and_then(|rest| rest.strip_prefix('.'));
        if rest.is_some_and(|rest| !rest.ends_with("part")) {
            rotated.push(name);
        }
    }
    rotated.sort();
    // A part that is there packed and plain was being packed when the process stopped.
    let packed: Vec<String> = rotated.iter().filter(|n| n.ends_with(".gz")).cloned().collect();
    rotated.retain(|name| !packed.contains(&format!("{name}.gz")));
    let mut parts: Vec<PathBuf> = rotated.into_iter().map(|name| folder.join(name)).collect();
    let live = folder.join(live);
    if live.is_file() {
        parts.push(live);
    }
    Ok(parts)
}

/// Calls `each` with every line of a log, oldest first, without its line end.
///
/// # Errors
/// When a part cannot be read; what `each` has seen by then is right.
pub fn lines(folder: &Path, log: LogName, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    for part in parts(folder, log)? {
        let file = File::open(&part)?;
        let reader: Box<dyn Read> = if part.extension().is_some_and(|e| e == "gz") {
            Box::new(MultiGzDecoder::new(BufReader::new(file)))
        } else {
            Box::new(file)
        };
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? != 0 {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if !text.is_empty() {
                each(text);
            }
            line.clear();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonl::housekeeping::gzip;

    #[test]
    fn rotated_packed_and_live_parts_read_as_one_log() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        gzip(&write("orders.jsonl.20261120-000000-0001", "1\n2\n"), || true).unwrap();
        write("orders.jsonl.20261121-000000-0001", "3\n");
        write("orders.jsonl", "4\n5\n");
        write("orders_denied.jsonl", "no\n");
        let mut seen = Vec::new();
        lines(dir.path(), LogName::Orders, |line| {
            seen.push(String::from_utf8(line.to_vec()).unwrap());
        })
        .unwrap();
        assert_eq!(seen, ["1", "2", "3", "4", "5"]);
    }
}
