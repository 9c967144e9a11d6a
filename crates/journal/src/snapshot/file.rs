//! The bytes of a snapshot: `AURORAS\n` · version u16 · 6 zero bytes · record u64 · its hash 16 · state hash
//! 16 · length u64 · BLAKE3 of all of it 32 · state, little endian.

use super::{Snapshot, Unusable};
use crate::segment::{Chain, ChainHash, Seq};

const MAGIC: &[u8; 8] = b"AURORAS\n";
const VERSION: u16 = 1;
const HASH_AT: usize = 64;
const STATE_AT: usize = HASH_AT + 32;

pub(super) fn name(seq: Seq) -> String {
    format!("{:020}.snap", seq.0)
}

pub(super) fn seq_of(file: &str) -> Option<Seq> {
    let seq = Seq(file.strip_suffix(".snap")?.parse().ok()?);
    (name(seq) == file).then_some(seq)
}

pub(super) fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = vec![0; STATE_AT];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
    bytes[16..24].copy_from_slice(&snapshot.after.seq.0.to_le_bytes());
    bytes[24..40].copy_from_slice(&snapshot.after.head.0);
    bytes[40..56].copy_from_slice(&snapshot.state_hash);
    bytes[56..64].copy_from_slice(&(snapshot.state.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&snapshot.state);
    let hash = hash(&bytes);
    bytes[HASH_AT..STATE_AT].copy_from_slice(&hash);
    bytes
}

/// # Errors
/// When the bytes are not exactly one whole snapshot of a version we know.
pub(super) fn decode(bytes: &[u8]) -> Result<Snapshot, Unusable> {
    whole(bytes).ok_or_else(|| match bytes.get(..10).and_then(|head| head.strip_prefix(MAGIC)) {
        Some(&[low, high]) if u16::from_le_bytes([low, high]) != VERSION => {
            Unusable::Version(u16::from_le_bytes([low, high]))
        }
        _ => Unusable::Damaged,
    })
}

fn whole(bytes: &[u8]) -> Option<Snapshot> {
    let head = bytes.get(..STATE_AT)?;
    let state = &bytes[STATE_AT..];
    let length = u64::from_le_bytes(*head[56..].first_chunk()?);
    let is_ours = &head[..8] == MAGIC && head[8..10] == VERSION.to_le_bytes();
    if !is_ours || length != state.len() as u64 || head[HASH_AT..] != hash(bytes) {
        return None;
    }
    Some(Snapshot {
        after: Chain {
            seq: Seq(u64::from_le_bytes(*head[16..].first_chunk()?)),
            head: ChainHash(*head[24..].first_chunk()?),
        },
        state_hash: *head[40..].first_chunk()?,
        state: state.to_vec(),
    })
}

/// Over everything but the place of the hash itself.
fn hash(bytes: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new()
        .update(&bytes[..HASH_AT])
        .update(&bytes[STATE_AT..])
        .finalize()
        .as_bytes()
}
