//! The session folder: one per start, found again under a stable name.

use std::path::{Path, PathBuf};

use super::log::LogName;

/// A folder that holds the logs of one session.
#[derive(Clone, Debug)]
pub struct SessionDir {
    path: PathBuf,
}

impl SessionDir {
    /// Exactly this folder; it is made when the first log is opened.
    pub fn at(path: &Path) -> SessionDir {
        SessionDir { path: path.to_owned() }
    }

    /// A new folder `root/YYYYMMDD-hhmmss`, with `root/<log>` linked to the newest session's logs.
    ///
    /// A folder that cannot be made is noticed by the logs that go into it.
    pub fn new_in(root: &Path, now_ns: i64) -> SessionDir {
        let session = SessionDir::at(&root.join(run_id(now_ns)));
        drop(std::fs::create_dir_all(&session.path));
        for log in LogName::ALL {
            link(root, &session.path, log.file_name());
        }
        session
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Replaces our own link only: a real file under that name belongs to someone else.
/// The links are a convenience, so a folder that takes none is no reason to stop.
fn link(root: &Path, session: &Path, name: &str) {
    let link = root.join(name);
    if link.is_symlink() {
        drop(std::fs::remove_file(&link));
    }
    let target = Path::new(session.file_name().unwrap_or_default()).join(name);
    drop(std::os::unix::fs::symlink(target, link));
}

/// `YYYYMMDD-HHMMSS` in UTC: what names a run and its folder.
pub fn run_id(now_ns: i64) -> String {
    let at = jiff::Timestamp::from_nanosecond(i128::from(now_ns)).unwrap_or_default();
    at.strftime("%Y%m%d-%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_session_is_found_under_the_plain_name() {
        let root = tempfile::tempdir().unwrap();
        let name = "orders_denied.jsonl";
        for (now_ns, text) in [(0, "old"), (1_795_258_800_000_000_000, "new")] {
            let session = SessionDir::new_in(root.path(), now_ns);
            std::fs::write(session.path().join(name), text).unwrap();
            assert_eq!(std::fs::read_to_string(root.path().join(name)).unwrap(), text);
        }
        assert!(root.path().join("20261121-110000").is_dir());
    }
}
