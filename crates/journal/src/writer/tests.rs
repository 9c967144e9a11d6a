use std::fs;
use std::path::Path;

use expect_test::expect;
use tempfile::TempDir;

use super::*;
use crate::disk::{Fault, MemoryDisk};
use crate::{Reader, verify, verify_on};

/// No space ahead, so that a file is exactly its records; a new segment after some 400 bytes.
const SMALL: Options = Options {
    segment_bytes: 400,
    reserve_bytes: 1,
    full_disk_bytes: 0,
    first_epoch: 1,
    exact_epoch: false,
};

/// With something set aside for a full disk.
const RESERVED: Options = Options {
    segment_bytes: 1 << 20,
    reserve_bytes: 512,
    full_disk_bytes: 4096,
    first_epoch: 1,
    exact_epoch: false,
};

/// The journal's folder; its mark lies beside it.
fn journal_in(dir: &TempDir) -> PathBuf {
    dir.path().join("journal")
}

fn open(dir: &Path) -> Result<(Journal, Recovered, Vec<String>), JournalError> {
    let mut told = Vec::new();
    let mut replay = |record: Record| told.push(String::from_utf8(record.payload).unwrap());
    let (journal, recovered) = Journal::open_with(dir, SMALL, &mut replay)?;
    Ok((journal, recovered, told))
}

/// The journal on a disk in memory.
fn on(
    disk: &MemoryDisk,
    options: Options,
) -> Result<(Journal, Recovered, Vec<String>), JournalError> {
    let mut told = Vec::new();
    let mut replay = |record: Record| told.push(String::from_utf8_lossy(&record.payload).into());
    let (disk, dir) = (Arc::new(disk.clone()), Path::new("/data/journal"));
    let (journal, recovered) = Journal::open_on(disk, dir, options, &mut replay)?;
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
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    for start in 1..=4u64 {
        let (mut journal, recovered, told) = open(&dir).unwrap();
        assert_eq!(u64::from(recovered.epoch), start);
        assert_eq!(recovered.last_seq, Seq(20 * (start - 1)));
        assert_eq!(told, numbered(1, 20 * (start - 1)));
        assert_eq!(recovered.head, journal.head_hash());
        write(&mut journal, 20 * (start - 1) + 1, 20 * start);
    }
    let report = verify(&dir).unwrap();
    assert!(report.damage.is_none() && 8 < report.segments.len(), "{report:?}");
    assert_eq!((report.last_seq, report.marked), (Seq(80), Some(Seq(80))));
}

#[test]
fn a_new_folder_begins_with_the_epoch_it_is_told_and_goes_on_from_there() {
    let root = TempDir::new().unwrap();
    let mut starts = Vec::new();
    for first_epoch in [700, 1, 900] {
        let options = Options { first_epoch, ..SMALL };
        let (_, recovered) = Journal::open_with(root.path(), options, &mut |_| ()).unwrap();
        starts.push(recovered.epoch);
    }
    assert_eq!(starts, [700, 701, 900]);
}

#[test]
fn a_start_under_an_epoch_that_is_over_leaves_the_folder_as_it_is() {
    let disk = MemoryDisk::new();
    let given = |first_epoch| Options { first_epoch, exact_epoch: true, ..SMALL };
    let (mut journal, ..) = on(&disk, given(4)).unwrap();
    journal.append(1, b"of epoch four").unwrap();
    journal.commit().unwrap();
    drop(journal);
    let folder = Path::new("/data/journal");
    let left = || {
        let names = disk.list(folder).unwrap().into_iter();
        names
            .map(|name| (disk.read(&folder.join(&name), u64::MAX).unwrap(), name))
            .collect::<Vec<_>>()
    };
    let before = left();
    for over in [1, 3, 4] {
        let refused = on(&disk, given(over)).unwrap_err();
        assert!(
            matches!(refused, JournalError::Epoch { newest: 4, given, .. } if given == over),
            "{refused}"
        );
    }
    assert_eq!(left(), before);
    assert_eq!(on(&disk, given(9)).unwrap().1.epoch, 9);
}

