//! Recordings and samples that are no part of the project: tapes, frames of the venues, gate sessions.
//!
//! They lie in the folder that `AURORA_SHARED` names, by default `shared` beside the project. Who lacks them can still
//! run every test: those that need them say that they are skipped. Where `CI` is set they must be there.

use std::path::{Path, PathBuf};

/// A file or folder of the shared data; `None`, with a printed sentence, where it is missing.
///
/// # Panics
///
/// Where it is missing and the environment has `CI`.
#[must_use]
#[track_caller]
pub fn path(inside: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let found = std::env::var_os("AURORA_SHARED").map_or(beside, PathBuf::from).join(inside);
    if found.exists() {
        return Some(found);
    }
    let missing = format!("{} is missing: set AURORA_SHARED", found.display());
    assert!(std::env::var_os("CI").is_none(), "{missing}");
    eprintln!("skipped: {missing}");
    None
}

/// Name without `.json` and text of every JSON file in a folder of the shared data, by name; otherwise like [`path`].
///
/// # Panics
///
/// Like [`path`], and where the folder has no such file or one cannot be read.
#[must_use]
#[track_caller]
pub fn json_files(folder: &str) -> Option<Vec<(String, String)>> {
    let folder = path(folder)?;
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder that stays").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path);
            (name, text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect();
    assert!(!files.is_empty(), "{} has no JSON files", folder.display());
    files.sort();
    Some(files)
}

/// The text of one file of the shared data; otherwise like [`path`].
///
/// # Panics
///
/// Like [`path`], and where it cannot be read as text.
#[must_use]
#[track_caller]
pub fn text(file: &str) -> Option<String> {
    let path = path(file)?;
    let text = std::fs::read_to_string(&path);
    Some(text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
