//! The few words that must outlive the process, in a file that is either the old one or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aurora_authority::{HoldCause, Remembered};
use rustix::fs::{FlockOperation, flock};

/// The first line of the file.
const MAGIC: &str = "aurora-signer 1";
/// No file of ours is longer.
const LONGEST: u64 = 4096;

/// Why the state cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// It cannot be read or written.
    #[error("signer state {}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another signer has it.
    #[error("{} is in use: another signer runs in this folder", path.display())]
    InUse {
        /// The lock.
        path: PathBuf,
    },
    /// It is not what we wrote.
    #[error("signer state {} is damaged: restore it from a copy, or begin a new folder with `signer.state` and a higher epoch", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
}

/// The state file, locked while this lives.
#[derive(Debug)]
pub struct StateFile {
    folder: PathBuf,
    path: PathBuf,
    _lock: File,
}

impl StateFile {
    /// Takes up the state in that folder; a new folder remembers nothing.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn open(folder: &Path) -> Result<(StateFile, Remembered), StateFault> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| StateFault::Io { path, source }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
        let lock_path = folder.join("lock");
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(&lock_path).map_err(io(&lock_path))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| StateFault::InUse { path: lock_path })?;
        let path = folder.join("state");
        let remembered = match File::open(&path) {
            Ok(file) => {
                let mut text = String::new();
                file.take(LONGEST).read_to_string(&mut text).map_err(io(&path))?;
                parse(&text).ok_or_else(|| StateFault::Damaged { path: path.clone() })?
            }
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Remembered::NOTHING,
            Err(other) => return Err(io(&path)(other)),
        };
        Ok((StateFile { folder: folder.to_owned(), path, _lock: lock }, remembered))
    }

    /// Writes it down; when this returns, it survives a power cut.
    ///
    /// # Errors
    /// The first thing that failed; what the disk holds is the old state or the new.
    pub fn write(&mut self, remembered: Remembered) -> std::io::Result<()> {
        let new = self.folder.join("state.new");
        let mut options = OpenOptions::new();
        let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&new)?;
        file.write_all(print(remembered).as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        File::open(&self.folder)?.sync_all()
    }
}

fn print(remembered: Remembered) -> String {
    let hold = remembered.hold.map_or("-", HoldCause::code);
    let killed = if remembered.is_killed { "yes" } else { "no" };
    let words = format!("{MAGIC}\nepoch {}\nhold {hold}\nkilled {killed}\n", remembered.epoch);
    let check = blake3::hash(words.as_bytes()).to_hex();
    format!("{words}check {}\n", &check[..16])
}

fn parse(text: &str) -> Option<Remembered> {
    let mut lines = text.lines();
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    field("aurora-signer").filter(|version| *version == "1")?;
    let epoch = field("epoch")?.parse().ok()?;
    let hold = match field("hold")? {
        "-" => None,
        word => Some(HoldCause::ALL.into_iter().find(|cause| cause.code() == word)?),
    };
    let is_killed = match field("killed")? {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    let remembered = Remembered { epoch, hold, is_killed };
    (print(remembered) == text).then_some(remembered)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Remembered =
        Remembered { epoch: 12, hold: Some(HoldCause::Breaker), is_killed: true };

    #[test]
    fn what_was_written_is_found_again_and_a_new_folder_remembers_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, remembered) = StateFile::open(folder.path()).unwrap();
        assert_eq!(remembered, Remembered::NOTHING);
        file.write(SOME).unwrap();
        drop(file);
        assert_eq!(StateFile::open(folder.path()).unwrap().1, SOME);
    }

    #[test]
    fn two_signers_never_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let _first = StateFile::open(folder.path()).unwrap();
        assert!(matches!(StateFile::open(folder.path()), Err(StateFault::InUse { .. })));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let text = print(SOME).into_bytes();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut damaged = text.clone();
                damaged[at] ^= 1 << bit;
                let read = String::from_utf8(damaged).ok().and_then(|text| parse(&text));
                assert_eq!(read, None, "byte {at} bit {bit}");
            }
            let cut = String::from_utf8(text[..at].to_vec()).unwrap();
            assert_eq!(parse(&cut), None, "cut at {at}");
        }
    }

    #[test]
    fn a_damaged_file_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("state"), "aurora-signer 1\nepoch 3\n").unwrap();
        assert!(matches!(StateFile::open(folder.path()), Err(StateFault::Damaged { .. })));
    }
}
