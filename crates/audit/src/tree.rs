//! The Merkle tree of RFC 6962, §2.1, kept as the roots of its complete subtrees.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// Before the first record.
pub(crate) const GENESIS: Hash = [0; 32];

/// The hash of a record: its leaf, and what the next one names.
pub(crate) fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A plain SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// SHA-256 in hex: what a record says of something too long to repeat.
pub fn fingerprint(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// The tree so far: one hash for each one bit of its size, the largest subtree first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peaks {
    size: u64,
    peaks: Vec<Hash>,
}

impl Peaks {
    /// A tree of that size; `None` when it would have another number of peaks.
    pub(crate) fn of(size: u64, peaks: Vec<Hash>) -> Option<Peaks> {
        (peaks.len() == size.count_ones() as usize).then_some(Peaks { size, peaks })
    }

    /// One leaf more.
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each one bit");
            hash = node(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of everything; of no leaf it is the hash of nothing.
    pub(crate) fn root(&self) -> Hash {
        let smallest_first = self.peaks.iter().rev().copied();
        smallest_first.reduce(|right, left| node(&left, &right)).unwrap_or_else(|| sha256(b""))
    }
}

/// Lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// So many bytes in lower case hex, nothing else.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    (hex(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, word for word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(b""),
            [one] => *one,
            many => {
                let mut split = 1;
                while 2 * split < many.len() {
                    split *= 2;
                }
                node(&by_definition(&many[..split]), &by_definition(&many[split..]))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_for_every_size() {
        let leaves: Vec<Hash> = (0..100u8).map(|n| leaf(&[n])).collect();
        let mut peaks = Peaks::default();
        for (size, one) in leaves.iter().enumerate() {
            assert_eq!(peaks.root(), by_definition(&leaves[..size]), "{size} leaves");
            peaks.push(*one);
        }
    }

    #[test]
    fn the_empty_tree_and_the_empty_leaf_are_those_of_the_rfc() {
        // RFC 6962 test vectors of certificate-transparency: MTH({}) and the leaf of nothing.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let leaf_of_nothing = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(hex(&Peaks::default().root()), empty);
        assert_eq!(hex(&leaf(b"")), leaf_of_nothing);
    }

    #[test]
    fn hex_in_capitals_is_another_text() {
        assert_eq!(unhex::<2>("0aff"), Some([10, 255]));
        for wrong in ["0AFF", "0af", "0aff0", "+aff", "zz00"] {
            assert_eq!(unhex::<2>(wrong), None, "{wrong}");
        }
    }
}
