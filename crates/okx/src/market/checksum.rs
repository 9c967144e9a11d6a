//! The checksum that proved a book until June 2026. Recordings have it; live it is always zero.

use std::collections::BTreeMap;

use aurora_model::{Side, Ticks};

use crate::decode::RawLevel;

/// The book as the venue wrote it.
#[derive(Clone, Debug, Default)]
pub(super) struct RawBook {
    bids: BTreeMap<Ticks, Box<[u8]>>,
    asks: BTreeMap<Ticks, Box<[u8]>>,
}

impl RawBook {
    /// Puts a level, or takes it away when its quantity is zero.
    pub(super) fn set(&mut self, price: Ticks, (side, px, sz): RawLevel<'_>) {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        match sz {
            b"0" => drop(levels.remove(&price)),
            _ => drop(levels.insert(price, [px, b":", sz, b":"].concat().into())),
        }
    }

    /// CRC32 over `bidPx:bidSz:askPx:askSz:…` of the best 25 levels a side.
    pub(super) fn checksum(&self) -> i32 {
        let (mut bids, mut asks) = (self.bids.values().rev(), self.asks.values());
        let mut text = Vec::with_capacity(25 * 48);
        for _ in 0..25 {
            for level in [bids.next(), asks.next()].into_iter().flatten() {
                text.extend_from_slice(level);
            }
        }
        text.pop();
        crc32(&text).cast_signed()
    }
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0_u8;
    loop {
        let (mut value, mut bit) = (n as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[n as usize] = value;
        if n == u8::MAX {
            break;
        }
        n += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(u32::MAX, |sum, byte| TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_of_the_standards_own_example() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }
}
