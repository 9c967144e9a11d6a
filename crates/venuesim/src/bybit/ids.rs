//! Order and execution ids in the form Bybit gives them: UUIDs, here with the exchange's own number inside.
//!
//! The number comes back out, so no table is kept; an id that is not one of ours names no order.

use std::fmt::Write;

/// What ids begin with; the number takes the last 16 hex digits.
const ORDER: u64 = 0xa0c5_1e5e_b1b7_4a01;
const EXEC: u64 = 0xe8ec_1e5e_b1b7_5b02;
const FUNDING: u64 = 0xf04d_1e5e_b1b7_5c03;
const TRADE: u64 = 0x74ad_1e5e_b1b7_5d00;

/// The `orderId` of an order.
pub(super) fn order_id(no: u64) -> String {
    uuid(ORDER, no)
}

/// The order an `orderId` names.
pub(super) fn order_no(text: &str) -> Option<u64> {
    number(ORDER, text)
}

/// The `execId` of a fill.
pub(super) fn exec_id(fill: u64) -> String {
    uuid(EXEC, fill)
}

/// The `execId` of a funding payment.
pub(super) fn funding_id(payment: u64) -> String {
    uuid(FUNDING, payment)
}

/// The public id of a trade; trades are counted within an instrument.
pub(super) fn trade_id(instrument: u16, trade: u64) -> String {
    uuid(TRADE, u64::from(instrument) << 48 | trade)
}

fn uuid(high: u64, low: u64) -> String {
    let mut text = String::with_capacity(36);
    let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    let (d, e) = (low >> 48, low & 0xffff_ffff_ffff);
    write!(text, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}").expect("a String takes any text");
    text
}

fn number(high: u64, text: &str) -> Option<u64> {
    if text.len() != 36 || !text.is_ascii() {
        return None;
    }
    let low = u64::from_str_radix(&[&text[19..23], &text[24..]].concat(), 16).ok()?;
    (uuid(high, low) == text).then_some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_survives_the_round_trip() {
        for no in [0, 1, 8_000_001, u64::MAX] {
            assert_eq!(order_no(&order_id(no)), Some(no));
        }
        assert_eq!(order_id(8_000_001), "a0c51e5e-b1b7-4a01-0000-0000007a1201");
    }

    #[test]
    fn an_id_that_is_not_ours_names_nothing() {
        for text in ["", "8000001", &exec_id(1), "a0c51e5e-b1b7-4a01-0000-0000007A1201"] {
            assert_eq!(order_no(text), None, "{text}");
        }
    }
}
