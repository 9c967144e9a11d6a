//! A signed root: one line of `roots.jsonl`.

use serde::{Deserialize, Serialize};

use crate::key::AuditKey;
use crate::lines;
use crate::tree::{GENESIS, Hash, Peaks, hex, sha256, unhex};

/// Names the format, and keeps these signatures apart from any other use of the key.
const FORMAT: &str = "aurora audit root 1";

/// Why a root was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The first of a run.
    Start,
    /// Enough records.
    Records,
    /// Enough time.
    Time,
    /// A new hour.
    Hour,
    /// The run ended as it should.
    Close,
}

/// The fields of a root, in the order they are written; the signature stands behind them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Root {
    audit: String,
    /// Which root, from 1.
    pub(crate) n: u64,
    /// When it was signed, UTC ns.
    pub(crate) at: i64,
    pub(crate) why: Why,
    /// How many records it covers.
    pub(crate) size: u64,
    root: String,
    /// The hash of the last record it covers.
    head: String,
    /// What the writer goes on from.
    peaks: Vec<String>,
    /// SHA-256 of the line before it.
    prev: String,
    key: String,
}

/// Where the roots stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastRoot {
    pub(crate) n: u64,
    pub(crate) size: u64,
    pub(crate) at: i64,
    /// SHA-256 of its line.
    pub(crate) hash: Hash,
}

impl LastRoot {
    /// Before the first.
    pub(crate) const NONE: LastRoot = LastRoot { n: 0, size: 0, at: i64::MIN, hash: GENESIS };
}

/// Signs the tree as it stands: the line, without its end.
pub(crate) fn sign(
    key: &AuditKey,
    (at, why): (i64, Why),
    (peaks, head): (&Peaks, &Hash),
    last: &LastRoot,
) -> Vec<u8> {
    let root = Root {
        audit: FORMAT.to_owned(),
        n: last.n + 1,
        at,
        why,
        size: peaks.size(),
        root: hex(&peaks.root()),
        head: hex(head),
        peaks: peaks.peaks().iter().map(|peak| hex(peak)).collect(),
        prev: hex(&last.hash),
        key: key.public(),
    };
    let mut line = serde_json::to_vec(&root).expect("a root is plain data");
    // The signature covers every byte before it.
    line.pop();
    let signature = key.sign(&line);
    line.extend_from_slice(format!(",\"sig\":\"{signature}\"}}").as_bytes());
    line
}

/// The lines that are whole, and their bytes. A power cut may have left any sectors of the last one: if it is none of
/// ours, it does not count. Who cuts a root off this way, cuts it off what the mirror knows.
pub(crate) fn whole<'a>(key: &AuditKey, bytes: &'a [u8]) -> (Vec<&'a [u8]>, usize) {
    let (mut lines, mut end) = lines::whole(bytes);
    if let Some(line) = lines.last().filter(|line| read(key, line).is_none()) {
        end -= line.len() + 1;
        lines.pop();
    }
    (lines, end)
}

/// Reads a line of ours back: the root, its tree and the hash of the last record. `None` when it is not ours.
pub(crate) fn read(key: &AuditKey, line: &[u8]) -> Option<(LastRoot, Peaks, Hash)> {
    let root: Root = serde_json::from_slice(line).ok()?;
    let peaks: Option<Vec<Hash>> = root.peaks.iter().map(|peak| unhex(peak)).collect();
    let peaks = Peaks::of(root.size, peaks?)?;
    // Ed25519 signs the same text the same way: a line is ours exactly if signing again gives it.
    let before = LastRoot { n: root.n.checked_sub(1)?, hash: unhex(&root.prev)?, ..LastRoot::NONE };
    let head = unhex(&root.head)?;
    let again = sign(key, (root.at, root.why), (&peaks, &head), &before);
    let last = LastRoot { n: root.n, size: root.size, at: root.at, hash: sha256(line) };
    (again == line).then_some((last, peaks, head))
}
