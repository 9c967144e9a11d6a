//! Why a tape cannot be played.

use std::path::PathBuf;

use aurora_wire::DecodeError;

/// A file that cannot be read, or does not hold what we can play.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file cannot be opened.
    #[error("cannot open {}: check the path and its permissions", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file breaks off, or its compression is damaged.
    #[error("cannot read {} after line {line}: the file is damaged or cut off", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The last good line.
        line: u64,
        /// What the system or the decompressor said.
        #[source]
        source: std::io::Error,
    },
    /// The line is not a receive time and a frame.
    #[error(
        "line {line} of {} is not `<receive time> <JSON frame>`: only raw Binance recordings of that form can be played",
        path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from one.
        line: u64,
    },
    /// The line's frame cannot be read.
    #[error(
        "line {line} of {} cannot be read: `aurora tape info` lists what is damaged, `--skip-damaged` plays the rest",
        path.display()
    )]
    Frame {
        /// The file.
        path: PathBuf,
        /// Which line, from one.
        line: u64,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// No line of the file is a frame we know.
    #[error(
        "{} holds no Binance depth, bookTicker or trade frames (its first line begins {begins:?}): only raw Binance recordings can be played",
        path.display()
    )]
    NotBinance {
        /// The file.
        path: PathBuf,
        /// How its first line begins.
        begins: String,
    },
    /// The file holds nothing.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// No file was named.
    #[error("no tape was named: give one or more recorded files")]
    NoFiles,
    /// More instruments than a desk has places for.
    #[error("the tapes hold more than 65,535 instruments")]
    TooMany,
}

impl TapeError {
    /// Only this line is damaged: the next ones can be read.
    pub fn is_one_line(&self) -> bool {
        matches!(self, TapeError::Line { .. } | TapeError::Frame { .. })
    }
}
