//! Decision ids: UUID version 7 that only grow.

use uuid::Uuid;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Makes ids in the order of time: milliseconds, a 12-bit counter within them, 62 random bits
/// (RFC 9562 section 6.2, method 1). The random part is a seeded stream: ids name decisions, they
/// guard nothing.
#[derive(Clone, Debug)]
pub struct DecisionIds {
    millis: u64,
    count: u64,
    stream: u64,
}

impl DecisionIds {
    /// Ids of one process.
    pub fn new() -> DecisionIds {
        let (_, seed) = Uuid::now_v7().as_u64_pair();
        DecisionIds { millis: 0, count: 0, stream: seed }
    }

    /// The next id at that time; always greater than the last one.
    pub fn next(&mut self, now_ns: i64) -> [u8; 36] {
        let now = u64::try_from(now_ns / 1_000_000).unwrap_or(0);
        if self.millis < now {
            (self.millis, self.count) = (now, 0);
        } else {
            self.count += 1;
            if self.count == 1 << 12 {
                (self.millis, self.count) = (self.millis + 1, 0);
            }
        }
        self.stream = self.stream.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let high = (self.millis << 16) | (7 << 12) | self.count;
        let low = (mix(self.stream) >> 2) | (1 << 63);
        text((u128::from(high) << 64) | u128::from(low))
    }
}

impl Default for DecisionIds {
    fn default() -> DecisionIds {
        DecisionIds::new()
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn text(id: u128) -> [u8; 36] {
    let mut out = [b'-'; 36];
    let mut at = 0;
    for byte in id.to_be_bytes() {
        if matches!(at, 8 | 13 | 18 | 23) {
            at += 1;
        }
        out[at] = HEX[usize::from(byte >> 4)];
        out[at + 1] = HEX[usize::from(byte & 15)];
        at += 2;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_only_grow_even_when_time_stands_still() {
        let mut ids = DecisionIds::new();
        let mut last = String::new();
        for i in 0..10_000 {
            let now_ns = 1_795_258_800_000_000_000 - i;
            let id = String::from_utf8(ids.next(now_ns).to_vec()).unwrap();
            let parsed: Uuid = id.parse().unwrap();
            assert_eq!(
                (parsed.get_version_num(), parsed.get_variant()),
                (7, uuid::Variant::RFC4122)
            );
            assert!(last < id, "{last} then {id}");
            last = id;
        }
    }
}
