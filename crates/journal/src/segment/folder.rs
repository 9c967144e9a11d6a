//! The folder: which segments there are, in the order they were written.

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use super::error::JournalError;
use crate::disk::Disk;

/// `EPOCH-INDEX.seg`; sorts in the order of writing, as a name and as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SegmentName {
    /// Which start wrote it.
    pub(crate) epoch: u32,
    /// Its place among the files of that start, from one.
    pub(crate) index: u32,
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}-{:010}.seg", self.epoch, self.index)
    }
}

impl FromStr for SegmentName {
    type Err = ();

    fn from_str(text: &str) -> Result<SegmentName, ()> {
        let (epoch, index) = text.strip_suffix(".seg").and_then(|s| s.split_once('-')).ok_or(())?;
        let parse = |part: &str| part.parse().map_err(|_| ());
        let name = SegmentName { epoch: parse(epoch)?, index: parse(index)? };
        if name.to_string() == text { Ok(name) } else { Err(()) }
    }
}

/// Every segment of the folder, oldest first; other files are left alone. No folder is an empty journal.
pub(crate) fn list(disk: &dyn Disk, dir: &Path) -> Result<Vec<SegmentName>, JournalError> {
    let names = match disk.list(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(JournalError::io("list", dir)(error)),
    };
    let mut names: Vec<SegmentName> = names.iter().filter_map(|name| name.parse().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_we_would_write_is_a_segment() {
        let name = SegmentName { epoch: 2, index: 10 };
        assert_eq!(name.to_string(), "0000000002-0000000010.seg");
        assert_eq!(name.to_string().parse(), Ok(name));
        for other in ["2-10.seg", "0000000002-0000000010.seg.torn", "LOCK", "a-b.seg"] {
            assert_eq!(other.parse::<SegmentName>(), Err(()), "{other}");
        }
    }
}