#[test]
fn the_hash_is_that_of_the_records_however_they_were_committed() {
    let root = TempDir::new().unwrap();
    let (mut single, ..) = open(&root.path().join("one")).unwrap();
    write(&mut single, 1, 30);
    let (mut batched, _) = Journal::open(&root.path().join("many"), &mut |_| ()).unwrap();
    let (mut alone, mut bytes) = (Chain::default(), Vec::new());
    for payload in numbered(1, 30) {
        batched.append(1, payload.as_bytes()).unwrap();
        alone.append(&mut bytes, (1, 0), payload.as_bytes());
    }
    let chain = batched.close().unwrap();
    assert_eq!(chain, single.close().unwrap());
    assert_eq!(chain, alone);
    expect!["8a68c23adc4812a5244b9dd66994c1a7"].assert_eq(&chain.head.to_string());
}

#[test]
fn a_file_cut_anywhere_recovers_to_the_records_that_are_whole() {
    let (master, at) = (MemoryDisk::new(), Path::new("/data/journal"));
    let (mut journal, ..) = on(&master, SMALL).unwrap();
    write(&mut journal, 1, 6);
    drop(journal);
    let segment = at.join("0000000001-0000000001.seg");
    let bytes = master.read(&segment, u64::MAX).unwrap();
    let reader = Reader::open_on(Arc::new(master), at).unwrap();
    let ends: Vec<u64> = reader.map(|record| record.unwrap().offset).collect();
    for length in 0..=bytes.len() {
        let disk = MemoryDisk::new();
        disk.put(&segment, bytes[..length].to_vec());
        let (mut journal, recovered, told) = on(&disk, SMALL).unwrap();
        // A record is whole when the next one's first byte was reached.
        let whole = ends.iter().skip(1).filter(|end| **end <= length as u64).count() as u64
            + u64::from(length == bytes.len());
        assert_eq!(told, numbered(1, whole), "cut to {length}");
        assert_eq!(recovered.epoch, 2);
        let kept = disk.read(&start::torn_path(&segment), u64::MAX);
        let kept = kept.map_or(0, |kept| kept.len() as u64);
        assert_eq!(kept, recovered.torn_bytes, "cut to {length}");
        write(&mut journal, whole + 1, whole + 3);
        drop(journal);
        let (_, recovered, told) = on(&disk, SMALL).unwrap();
        assert_eq!((recovered.torn_bytes, told), (0, numbered(1, whole + 3)), "cut to {length}");
    }
}

#[test]
fn two_starts_that_died_making_their_file_hurt_nobody() {
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    let (mut journal, ..) = open(&dir).unwrap();
    write(&mut journal, 1, 3);
    drop(journal);
    for header in [&b""[..], &b"AURORAJ\n\x01"[..]] {
        let epoch = verify(&dir).unwrap().segments.last().unwrap().epoch + 1;
        let name = SegmentName { epoch, index: 1 };
        fs::write(dir.join(name.to_string()), header).unwrap();
    }
    let (mut journal, recovered, told) = open(&dir).unwrap();
    assert_eq!((recovered.epoch, told), (4, numbered(1, 3)));
    write(&mut journal, 4, 5);
    drop(journal);
    assert_eq!(open(&dir).unwrap().2, numbered(1, 5));
}

#[test]
fn a_writer_that_was_replaced_cannot_add_to_the_journal() {
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    let (mut old, ..) = open(&dir).unwrap();
    write(&mut old, 1, 2);
    let stale = fs::File::options().write(true).open(newest(&dir)).unwrap();
    let end = old.segment.bytes();
    let (chain, mut late) = (old.chain, Vec::new());
    drop(old);
    let (mut new, ..) = open(&dir).unwrap();
    write(&mut new, 3, 4);
    drop(new);
    // The old process wakes up and finishes the write it had begun.
    { chain }.append(&mut late, (1, 0), b"late");
    std::os::unix::fs::FileExt::write_all_at(&stale, &late, end).unwrap();
    let report = verify(&dir).unwrap();
    assert!(report.damage.is_none());
    assert_eq!(report.segments[0].cut_bytes, late.len() as u64);
    assert_eq!(open(&dir).unwrap().2, numbered(1, 4));
}

#[test]
fn two_writers_never_share_a_folder() {
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    let (journal, ..) = open(&dir).unwrap();
    assert!(matches!(open(&dir), Err(JournalError::Locked { .. })));
    drop(journal);
    assert!(open(&dir).is_ok());
}

