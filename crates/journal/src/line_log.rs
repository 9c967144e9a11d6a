//! A log of text lines, each behind its checksum: what a simulated venue remembers.
//!
//! Lines are handed to the system before anybody is told. They are not synced to disk: the venue is to outlive this
//! process, not the machine. For what must survive the machine there is [`Journal`](crate::Journal).

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a line log cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum LineLogError {
    /// The file cannot be read or written.
    #[error("cannot open {}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is not what was written.
    #[error("line {line} of {} is damaged: move the file aside to begin anew", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
}

/// The open log.
#[derive(Debug)]
pub struct LineLog {
    file: File,
    lines: String,
}

impl LineLog {
    /// Reads every line, cuts a last one that a crash left unfinished, and opens the file for more. `parse` says
    /// `None` to a line that means nothing.
    ///
    /// # Errors
    /// When the file cannot be opened, or a line fails its checksum or means nothing.
    pub fn open<T>(
        path: &Path,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<(LineLog, Vec<T>), LineLogError> {
        let failed = |source| LineLogError::Open { path: path.to_owned(), source };
        let text = match std::fs::read_to_string(path) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(failed)?,
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let read = text[..whole].lines().enumerate().map(|(place, line)| {
            let damaged = || LineLogError::Damaged { path: path.to_owned(), line: place + 1 };
            checked(line).and_then(&parse).ok_or_else(damaged)
        });
        let read = read.collect::<Result<Vec<_>, _>>()?;
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed)?;
        }
        Ok((LineLog { file, lines: String::new() }, read))
    }

    /// Writes lines, all in one call.
    ///
    /// # Errors
    /// When the file cannot be written; part of the last line may be there then.
    pub fn write(&mut self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        self.lines.clear();
        for line in lines {
            let crc = crc32c::crc32c(line.as_bytes());
            writeln!(self.lines, "{crc:08x} {line}").expect("a String takes all");
        }
        if self.lines.is_empty() {
            return Ok(());
        }
        self.file.write_all(self.lines.as_bytes())
    }
}

/// The line without its checksum, when that fits.
fn checked(line: &str) -> Option<&str> {
    let (crc, text) = line.split_once(' ')?;
    let is_whole = u32::from_str_radix(crc, 16).ok()? == crc32c::crc32c(text.as_bytes());
    is_whole.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn open(path: &Path) -> Result<(LineLog, Vec<String>), String> {
        let known = |line: &str| (line != "nonsense").then(|| line.to_owned());
        LineLog::open(path, known).map_err(|error| error.to_string())
    }

    #[test]
    fn what_was_written_is_read_back_and_an_unfinished_line_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("venue.log");
        let (mut log, lines) = open(&path).unwrap();
        assert!(lines.is_empty());
        log.write(["accepted 1".to_owned(), "filled 1".to_owned()]).unwrap();
        expect![[r#"
            b848e911 accepted 1
            c64f1fc8 filled 1
        "#]]
        .assert_eq(&std::fs::read_to_string(&path).unwrap());
        log.file.write_all(b"0000 fil").unwrap();
        let (mut log, lines) = open(&path).unwrap();
        assert_eq!(lines, ["accepted 1", "filled 1"]);
        log.write(["closed".to_owned()]).unwrap();
        assert_eq!(open(&path).unwrap().1, ["accepted 1", "filled 1", "closed"]);
    }

    #[test]
    fn a_line_that_was_changed_or_means_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("venue.log");
        let told = |path: &Path| {
            let error = open(path).unwrap_err();
            error.replace(&folder.path().display().to_string(), "")
        };
        std::fs::write(&path, "00000000 changed\n").unwrap();
        expect!["line 1 of /venue.log is damaged: move the file aside to begin anew"]
            .assert_eq(&told(&path));
        std::fs::remove_file(&path).unwrap();
        let (mut log, _) = open(&path).unwrap();
        log.write(["sense".to_owned(), "nonsense".to_owned()]).unwrap();
        expect!["line 2 of /venue.log is damaged: move the file aside to begin anew"]
            .assert_eq(&told(&path));
    }
}
