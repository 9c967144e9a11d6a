//! Order book imbalance: which side has more resting near the touch.

use aurora_model::Side;

use crate::book::Book;

/// `(B − A) / (B + A)` over the best `levels` of each side, −1..1; zero while a side is empty.
///
/// Cao, Hansch and Wang (2009), "The information content of an open limit-order book".
pub(crate) fn order_book_imbalance(book: &Book, levels: usize) -> f64 {
    let sum = |side| book.levels(side).take(levels).map(|level| level.1.0).sum::<i64>() as f64;
    let (bids, asks) = (sum(Side::Buy), sum(Side::Sell));
    if bids <= 0.0 || asks <= 0.0 {
        return 0.0;
    }
    (bids - asks) / (bids + asks)
}
