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
        let path = folder.join(ROOTS);
        let bytes = lines::read(&path)?;
        let (mirrored, end) = root::whole(key, &bytes);
        if !own.starts_with(&mirrored) {
            return Err(AuditError::Mirror { path, mirrored: mirrored.len(), own: own.len() });
        }
        let found = lines::read(&folder.join(PUBLIC))?;
        if !found.is_empty() && found != public.as_bytes() {
            let detail = "it is another key than that of the folder";
            return Err(AuditError::damaged(&folder.join(PUBLIC), detail));
        }
        fs::create_dir_all(folder).map_err(AuditError::io("create", folder))?;
        let roots = Some(Lines::go_on(&path, end as u64)?);
        let missing = own[mirrored.len()..].iter().map(|line| line.to_vec()).collect();
        let mut mirror = Mirror { folder: folder.to_owned(), public, roots, missing };
        mirror.write_key()?;
        mirror.flush()?;
        Ok(mirror)
    }

    fn write_key(&self) -> Result<(), AuditError> {
        let path = self.folder.join(PUBLIC);
        lines::replace(&path, 0o644, &self.public)
    }

    pub(crate) fn push(&mut self, line: &[u8]) {
        self.missing.push(line.to_vec());
    }

    /// Brings the mirror up to the folder. After an error it is tried again with the next root.
    pub(crate) fn flush(&mut self) -> Result<(), AuditError> {
        if self.missing.is_empty() {
            return Ok(());
        }
        // A disk that was away may have come back under the same name: ask the path, not the old file.
        let path = self.folder.join(ROOTS);
        let mut roots = match self.roots.take() {
            Some(roots) => roots,
            None => {
                let bytes = lines::read(&path)?;
                let (mirrored, end) = lines::whole(&bytes);
                self.missing.retain(|line| !mirrored.contains(&line.as_slice()));
                self.write_key()?;
                Lines::go_on(&path, end as u64)?
            }
        };
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
