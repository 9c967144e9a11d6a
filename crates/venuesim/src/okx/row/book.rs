//! A book, whole or what changed of it.

use aurora_matching::exchange::BookView;
use aurora_model::{Level, Lots, Nanos, Side, Ticks};

use crate::okx::json::{Object, array};
use crate::okx::listed::Listed;

/// `["price","size","0","orders"]`; nobody knows how many orders there are: one, or none.
fn level(out: &mut String, listed: Listed<'_>, price: Ticks, qty: Lots) {
    use std::fmt::Write as _;
    let orders = u8::from(qty.0 != 0);
    let _ =
        write!(out, "[\"{}\",\"{}\",\"0\",\"{orders}\"]", listed.price(price), listed.size(qty));
}

/// A book whole: REST, `books5`, `bbo-tbt`, and the first push of the others.
pub(crate) fn whole(out: &mut String, listed: Listed<'_>, book: &BookView, depth: usize, seq: Seq) {
    let mut row = Object::begin(out);
    let side = |levels: &[(Ticks, Lots)], out: &mut String| {
        array(out, levels.iter().take(depth), |out, (price, qty)| level(out, listed, *price, *qty));
    };
    row.with("asks", |out| side(&book.asks, out)).with("bids", |out| side(&book.bids, out));
    tail(&mut row, listed, book.at, seq);
}

/// What changed.
pub(crate) fn changes(out: &mut String, listed: Listed<'_>, levels: &[Level], at: Nanos, seq: Seq) {
    let mut row = Object::begin(out);
    let side = |side: Side, out: &mut String| {
        let of_side = levels.iter().filter(|level| level.side == side);
        array(out, of_side, |out, of| level(out, listed, of.price, of.qty));
    };
    row.with("asks", |out| side(Side::Sell, out)).with("bids", |out| side(Side::Buy, out));
    tail(&mut row, listed, at, seq);
}

/// How a book's place in the sequence is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seq {
    /// `seqId` alone: a whole book.
    At(u64),
    /// `seqId` and `prevSeqId`, minus one before the first, and the checksum that is always zero by now.
    Step { prev: i64, id: u64 },
}

fn tail(row: &mut Object<'_>, listed: Listed<'_>, at: Nanos, seq: Seq) {
    row.put("ts", at.millis());
    match seq {
        Seq::At(id) => row.put("instId", listed.inst_id()).bare("seqId", id),
        Seq::Step { prev, id } => row.bare("checksum", 0).bare("seqId", id).bare("prevSeqId", prev),
    };
    row.end();
}
