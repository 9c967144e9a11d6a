//! Reading a folder: every record, every root, and the mirror.

use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::tree::{Hash, Tree, hex, leaf, unhex};
use crate::{VerifyError, bad};

/// A whole folder that was checked.
#[derive(Debug)]
pub struct Audit {
    pub(crate) records: Vec<Vec<u8>>,
    pub(crate) roots: Vec<(String, Root)>,
    pub(crate) tree: Tree,
    /// What was found.
    pub report: Report,
}

/// What a check found good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records.
    pub records: usize,
    /// Signed roots.
    pub roots: usize,
    /// Records behind the last root: only the chain speaks for them.
    pub behind_the_last_root: usize,
    /// Bytes of an unfinished record at the very end: a crash, or a desk that writes right now.
    pub unfinished_bytes: usize,
    /// Roots that the mirror has; `None` when no mirror was compared.
    pub mirrored: Option<usize>,
    /// The public key that signed, in hex.
    pub key: String,
    /// The last root's line.
    pub last_root: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    seq: usize,
    prev: String,
}

/// A signed root.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Root {
    pub(crate) audit: String,
    pub(crate) n: usize,
    pub(crate) size: usize,
    pub(crate) root: String,
    head: String,
    peaks: Vec<String>,
    prev: String,
    pub(crate) key: String,
}

impl Root {
    /// Reads a line and checks its signature, over all that stands before it; the key is told, not trusted.
    pub(crate) fn read(line: &str) -> Option<Root> {
        let (signed, sig) = line.split_once(",\"sig\":\"")?;
        let signature = Signature::from_bytes(&unhex(sig.strip_suffix("\"}")?)?);
        let root: Root = serde_json::from_str(line)
            .ok()
            .filter(|root: &Root| root.audit == "aurora audit root 1")?;
        let key = VerifyingKey::from_bytes(&unhex(&root.key)?).ok()?;
        key.verify_strict(signed.as_bytes(), &signature).ok()?;
        Some(root)
    }
}

impl Audit {
    /// Checks the folder, and that the mirror has nothing else. `key` is the public key that must have signed;
    /// without it, it is the one in the folder, which whoever edits the folder could replace.
    ///
    /// # Errors
    /// [`VerifyError::Bad`] names the first thing that is not what was written.
    pub fn verify(
        folder: &Path,
        mirror: Option<&Path>,
        key: Option<&str>,
    ) -> Result<Audit, VerifyError> {
        let public = read(&folder.join("key.pub"))?;
        let Some(own) = public.strip_suffix('\n').filter(|key| unhex::<32>(key).is_some()) else {
            return bad("key.pub is not a public key");
        };
        let key = key.unwrap_or(own);
        if key != own {
            return bad(format!("key.pub is {own}, and not the key that must have signed"));
        }
        let mut audit = Audit {
            records: Vec::new(),
            roots: Vec::new(),
            tree: Tree::default(),
            report: Report::default(),
        };
        audit.read_roots(&read(&folder.join("roots.jsonl"))?, key)?;
        let files = files(folder)?;
        for (at, path) in files.iter().enumerate() {
            audit.read_records(path, at + 1 == files.len())?;
        }
        let covered = audit.roots.last().map_or(0, |(_, root)| root.size);
        if audit.records.len() < covered {
            return bad(format!(
                "records {} to {covered} were signed and are gone",
                audit.records.len() + 1
            ));
        }
        audit.report = Report {
            records: audit.records.len(),
            roots: audit.roots.len(),
            behind_the_last_root: audit.records.len() - covered,
            mirrored: mirror.map(|mirror| audit.compare(mirror, &public)).transpose()?,
            key: key.to_owned(),
            last_root: audit.roots.last().map(|(line, _)| line.clone()),
            ..audit.report
        };
        Ok(audit)
    }

    fn read_roots(&mut self, text: &str, key: &str) -> Result<(), VerifyError> {
        let mut prev = [0; 32];
        for (at, line) in lines(text.as_bytes()).0.into_iter().enumerate() {
            let n = at + 1;
            let line = std::str::from_utf8(line).expect("part of a text");
            let Some(root) = Root::read(line).filter(|root| root.key == key) else {
                return bad(format!("root {n} is not signed by {key}"));
            };
            let before = self.roots.last().map_or(0, |(_, root)| root.size);
            if root.n != n || root.prev != hex(&prev) || root.size < before {
                return bad(format!("root {n} does not follow the one before it"));
            }
            prev = Sha256::digest(line).into();
            self.roots.push((line.to_owned(), root));
        }
        Ok(())
    }

