//! RFC 6962, §2.1: the tree's hash of any range, audit paths and consistency proofs, by the definitions.

use sha2::{Digest, Sha256};

pub(crate) type Hash = [u8; 32];

pub(crate) fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

pub(crate) fn node(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// All leaves, and above them every complete subtree, level by level.
#[derive(Debug, Default)]
pub(crate) struct Tree(Vec<Vec<Hash>>);

impl Tree {
    pub(crate) fn push(&mut self, leaf: Hash) {
        let (mut level, mut hash) = (0, leaf);
        loop {
            if self.0.len() == level {
                self.0.push(Vec::new());
            }
            self.0[level].push(hash);
            let [.., left, right] = self.0[level][..] else { return };
            if self.0[level].len() % 2 == 1 {
                return;
            }
            (level, hash) = (level + 1, node(left, right));
        }
    }

    /// MTH(D[from:to]) for a range of the definition's own making.
    pub(crate) fn hash(&self, from: usize, to: usize) -> Hash {
        let size = to - from;
        if size == 0 {
            return Sha256::digest(b"").into();
        }
        if size.is_power_of_two() {
            return self.0[size.ilog2() as usize][from / size];
        }
        let middle = from + split(size);
        node(self.hash(from, middle), self.hash(middle, to))
    }

    /// PATH(place, D[from:to]).
    pub(crate) fn path(&self, place: usize, (from, to): (usize, usize)) -> Vec<Hash> {
        if to - from == 1 {
            return Vec::new();
        }
        let middle = from + split(to - from);
        let (side, other) = if place < middle {
            ((from, middle), (middle, to))
        } else {
            ((middle, to), (from, middle))
        };
        let mut path = self.path(place, side);
        path.push(self.hash(other.0, other.1));
        path
    }

    /// SUBPROOF(old, D[from:to], is_whole).
    pub(crate) fn subproof(
        &self,
        old: usize,
        (from, to): (usize, usize),
        is_whole: bool,
    ) -> Vec<Hash> {
        if from + old == to {
            return if is_whole { Vec::new() } else { vec![self.hash(from, to)] };
        }
        let middle = from + split(to - from);
        let (mut proof, other) = if from + old <= middle {
            (self.subproof(old, (from, middle), is_whole), (middle, to))
        } else {
            (self.subproof(from + old - middle, (middle, to), false), (from, middle))
        };
        proof.push(self.hash(other.0, other.1));
        proof
    }
}

/// The largest power of two below `size`.
fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

/// The root that a path leads to from the leaf at `place` of `size`; `None` for a path of another length.
pub(crate) fn climb(leaf: Hash, place: usize, size: usize, path: &[Hash]) -> Option<Hash> {
    if size <= 1 {
        return (size == 1 && place == 0 && path.is_empty()).then_some(leaf);
    }
    let (last, below) = path.split_last()?;
    let middle = split(size);
    if place < middle {
        Some(node(climb(leaf, place, middle, below)?, *last))
    } else {
        Some(node(*last, climb(leaf, place - middle, size - middle, below)?))
    }
}

/// The old and the new root that a consistency proof leads to.
pub(crate) fn both(
    old: usize,
    new: usize,
    proof: &[Hash],
    known: Option<Hash>,
) -> Option<(Hash, Hash)> {
    if old == new {
        let hash = match known {
            Some(root) if proof.is_empty() => root,
            None if proof.len() == 1 => proof[0],
            _ => return None,
        };
        return Some((hash, hash));
    }
    let (last, below) = proof.split_last()?;
    let middle = split(new);
    if old <= middle {
        let (before, after) = both(old, middle, below, known)?;
        Some((before, node(after, *last)))
    } else {
        let (before, after) = both(old - middle, new - middle, below, None)?;
        Some((node(*last, before), node(*last, after)))
    }
}

/// Lower case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many bytes of lower case hex and nothing else.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: Option<Vec<u8>> = (0..text.len() / 2)
        .map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok())
        .collect();
    let bytes: [u8; N] = bytes?.try_into().ok()?;
    (hex(&bytes) == text).then_some(bytes)
}
