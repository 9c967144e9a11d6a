use std::fs::{self, File};
use std::path::Path;

use expect_test::expect;
use tempfile::TempDir;

use super::*;
use crate::verify;

/// No space ahead, so that a file is exactly its records; a new segment after some 400 bytes.
const SMALL: Options = Options { segment_bytes: 400, reserve_bytes: 1 };

fn open(dir: &Path) -> Result<(Journal, Recovered, Vec<String>), JournalError> {
    let mut told = Vec::new();
    let mut replay = |record: Record| told.push(String::from_utf8(record.payload).unwrap());
    let (journal, recovered) = Journal::open_with(dir, SMALL, &mut replay)?;
    Ok((journal, recovered, told))
}

fn numbered(from: u64, to: u64) -> Vec<String> {
    (from..=to).map(|n| format!("{{\"n\":{n}}}")).collect()
}

/// Appends records `from..=to`, each in a commit of its own.
fn write(journal: &mut Journal, from: u64, to: u64) {
    for payload in numbered(from, to) {
        journal.append(1, payload.as_bytes()).unwrap();
        journal.commit().unwrap();
    }
}

fn newest(dir: &Path) -> PathBuf {
    verify(dir).unwrap().segments.last().unwrap().path.clone()
}

#[test]
fn a_restart_replays_every_record_in_a_new_epoch() {
    let dir = TempDir::new().unwrap();
    for start in 1..=4u64 {
        let (mut journal, recovered, told) = open(dir.path()).unwrap();
        assert_eq!(u64::from(recovered.epoch), start);
        assert_eq!(recovered.last_seq, Seq(20 * (start - 1)));
        assert_eq!(told, numbered(1, 20 * (start - 1)));
        assert_eq!(recovered.head, journal.head_hash());
        write(&mut journal, 20 * (start - 1) + 1, 20 * start);
    }
    let report = verify(dir.path()).unwrap();
    assert!(report.damage.is_none() && 8 < report.segments.len(), "{report:?}");
    assert_eq!(report.last_seq, Seq(80));
}

#[test]
fn the_hash_is_that_of_the_records_however_they_were_committed() {
    let (one, many) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (mut single, ..) = open(one.path()).unwrap();
    write(&mut single, 1, 30);
    let (mut batched, _) = Journal::open(many.path(), &mut |_| ()).unwrap();
    let (mut alone, mut bytes) = (Chain::default(), Vec::new());
    for payload in numbered(1, 30) {
        batched.append(1, payload.as_bytes()).unwrap();
        alone.append(&mut bytes, 1, payload.as_bytes());
    }
    let chain = batched.close().unwrap();
    assert_eq!(chain, single.close().unwrap());
    assert_eq!(chain, alone);
    expect!["8a68c23adc4812a5244b9dd66994c1a7"].assert_eq(&chain.head.to_string());
}

#[test]
fn a_file_cut_anywhere_recovers_to_the_records_that_are_whole() {
    let master = TempDir::new().unwrap();
    let (mut journal, ..) = open(master.path()).unwrap();
    write(&mut journal, 1, 6);
    drop(journal);
    let name = newest(master.path()).file_name().unwrap().to_owned();
    let bytes = fs::read(master.path().join(&name)).unwrap();
    let ends: Vec<u64> = Reader::open(master.path()).unwrap().map(|r| r.unwrap().offset).collect();
    for length in 0..=bytes.len() {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join(&name), &bytes[..length]).unwrap();
        let (mut journal, recovered, told) = open(dir.path()).unwrap();
        // A record is whole when the next one's first byte was reached.
        let whole = ends.iter().skip(1).filter(|end| **end <= length as u64).count() as u64
            + u64::from(length == bytes.len());
        assert_eq!(told, numbered(1, whole), "cut to {length}");
        assert_eq!(recovered.epoch, 2);
        let kept = dir.path().join(format!("{}.torn", name.to_str().unwrap()));
        let kept = fs::metadata(kept).map_or(0, |kept| kept.len());
        assert_eq!(kept, recovered.torn_bytes, "cut to {length}");
        write(&mut journal, whole + 1, whole + 3);
        drop(journal);
        let (_, recovered, told) = open(dir.path()).unwrap();
        assert_eq!((recovered.torn_bytes, told), (0, numbered(1, whole + 3)), "cut to {length}");
    }
}

