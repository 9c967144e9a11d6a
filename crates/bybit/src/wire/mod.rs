//! Bybit's own words, exactly as on the wire; private, so they stop here.

mod book;
mod order;
mod print;
mod value;

pub(crate) use book::read_book;
pub(crate) use order::{ExecutionFields, OrderFields};
pub(crate) use print::{LiquidationFields, PrintFields};
pub(crate) use value::{each_object, end, millis, value};

use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner};

/// The envelope of a streamed frame, `data` left where it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame<'a> {
    /// `topic`; empty in answers to what we sent.
    pub(crate) topic: &'a [u8],
    /// `type` is `snapshot`.
    pub(crate) is_snapshot: bool,
    /// `ts`, or `creationTime` on private topics; milliseconds, zero when absent.
    pub(crate) sent_ms: u64,
    /// `cts`, the matching engine's time.
    pub(crate) engine_ms: u64,
    /// Where `data` begins, when it was not read on the way.
    pub(crate) data: Option<Scanner<'a>>,
}

/// Reads the envelope. `on_data` is called where `data` stands when the topic came before it (it nearly always does)
/// and says whether it read it; else it is stepped over and kept in [`Frame::data`].
#[inline]
pub(crate) fn read_frame<'a>(
    bytes: &'a [u8],
    mut on_data: impl FnMut(&Frame<'a>, &mut Scanner<'a>) -> Result<bool, DecodeError>,
) -> Result<Frame<'a>, DecodeError> {
    let mut scanner = Scanner::new(bytes);
    let mut frame = Frame::default();
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"topic" => frame.topic = scanner.string()?,
            b"type" => frame.is_snapshot = scanner.string()? == b"snapshot",
            b"ts" | b"creationTime" => frame.sent_ms = millis(&mut scanner)?,
            b"cts" => frame.engine_ms = millis(&mut scanner)?,
            b"data" => {
                if frame.topic.is_empty() || !on_data(&frame, &mut scanner)? {
                    frame.data = Some(scanner.clone());
                    scanner.skip()?;
                }
            }
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    end(&mut scanner)?;
    Ok(frame)
}
