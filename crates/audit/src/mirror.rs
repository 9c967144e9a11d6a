//! The second folder: every signed root and the public key, where another disk or machine keeps them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::AuditError;
use crate::folder::{PUBLIC, ROOTS};
use crate::key::AuditKey;
use crate::lines::{self, Lines};
use crate::root;

/// What the mirror still lacks.
#[derive(Debug)]
pub(crate) struct Mirror {
    folder: PathBuf,
    public: String,
    roots: Option<Lines>,
    /// Roots that were signed, and may not be there yet.
    missing: Vec<Vec<u8>>,
}

impl Mirror {
    /// Compares the mirror with the folder's own roots, and notes what it lacks.
    ///
    /// # Errors
    /// When it has other roots than the folder, or more; or cannot be read.
    pub(crate) fn open(folder: &Path, key: &AuditKey, own: &[&[u8]]) -> Result<Mirror, AuditError> {
        let public = format!("{}\n", key.public());
        let (missing, end) = compare(folder, key, own)?;
        let found = lines::read(&folder.join(PUBLIC))?;
        if !found.is_empty() && found != public.as_bytes() {
            let detail = "it is another key than that of the folder";
            return Err(AuditError::damaged(&folder.join(PUBLIC), detail));
        }
        fs::create_dir_all(folder).map_err(AuditError::io("create", folder))?;
        let roots = Lines::go_on(&folder.join(ROOTS), end)?;
        let mut mirror = Mirror { folder: folder.to_owned(), public, roots: None, missing };
        mirror.write_key()?;
        mirror.write(roots)?;
        Ok(mirror)
    }

    fn write_key(&self) -> Result<(), AuditError> {
        let path = self.folder.join(PUBLIC);
        lines::replace(&path, 0o644, &self.public)
    }

    pub(crate) fn push(&mut self, line: &[u8]) {
        self.missing.push(line.to_vec());
    }

    /// Brings the mirror up to the folder, whose own roots are in that file. After an error it is tried again with
    /// the next root.
    pub(crate) fn flush(&mut self, own: &Path, key: &AuditKey) -> Result<(), AuditError> {
        // A disk that was away may come back under the same name with less on it, or another one: ask the path, not
        // the old file.
        let roots = match self.roots.take().filter(Lines::is_in_place) {
            Some(roots) => roots,
            None => {
                let bytes = lines::read(own)?;
                let (missing, end) = compare(&self.folder, key, &root::whole(key, &bytes).0)?;
                self.missing = missing;
                self.write_key()?;
                Lines::go_on(&self.folder.join(ROOTS), end)?
            }
        };
        self.write(roots)
    }

    fn write(&mut self, mut roots: Lines) -> Result<(), AuditError> {
        for line in &self.missing {
            roots.push(line);
        }
        roots.flush()?;
        roots.sync()?;
        self.missing.clear();
        self.roots = Some(roots);
        Ok(())
    }
}

/// What the mirror lacks of the folder's own roots, and how many bytes of it are good.
fn compare(
    mirror: &Path,
    key: &AuditKey,
    own: &[&[u8]],
) -> Result<(Vec<Vec<u8>>, u64), AuditError> {
    let path = mirror.join(ROOTS);
    let bytes = lines::read(&path)?;
    let (mirrored, end) = root::whole(key, &bytes);
    if !own.starts_with(&mirrored) {
        return Err(AuditError::Mirror { path, mirrored: mirrored.len(), own: own.len() });
    }
    let missing = own[mirrored.len()..].iter().map(|line| line.to_vec()).collect();
    Ok((missing, end as u64))
}
