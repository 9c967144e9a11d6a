//! Proofs that need no folder: that records are under a signed root, and that one root only adds to another.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::folder::{Audit, Root};
use crate::tree::{Hash, both, climb, hex, leaf, unhex};
use crate::{VerifyError, bad};

/// What a proof proves, once it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The public key that signed. Compare it with the one you know.
    pub key: String,
    /// How many records the (newer) root covers.
    pub size: usize,
    /// The records, as they were written; none in a proof of consistency.
    pub records: Vec<String>,
    /// The older root's size, in a proof of consistency.
    pub adds_to: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct Leaf {
    line: String,
    path: Vec<String>,
}

/// A proof of every record of that order, or of that decision, under the first root that covers them all.
///
/// # Errors
/// When no record names it, or no root covers it yet.
pub fn prove(audit: &Audit, subject: &str) -> Result<Value, VerifyError> {
    let names_it = |line: &Vec<u8>| {
        let record: Value = serde_json::from_slice(line).unwrap_or_default();
        is_about(&record, subject)
    };
    let places: Vec<usize> =
        (0..audit.records.len()).filter(|at| names_it(&audit.records[*at])).collect();
    let Some(last) = places.last() else {
        return Err(VerifyError::Unknown(format!(
            "no record is about {subject}: give an order's or a decision's id"
        )));
    };
    let Some((line, root)) = audit.roots.iter().find(|(_, root)| *last < root.size) else {
        return Err(VerifyError::Unknown(format!(
            "no root covers record {} yet: ask again in a minute",
            last + 1
        )));
    };
    let leaves = places.iter().map(|at| Leaf {
        line: String::from_utf8_lossy(&audit.records[*at]).into_owned(),
        path: texts(&audit.tree.path(*at, (0, root.size))),
    });
    let leaves: Vec<Leaf> = leaves.collect();
    Ok(json!({"proof": "inclusion", "subject": subject, "root": line, "records": leaves}))
}

/// A proof that root `new` only adds records to root `old`; both are numbers of roots, from 1.
///
/// # Errors
/// When there are no such roots.
pub fn consistency(audit: &Audit, old: usize, new: usize) -> Result<Value, VerifyError> {
    let root = |n: usize| audit.roots.get(n.wrapping_sub(1)).filter(|(_, root)| 0 < root.size);
    let (Some(older), Some(newer)) = (root(old), root(new)) else {
        return Err(VerifyError::Unknown(format!("there are roots 1 to {}", audit.roots.len())));
    };
    if newer.1.size < older.1.size {
        return Err(VerifyError::Unknown("the first root must be the older one".into()));
    }
    let proof = audit.tree.subproof(older.1.size, (0, newer.1.size), true);
    Ok(json!({"proof": "consistency", "old": older.0, "root": newer.0, "path": texts(&proof)}))
}

/// Checks a proof by itself. With `key`, only that one may have signed.
///
/// # Errors
/// [`VerifyError::Bad`] says what does not fit.
pub fn check(proof: &Value, key: Option<&str>) -> Result<Checked, VerifyError> {
    let root = root(&proof["root"], key)?;
    let mut checked =
        Checked { key: root.key.clone(), size: root.size, records: Vec::new(), adds_to: None };
    if proof["proof"] == "consistency" {
        let old = self::root(&proof["old"], Some(&root.key))?;
        let (Some(path), Some(known)) = (hashes(&proof["path"]), unhex(&old.root)) else {
            return bad("its path is no list of hashes");
        };
        let fits = 0 < old.size && old.size <= root.size;
        let reached = fits.then(|| both(old.size, root.size, &path, Some(known))).flatten();
        if reached
            .is_none_or(|(before, after)| hex(&before) != old.root || hex(&after) != root.root)
        {
            return bad(format!(
                "the root of {} records does not only add to that of {}",
                root.size, old.size
            ));
        }
        checked.adds_to = Some(old.size);
        return Ok(checked);
    }
    let Ok(leaves) = serde_json::from_value::<Vec<Leaf>>(proof["records"].clone()) else {
        return bad("it has no records");
    };
    let subject = proof["subject"].as_str().unwrap_or_default();
    for Leaf { line, path } in leaves {
        let record: Value = serde_json::from_str(&line).unwrap_or_default();
        let place =
            record["seq"].as_u64().and_then(|seq| usize::try_from(seq).ok()?.checked_sub(1));
        let path: Option<Vec<Hash>> = path.iter().map(|hash| unhex(hash)).collect();
        let reached = place
            .zip(path)
            .and_then(|(place, path)| climb(leaf(line.as_bytes()), place, root.size, &path));
        if reached.is_none_or(|reached| hex(&reached) != root.root) {
            return bad(format!("record {} is not under the signed root", record["seq"]));
        }
        if !is_about(&record, subject) {
            return bad(format!("record {} is not about {subject}", record["seq"]));
        }
        checked.records.push(line);
    }
    if checked.records.is_empty() {
        return bad("it has no records");
    }
    Ok(checked)
}

/// Whether a record is about that order or decision; what a venue tells of its whole account is about several orders.
fn is_about(record: &Value, subject: &str) -> bool {
    let also = record["also"].as_array().is_some_and(|also| also.iter().any(|id| id == subject));
    record["order"] == subject || record["decision"] == subject || also
}

fn root(line: &Value, key: Option<&str>) -> Result<Root, VerifyError> {
    match line.as_str().and_then(Root::read) {
        Some(root) if key.is_none_or(|key| key == root.key) => Ok(root),
        Some(root) => bad(format!("its root is signed by {}", root.key)),
        None => bad("its root is not signed"),
    }
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

fn hashes(list: &Value) -> Option<Vec<Hash>> {
    list.as_array()?.iter().map(|hash| unhex(hash.as_str()?)).collect()
}
