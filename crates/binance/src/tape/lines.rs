//! Lines of a plain, zstd or gzip file, streamed through one buffer.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use aurora_model::Nanos;

use crate::tape::error::TapeError;

const CHUNK: usize = 1 << 18;
/// Longer lines are damage, not frames: a full snapshot is below 100 kB.
const LONGEST_LINE: usize = 1 << 24;

/// The lines of one file.
pub(crate) struct Lines {
    path: PathBuf,
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// What is read but not yet given out.
    start: usize,
    end: usize,
    is_over: bool,
    line: u64,
    /// Where the line given out last stands in the buffer.
    last: (usize, usize),
}

/// One line: when the frame was received, and the frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) received_at: Nanos,
    pub(crate) frame: &'a [u8],
}

impl Lines {
    /// Opens the file; what compresses it is told by its first bytes.
    pub(crate) fn open(path: &Path) -> Result<Lines, TapeError> {
        let source = decompressed(path);
        let source = source.map_err(|source| TapeError::Open { path: path.into(), source })?;
        Ok(Lines {
            path: path.into(),
            source,
            buffer: vec![0; 2 * CHUNK],
            start: 0,
            end: 0,
            is_over: false,
            line: 0,
            last: (0, 0),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the line given out last, from one.
    pub(crate) fn line_no(&self) -> u64 {
        self.line
    }

    /// How the line given out last begins, whatever it is.
    pub(crate) fn last_begins(&self) -> String {
        let (from, to) = self.last;
        String::from_utf8_lossy(&self.buffer[from..to.min(from + 60)]).into_owned()
    }

    /// The next line; empty ones are passed over.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, TapeError> {
        loop {
            let Some((from, to)) = self.next_range()? else { return Ok(None) };
            self.line += 1;
            self.last = (from, to);
            if self.buffer[from..to].trim_ascii().is_empty() {
                continue;
            }
            let line = parse(&self.buffer[from..to]);
            return match line {
                Some(line) => Ok(Some(line)),
                None => Err(TapeError::Line { path: self.path.clone(), line: self.line }),
            };
        }
    }

    fn next_range(&mut self) -> Result<Option<(usize, usize)>, TapeError> {
        let mut searched = self.start;
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.buffer[searched..self.end]) {
                let range = (self.start, searched + found);
                self.start = range.1 + 1;
                return Ok(Some(range));
            }
            if self.is_over {
                let range = (self.start, self.end);
                self.start = self.end;
                return Ok((range.0 < range.1).then_some(range));
            }
            let kept = self.end - self.start;
            self.fill().map_err(|source| TapeError::Read {
                path: self.path.clone(),
                line: self.line,
                source,
            })?;
            searched = self.start + kept;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() < self.end + CHUNK {
            if LONGEST_LINE < self.end {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without end"));
            }
            self.buffer.resize(self.end + CHUNK, 0);
        }
        match self.source.read(&mut self.buffer[self.end..])? {
            0 => self.is_over = true,
            count => self.end += count,
        }
        Ok(())
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at line {}", self.path.display(), self.line)
    }
}

fn decompressed(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut head = [0; 4];
    let mut file = File::open(path)?;
    let known = file.read(&mut head)?;
    let file = BufReader::with_capacity(CHUNK, File::open(path)?);
    Ok(match head[..known] {
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::stream::read::Decoder::with_buffer(file)?),
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        _ => Box::new(file),
    })
}

fn parse(line: &[u8]) -> Option<Line<'_>> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let frame = line[space + 1..].trim_ascii();
    let received_at = time(&line[..space])?;
    frame.starts_with(b"{").then_some(Line { received_at, frame })
}

/// Seconds, milliseconds, microseconds or nanoseconds since the epoch: told by the number of digits,
/// which differ for any date between 2001 and 2286.
fn time(digits: &[u8]) -> Option<Nanos> {
    let scale = match digits.len() {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return None,
    };
    let mut value = 0_i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if 9 < digit {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    Some(Nanos(value.checked_mul(scale)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read_all(bytes: &[u8]) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut lines = Lines::open(file.path()).unwrap();
        let mut all = Vec::new();
        loop {
            match lines.next() {
                Ok(None) => return all,
                Ok(Some(line)) => all.push(format!(
                    "{} {}",
                    line.received_at.0,
                    String::from_utf8_lossy(line.frame)
                )),
                Err(error) => all.push(error.to_string().split(" of ").next().unwrap().to_owned()),
            }
        }
    }

    #[test]
    fn the_unit_of_time_is_told_by_its_digits() {
        let text =
            b"1723161255030314667 {}\n1680652700423575 {}\r\n1680652700423 {}\n\n1680652700 {}";
        assert_eq!(
            read_all(text),
            [
                "1723161255030314667 {}",
                "1680652700423575000 {}",
                "1680652700423000000 {}",
                "1680652700000000000 {}"
            ]
        );
    }

    #[test]
    fn a_damaged_line_is_named_and_the_next_one_read() {
        assert_eq!(
            read_all(b"{}\n1680652700 [\n1680652700 {}\n"),
            ["line 1", "line 2", "1680652700000000000 {}"]
        );
    }

    #[test]
    fn plain_zstd_and_gzip_read_the_same() {
        let text: String =
            (0..20_000).map(|n| format!("{} {{\"n\":{n}}}\n", 1_680_652_700 + n)).collect();
        let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let plain = read_all(text.as_bytes());
        assert_eq!(plain.len(), 20_000);
        assert_eq!(read_all(&zstd), plain);
        assert_eq!(read_all(&gzip.finish().unwrap()), plain);
    }

    #[test]
    fn a_file_that_breaks_off_says_after_which_line() {
        let text = "1680652700 {}\n".repeat(100_000);
        let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&zstd[..zstd.len() / 2]).unwrap();
        let mut lines = Lines::open(file.path()).unwrap();
        let error = loop {
            match lines.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the end of a cut file was not noticed"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("damaged or cut off"), "{error}");
    }
}
