//! One segment hurt in every way: each flipped bit is noticed, each length gives the right state or a refusal.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_journal::disk::{Disk, MemoryDisk};
use aurora_journal::{Journal, Options, Reader, Report, verify_on};

const DIR: &str = "/data/journal";

/// How large the segment is; 65536 is asked for with `AURORA_SEGMENT_BYTES`.
fn segment_bytes() -> usize {
    std::env::var("AURORA_SEGMENT_BYTES").ok().and_then(|n| n.parse().ok()).unwrap_or(8192)
}

/// A journal of one segment and what is in it.
struct Subject {
    disk: MemoryDisk,
    segment: PathBuf,
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
    /// Where the last commit begins.
    last_commit: usize,
}

impl Subject {
    /// Commits of one to five records, until the segment is as large as asked.
    fn new(has_mark: bool) -> Subject {
        let (disk, dir) = (MemoryDisk::new(), Path::new(DIR));
        let on: Arc<dyn Disk> = Arc::new(disk.clone());
        let options = Options {
            segment_bytes: 1 << 30,
            reserve_bytes: 1,
            full_disk_bytes: 0,
            first_epoch: 1,
            exact_epoch: false,
        };
        let (mut journal, _) =
            Journal::open_on(Arc::clone(&on), dir, options, &mut |_| ()).unwrap();
        let segment = dir.join("0000000001-0000000001.seg");
        let length = || disk.read(&segment, u64::MAX).unwrap().len();
        let mut last_commit = 0;
        for commit in 0.. {
            if segment_bytes() <= length() {
                break;
            }
            last_commit = length();
            for n in 0..=commit % 5 {
                let payload = format!("{{\"commit\":{commit},\"n\":{n},\"side\":\"buy\"}}");
                journal.append(1, payload.repeat(1 + n % 3).as_bytes()).unwrap();
            }
            journal.commit().unwrap();
        }
        drop(journal);
        let mut ends: Vec<usize> = Reader::open_on(on, dir)
            .unwrap()
            .map(|record| usize::try_from(record.unwrap().offset).unwrap())
            .skip(1)
            .collect();
        let bytes = disk.read(&segment, u64::MAX).unwrap();
        ends.push(bytes.len());
        if !has_mark {
            disk.remove(Path::new("/data/journal.mark")).unwrap();
        }
        Subject { disk, segment, bytes, ends, last_commit }
    }

    fn verify(&self, bytes: Vec<u8>) -> io::Result<Report> {
        self.disk.put(&self.segment, bytes);
        verify_on(Arc::new(self.disk.clone()), Path::new(DIR)).map_err(io::Error::other)
    }

    /// How many records end at or before that byte.
    fn whole(&self, at: usize) -> u64 {
        self.ends.partition_point(|end| *end <= at) as u64
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let subject = Subject::new(true);
    for bit in 0..subject.bytes.len() * 8 {
        let mut hurt = subject.bytes.clone();
        hurt[bit / 8] ^= 1 << (bit % 8);
        // A version of the future is refused before anything is read.
        let Ok(report) = subject.verify(hurt) else { continue };
        assert!(report.damage.is_some(), "bit {bit} is not noticed");
        assert!(report.last_seq.0 <= subject.whole(bit / 8), "bit {bit}: a wrong record was read");
    }
    eprintln!("{} bits flipped, all noticed", subject.bytes.len() * 8);
}

#[test]
fn without_its_mark_a_flipped_bit_is_damage_or_in_the_last_commit() {
    let subject = Subject::new(false);
    let mut torn = 0;
    for bit in (0..subject.bytes.len() * 8).step_by(3) {
        let mut hurt = subject.bytes.clone();
        hurt[bit / 8] ^= 1 << (bit % 8);
        let Ok(report) = subject.verify(hurt) else { continue };
        assert!(report.last_seq.0 <= subject.whole(bit / 8), "bit {bit}: a wrong record was read");
        if report.damage.is_none() {
            assert!(subject.last_commit <= bit / 8 && 0 < report.torn_bytes, "bit {bit}");
            torn += 1;
        }
    }
    assert!(0 < torn);
}

#[test]
fn every_length_gives_the_records_that_are_whole_or_is_refused() {
    let (marked, unmarked) = (Subject::new(true), Subject::new(false));
    for length in 0..=marked.bytes.len() {
        let report = marked.verify(marked.bytes[..length].to_vec()).unwrap();
        assert_eq!(report.damage.is_none(), length == marked.bytes.len(), "cut to {length}");
        let report = unmarked.verify(unmarked.bytes[..length].to_vec()).unwrap();
        assert!(report.damage.is_none(), "cut to {length}: {report:?}");
        assert_eq!(report.last_seq.0, unmarked.whole(length), "cut to {length}");
    }
    eprintln!("{} lengths, 0 wrong states", marked.bytes.len() + 1);
}