    fn read_records(&mut self, path: &Path, is_last: bool) -> Result<(), VerifyError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(path).map_err(|source| io(path, source))?;
        let (lines, unfinished) = lines(&bytes);
        if !is_last && (lines.is_empty() || 0 < unfinished) {
            return bad(format!("{name} ends within a record"));
        }
        self.report.unfinished_bytes = unfinished;
        if !lines.is_empty() && name != format!("{:020}.jsonl", self.records.len() + 1) {
            return bad(format!(
                "{name}: record {} must be the first of its file",
                self.records.len() + 1
            ));
        }
        for line in lines {
            let seq = self.records.len() + 1;
            let Ok(record) = serde_json::from_slice::<Record>(line) else {
                return bad(format!("record {seq} in {name} cannot be read"));
            };
            if record.seq != seq {
                return bad(format!("record {seq} is missing in {name}: there is {}", record.seq));
            }
            let prev = self.records.last().map_or([0; 32], |line| leaf(line));
            if record.prev != hex(&prev) {
                return bad(format!(
                    "record {} is not what record {seq} was chained to, in {name}",
                    seq - 1
                ));
            }
            self.tree.push(leaf(line));
            self.records.push(line.to_vec());
            self.check_roots(leaf(line))?;
        }
        Ok(())
    }

    /// The roots of this size must be what was signed.
    fn check_roots(&self, head: Hash) -> Result<(), VerifyError> {
        let size = self.records.len();
        let first = self.roots.partition_point(|(_, root)| root.size < size);
        for (_, root) in self.roots[first..].iter().take_while(|(_, root)| root.size == size) {
            let mut peaks = Vec::new();
            let mut from = 0;
            for bit in (0..usize::BITS).rev().filter(|bit| size >> bit & 1 == 1) {
                peaks.push(hex(&self.tree.hash(from, from + (1 << bit))));
                from += 1 << bit;
            }
            let whole = root.root == hex(&self.tree.hash(0, size));
            if !whole || root.head != hex(&head) || root.peaks != peaks {
                let good = self.roots[..first].last().map_or(0, |(_, root)| root.size);
                return bad(format!(
                    "root {} does not cover what is there: one of records {} to {size} was edited",
                    root.n,
                    good + 1
                ));
            }
        }
        Ok(())
    }

    fn compare(&self, mirror: &Path, public: &str) -> Result<usize, VerifyError> {
        if read(&mirror.join("key.pub"))? != public {
            return bad("the mirror was written with another key");
        }
        let text = read(&mirror.join("roots.jsonl"))?;
        let mirrored = lines(text.as_bytes()).0;
        for (at, line) in mirrored.iter().enumerate() {
            let n = at + 1;
            match self.roots.get(at) {
                Some((own, _)) if own.as_bytes() == *line => {}
                Some(_) => {
                    return bad(format!(
                        "the mirror has another root {n}: the folder was written anew"
                    ));
                }
                None => {
                    return bad(format!(
                        "the mirror knows root {n}, the folder ends before it: its tail was cut"
                    ));
                }
            }
        }
        Ok(mirrored.len())
    }
}

/// Whole lines, and the bytes behind them.
fn lines(bytes: &[u8]) -> (Vec<&[u8]>, usize) {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let rest = lines.pop().map_or(0, <[u8]>::len);
    (lines, rest)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, VerifyError> {
    let listed = std::fs::read_dir(folder).map_err(|source| io(folder, source))?;
    let paths = listed.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension().is_some_and(|kind| kind == "jsonl") && !path.ends_with("roots.jsonl")
        })
        .collect();
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, VerifyError> {
    std::fs::read_to_string(path).map_err(|source| io(path, source))
}

fn io(path: &Path, source: std::io::Error) -> VerifyError {
    VerifyError::Io { path: path.to_owned(), source }
}