#[test]
fn after_a_failed_write_or_sync_nothing_is_taken_any_more() {
    for call in 1..=3 {
        let disk = MemoryDisk::new();
        let (mut journal, ..) = on(&disk, Options::default()).unwrap();
        write(&mut journal, 1, 2);
        let error = std::io::ErrorKind::Other;
        // The write of the record, its sync, the mark.
        disk.fail(Some(Fault { call: disk.calls() + call, error, lasts: false }));
        journal.append(1, b"lost").unwrap();
        assert!(matches!(journal.commit(), Err(JournalError::Io { .. })), "call {call}");
        assert!(matches!(journal.append(1, b"more"), Err(JournalError::Stopped { .. })));
        assert!(matches!(journal.commit(), Err(JournalError::Stopped { .. })));
        drop(journal);
        assert!(2 <= on(&disk, Options::default()).unwrap().1.records);
    }
}

#[test]
fn a_full_disk_takes_vital_records_until_the_reserve_is_used_up() {
    let disk = MemoryDisk::new();
    let (mut journal, recovered, _) = on(&disk, RESERVED).unwrap();
    assert!(!recovered.is_full);
    disk.set_room(Some(8192));
    let (mut taken, mut vital) = (0, 0);
    while journal.append(1, &[1; 100]).is_ok() {
        journal.commit().unwrap();
        taken += 1;
    }
    assert!(journal.is_full() && 10 < taken, "{taken} records");
    assert!(matches!(journal.append(1, b"an order"), Err(JournalError::Full { .. })));
    while journal.append_vital(2, &[2; 100]).is_ok() && journal.commit().is_ok() {
        vital += 1;
    }
    assert!(4096 / 150 < vital, "{vital} vital records");
    assert!(matches!(journal.append_vital(2, b"HOLD"), Err(JournalError::Stopped { .. })));
    drop(journal);
    assert_eq!(
        verify_on(Arc::new(disk), Path::new("/data/journal")).unwrap().last_seq.0,
        taken + vital
    );
}

#[test]
fn a_prepared_segment_takes_over_without_a_zero_to_write() {
    let disk = MemoryDisk::new();
    let options = Options { segment_bytes: 1 << 14, reserve_bytes: 4096, ..SMALL };
    let (mut journal, ..) = on(&disk, options).unwrap();
    let mut most = 0;
    for n in 0..500 {
        while journal.prepare() {}
        let before = disk.calls();
        write(&mut journal, n, n);
        most = most.max(disk.calls() - before);
    }
    // Write, sync and mark; at a new segment also mark and its sync, name, header, sync, rename, folder.
    assert_eq!(most, 3 + 7);
    journal.close().unwrap();
    let report = verify_on(Arc::new(disk.clone()), Path::new("/data/journal")).unwrap();
    let bytes: Vec<u64> = report.segments.iter().map(|segment| segment.bytes >> 10).collect();
    expect!["[3, 7, 10]"].assert_eq(&format!("{bytes:?}"));
    assert!(disk.read(Path::new("/data/journal/NEXT-0000000001"), 1).is_err(), "it was given back");
}

#[test]
fn what_was_prepared_is_used_before_the_reserve_is() {
    let disk = MemoryDisk::new();
    let (mut journal, ..) = on(&disk, RESERVED).unwrap();
    let bytes_there =
        |disk: &MemoryDisk| disk.read(Path::new("/data/journal/NEXT-0000000001"), 1 << 20);
    write(&mut journal, 1, 20);
    while journal.prepare() {}
    assert!(512 <= bytes_there(&disk).unwrap().len());
    disk.set_room(Some(0));
    let mut taken = 0;
    while journal.append(1, &[1; 100]).is_ok() {
        journal.commit().unwrap();
        taken += 1;
    }
    assert!(3 < taken && bytes_there(&disk).is_err(), "{taken} records");
    journal.append_vital(2, b"HOLD").unwrap();
    journal.commit().unwrap();
    drop(journal);
    disk.set_room(None);
    let (_, recovered, _) = on(&disk, RESERVED).unwrap();
    assert_eq!(recovered.records, 20 + taken + 1);
}

#[test]
fn a_disk_that_fails_while_the_next_segment_is_prepared_stops_the_journal_there() {
    let disk = MemoryDisk::new();
    let options = Options { segment_bytes: 1 << 14, reserve_bytes: 4096, ..SMALL };
    let (mut journal, ..) = on(&disk, options).unwrap();
    write(&mut journal, 1, 9);
    let error = std::io::ErrorKind::Other;
    disk.fail(Some(Fault { call: disk.calls() + 3, error, lasts: false }));
    assert!(!journal.prepare(), "its sync fails");
    disk.fail(None);
    let stopped = (10..=255u16).find(|n| {
        journal.append(1, &[u8::try_from(*n).unwrap(); 100]).is_err() || journal.commit().is_err()
    });
    assert!(stopped.is_some_and(|n| n < 80), "{stopped:?}");
    assert!(matches!(journal.commit(), Err(JournalError::Stopped { .. })));
}

