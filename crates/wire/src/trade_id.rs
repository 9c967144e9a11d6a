//! Trade ids of every venue as numbers that grow with time.

/// The number a trade id stands for.
///
/// A decimal number is itself. Any other text (Bybit uses UUIDs) becomes `millis × 2^80` plus 80 bits mixed from
/// the text, so that ids keep growing with time; `millis` is the trade's own time, which every source of the same
/// trade tells alike.
pub fn trade_id(text: &[u8], millis: u64) -> u128 {
    let decimal = text.iter().try_fold(0_u128, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| value.checked_mul(10)?.checked_add(u128::from(digit))).flatten()
    });
    match decimal {
        Some(number) if !text.is_empty() && number < 1 << 80 => number,
        _ => u128::from(millis) << 80 | mix(text) >> 48,
    }
}

/// FNV-1a over 128 bits; the spread matters, not secrecy.
fn mix(text: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let sum = text.iter().fold(OFFSET, |sum, byte| (sum ^ u128::from(*byte)).wrapping_mul(PRIME));
    // The last bytes have moved only low bits so far.
    (sum ^ sum >> 67).wrapping_mul(PRIME << 3 | 0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_itself_and_a_uuid_grows_with_time() {
        assert_eq!(trade_id(b"1743291880", 5), 1_743_291_880);
        let first = trade_id(b"82f6dbbb-4f1c-5de0-9b1c-6f5a8a4e21ac", 1_700_000_000_000);
        let second = trade_id(b"82f6dbbb-4f1c-5de0-9b1c-6f5a8a4e21ad", 1_700_000_000_000);
        let later = trade_id(b"00000000-0000-0000-0000-000000000000", 1_700_000_000_001);
        assert_ne!(first, second);
        assert!(first.max(second) < later);
        assert_eq!(trade_id(b"", 3) >> 80, 3);
    }
}