#[test]
fn two_starts_that_died_making_their_file_hurt_nobody() {
    let dir = TempDir::new().unwrap();
    let (mut journal, ..) = open(dir.path()).unwrap();
    write(&mut journal, 1, 3);
    drop(journal);
    for header in [&b""[..], &b"AURORAJ\n\x01"[..]] {
        let epoch = verify(dir.path()).unwrap().segments.last().unwrap().epoch + 1;
        let name = SegmentName { epoch, index: 1 };
        fs::write(dir.path().join(name.to_string()), header).unwrap();
    }
    let (mut journal, recovered, told) = open(dir.path()).unwrap();
    assert_eq!((recovered.epoch, told), (4, numbered(1, 3)));
    write(&mut journal, 4, 5);
    drop(journal);
    assert_eq!(open(dir.path()).unwrap().2, numbered(1, 5));
}

#[test]
fn a_writer_that_was_replaced_cannot_add_to_the_journal() {
    let dir = TempDir::new().unwrap();
    let (mut old, ..) = open(dir.path()).unwrap();
    write(&mut old, 1, 2);
    let stale = old.segment.file.try_clone().unwrap();
    let end = old.segment.bytes();
    let (chain, mut late) = (old.chain, Vec::new());
    drop(old);
    let (mut new, ..) = open(dir.path()).unwrap();
    write(&mut new, 3, 4);
    drop(new);
    // The old process wakes up and finishes the write it had begun.
    { chain }.append(&mut late, 1, b"late");
    std::os::unix::fs::FileExt::write_all_at(&stale, &late, end).unwrap();
    let report = verify(dir.path()).unwrap();
    assert!(report.damage.is_none());
    assert_eq!(report.segments[0].cut_bytes, late.len() as u64);
    assert_eq!(open(dir.path()).unwrap().2, numbered(1, 4));
}

#[test]
fn two_writers_never_share_a_folder() {
    let dir = TempDir::new().unwrap();
    let (journal, ..) = open(dir.path()).unwrap();
    assert!(matches!(open(dir.path()), Err(JournalError::Locked { .. })));
    drop(journal);
    assert!(open(dir.path()).is_ok());
}

#[test]
fn after_a_failed_write_or_sync_nothing_is_taken_any_more() {
    // The first refuses the write; the second takes it and refuses the sync.
    for device in ["/dev/full", "/dev/null"] {
        let dir = TempDir::new().unwrap();
        let (mut journal, _) = Journal::open(dir.path(), &mut |_| ()).unwrap();
        write(&mut journal, 1, 2);
        let disk = File::options().write(true).open(device).unwrap();
        let healthy = std::mem::replace(&mut journal.segment.file, disk);
        journal.append(1, b"lost").unwrap();
        assert!(matches!(journal.commit(), Err(JournalError::Io { .. })), "{device}");
        journal.segment.file = healthy;
        assert!(matches!(journal.append(1, b"more"), Err(JournalError::Stopped { .. })));
        assert!(matches!(journal.commit(), Err(JournalError::Stopped { .. })));
        assert_eq!(journal.durable(), Seq(2));
        drop(journal);
        assert_eq!(open(dir.path()).unwrap().2, numbered(1, 2));
    }
}

#[test]
fn reserved_space_is_used_and_given_back() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = Journal::open(dir.path(), &mut |_| ()).unwrap();
    let length = |dir: &Path| fs::metadata(newest(dir)).unwrap().len();
    write(&mut journal, 1, 3);
    assert_eq!(length(dir.path()), 4 << 20);
    journal.append(1, &vec![b'x'; 5 << 20]).unwrap();
    journal.commit().unwrap();
    assert_eq!(length(dir.path()), 8 << 20);
    journal.close().unwrap();
    assert_eq!(length(dir.path()), verify(dir.path()).unwrap().segments[0].bytes);
    assert!(matches!(
        open(dir.path()).unwrap().0.append(1, &vec![0; MAX_PAYLOAD_BYTES + 1]),
        Err(JournalError::TooLarge { .. })
    ));
}