#[test]
fn a_start_on_a_full_disk_lives_off_the_reserve_until_there_is_room() {
    let disk = MemoryDisk::new();
    drop(on(&disk, RESERVED).unwrap());
    disk.set_room(Some(0));
    let (mut journal, recovered, _) = on(&disk, RESERVED).unwrap();
    assert!(recovered.is_full);
    journal.append_vital(2, b"HOLD").unwrap();
    journal.commit().unwrap();
    assert!(matches!(journal.append(1, b"an order"), Err(JournalError::Full { .. })));
    disk.set_room(None);
    journal.append_vital(2, b"cancel").unwrap();
    journal.commit().unwrap();
    assert!(!journal.is_full());
    journal.append(1, b"an order").unwrap();
    journal.close().unwrap();
    let (_, recovered, _) = on(&disk, RESERVED).unwrap();
    assert_eq!((recovered.records, recovered.is_full), (3, false));
}

#[test]
fn an_older_copy_put_back_is_noticed() {
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    let (mut journal, ..) = open(&dir).unwrap();
    write(&mut journal, 1, 3);
    journal.close().unwrap();
    let copy = root.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for file in fs::read_dir(&dir).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let (mut journal, ..) = open(&dir).unwrap();
    write(&mut journal, 4, 5);
    drop(journal);
    fs::rename(&dir, root.path().join("newer")).unwrap();
    fs::rename(&copy, &dir).unwrap();
    let told =
        open(&dir).unwrap_err().to_string().replace(&format!("{}/", root.path().display()), "");
    expect!["the journal in journal ends at record 3, but record 5 was durable (journal.mark): an older copy was put back, or its end is lost; put the newer journal back, or, if this one is meant to be the journal from now on, remove that file"].assert_eq(&told);
    // Another history of the same length is no better.
    fs::rename(root.path().join("journal.mark"), root.path().join("aside")).unwrap();
    let (mut journal, ..) = open(&dir).unwrap();
    journal.append(1, b"another").unwrap();
    journal.append(1, b"story").unwrap();
    journal.close().unwrap();
    fs::rename(root.path().join("aside"), root.path().join("journal.mark")).unwrap();
    assert!(matches!(open(&dir), Err(JournalError::Older { marked: Seq(5), .. })));
}

#[test]
fn a_journal_of_the_first_format_is_read_and_continued() {
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    fs::create_dir(&dir).unwrap();
    // As the first format had it, byte by byte: no place before the CRC.
    let header =
        Header { version: 1, ..Header::new(SegmentName { epoch: 1, index: 1 }, Chain::default()) };
    let (mut bytes, mut chain) = (header.encode().to_vec(), Chain::default());
    for payload in numbered(1, 3) {
        let mut record = Vec::new();
        chain.append(&mut record, (1, 0), payload.as_bytes());
        record.truncate(record.len() - 8);
        let crc = crc32c::crc32c(&record).to_le_bytes();
        bytes.extend(record);
        bytes.extend(crc);
    }
    fs::write(dir.join("0000000001-0000000001.seg"), &bytes).unwrap();
    let (mut journal, recovered, told) = open(&dir).unwrap();
    assert_eq!((recovered.epoch, recovered.head, told), (2, chain.head, numbered(1, 3)));
    write(&mut journal, 4, 6);
    drop(journal);
    assert_eq!(open(&dir).unwrap().2, numbered(1, 6));
}

#[test]
fn reserved_space_is_used_and_given_back() {
    let root = TempDir::new().unwrap();
    let dir = journal_in(&root);
    let (mut journal, _) = Journal::open(&dir, &mut |_| ()).unwrap();
    let length = |dir: &Path| fs::metadata(newest(dir)).unwrap().len();
    write(&mut journal, 1, 3);
    assert_eq!(length(&dir), 4 << 20);
    journal.append(1, &vec![b'x'; 5 << 20]).unwrap();
    journal.commit().unwrap();
    assert_eq!(length(&dir), 8 << 20);
    journal.close().unwrap();
    assert_eq!(length(&dir), verify(&dir).unwrap().segments[0].bytes);
    assert!(matches!(
        open(&dir).unwrap().0.append(1, &vec![0; MAX_PAYLOAD_BYTES + 1]),
        Err(JournalError::TooLarge { .. })
    ));
}
