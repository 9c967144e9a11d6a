use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use expect_test::expect;
use tempfile::TempDir;

use crate::disk::{Disk, MemoryDisk, SystemDisk};
use crate::segment::{Chain, ChainHash};
use crate::{Journal, JournalError, Options, Reader, Record, Seq, mark, verify, verify_on};

/// A folder that is not there yet; its mark lies beside it.
fn folder() -> (TempDir, PathBuf) {
    let root = TempDir::new().unwrap();
    let dir = root.path().join("journal");
    (root, dir)
}

/// Two starts, four segments, eight records each; the newest has a few reserved bytes behind it.
fn journal(dir: &Path) -> Vec<Record> {
    for start in 0..2u64 {
        let options = Options {
            segment_bytes: 300,
            reserve_bytes: 32,
            full_disk_bytes: 0,
            first_epoch: 1,
            exact_epoch: false,
        };
        let (mut journal, _) = Journal::open_with(dir, options, &mut |_| ()).unwrap();
        for n in 8 * start..8 * start + 8 {
            journal.append(3, format!("{{\"n\":{n},\"side\":\"buy\"}}").as_bytes()).unwrap();
            journal.commit().unwrap();
        }
    }
    Reader::open(dir).unwrap().map(Result::unwrap).collect()
}

/// What the reader makes of the folder: the records, and the error that stopped it.
fn read_on(disk: &MemoryDisk, dir: &Path) -> (Vec<Record>, Option<JournalError>) {
    let mut error = None;
    let reader = Reader::open_on(Arc::new(disk.clone()), dir).unwrap();
    let records = reader.map_while(|record| record.map_err(|e| error = Some(e)).ok()).collect();
    (records, error)
}

#[test]
fn segments_a_replaced_writer_began_late_are_no_part_of_the_journal() {
    let dir = Path::new("/data/journal");
    let options = Options {
        segment_bytes: 300,
        reserve_bytes: 32,
        full_disk_bytes: 0,
        first_epoch: 1,
        exact_epoch: false,
    };
    let write = |journal: &mut Journal, words: &str| {
        for word in words.split(' ') {
            journal.append(3, word.repeat(40).as_bytes()).unwrap();
            journal.commit().unwrap();
        }
    };
    let (old, open) = (MemoryDisk::new(), |disk: &MemoryDisk| {
        Journal::open_on(Arc::new(disk.clone()), dir, options, &mut |_| ()).unwrap().0
    });
    let mut sleeper = open(&old);
    write(&mut sleeper, "a b");
    // Its successor reads what is there and begins; then the sleeper goes on, over several segments.
    let new = old.power_cut(&mut |_| 0);
    let mut successor = open(&new);
    write(&mut successor, "c d e");
    write(&mut sleeper, "x x x x x x x x");
    for name in new.list(dir).unwrap().iter().filter(|name| name.starts_with("0000000002")) {
        old.put(&dir.join(name), new.read(&dir.join(name), u64::MAX).unwrap());
    }
    let (records, error) = read_on(&old, dir);
    assert!(error.is_none(), "{error:?}");
    let words: Vec<_> = records.iter().map(|record| char::from(record.payload[0])).collect();
    assert_eq!(words, ['a', 'b', 'c', 'd', 'e']);
}

#[test]
fn what_a_replaced_writer_marked_late_is_not_held_against_its_successor() {
    let (_root, dir) = folder();
    let written = journal(&dir);
    // The second start took over after record 8; the first one wakes and marks its own record 12.
    let late = Chain { seq: Seq(12), head: ChainHash([9; 16]) };
    mark::MarkFile::open(&SystemDisk, &dir, (1, late)).unwrap();
    assert_eq!(verify(&dir).unwrap().last_seq, Seq(written.len() as u64));
    // A mark of the newest start still tells an older copy.
    mark::MarkFile::open(&SystemDisk, &dir, (2, Chain { seq: Seq(40), ..late })).unwrap();
    let read: Result<Vec<Record>, JournalError> = Reader::open(&dir).unwrap().collect();
    assert!(matches!(read, Err(JournalError::Older { .. })));
}

#[test]
fn every_flipped_bit_is_noticed_and_no_wrong_record_is_read() {
    let (_root, dir) = folder();
    let written = journal(&dir);
    let segments = verify(&dir).unwrap().segments;
    let last = written.last().unwrap();
    let mark = mark::path(&dir);
    for has_mark in [true, false] {
        let disk = MemoryDisk::new();
        let load = |path: &Path| disk.put(path, fs::read(path).unwrap());
        segments.iter().map(|segment| &segment.path).for_each(|path| load(path));
        if has_mark {
            load(&mark);
        }
        let mut torn = 0;
        for segment in &segments {
            let whole = fs::read(&segment.path).unwrap();
            let is_newest = segment.path == segments.last().unwrap().path;
            for bit in 0..whole.len() * 8 {
                let mut hurt = whole.clone();
                hurt[bit / 8] ^= 1 << (bit % 8);
                disk.put(&segment.path, hurt);
                let report = verify_on(Arc::new(disk.clone()), &dir).unwrap();
                let (records, error) = read_on(&disk, &dir);
                assert!(written.starts_with(&records), "{} bit {bit}", segment.path.display());
                assert_eq!(error.is_some(), report.damage.is_some());
                if error.is_some() {
                    continue;
                }
                // Only in the zeros behind the records, or, unless the mark tells, in the newest record.
                let at = bit as u64 / 8;
                let is_behind = segment.bytes <= at;
                assert_eq!(records.len() == written.len(), is_behind, "bit {bit}");
                assert!(is_behind || (!has_mark && is_newest && last.offset <= at), "bit {bit}");
                let noticed = report.segments.iter().map(|s| s.cut_bytes + s.torn_bytes);
                assert!(0 < noticed.sum::<u64>(), "bit {bit}: {report:?}");
                torn += 1;
            }
            disk.put(&segment.path, whole);
        }
        assert!(0 < torn);
        assert_eq!(read_on(&disk, &dir).0, written);
    }
}

/// What `verify` says after the folder was hurt.
fn found(hurt: impl FnOnce(&Path, &[String])) -> String {
    let (root, dir) = folder();
    journal(&dir);
    let report = verify(&dir).unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let names: Vec<String> = report.segments.iter().map(|s| name(&s.path)).collect();
    hurt(&dir, &names);
    let report = verify(&dir).unwrap();
    let damage = report.damage.map_or("whole".into(), |damage| damage.to_string());
    let damage = damage.replace(&format!("{}/", dir.display()), "");
    let damage = damage.replace(&format!("{}/", root.path().display()), "");
    let (what, _) = damage.split_once("; nothing").unwrap_or((&damage, ""));
    format!("{} records, {what}", report.last_seq)
}

#[test]
fn what_is_missing_or_misplaced_is_named() {
    let zero = |dir: &Path, name: &str, from: usize| {
        let mut bytes = fs::read(dir.join(name)).unwrap();
        bytes[from..from + 56].fill(0);
        fs::write(dir.join(name), bytes).unwrap();
    };
    let copy = |dir: &Path, from: &str, to: &str| {
        fs::copy(dir.join(from), dir.join(to)).unwrap();
    };
    let cases = [
        ("untouched", found(|_, _| ())),
        ("first file gone", found(|dir, names| fs::remove_file(dir.join(&names[0])).unwrap())),
        ("second file gone", found(|dir, names| fs::remove_file(dir.join(&names[1])).unwrap())),
        ("second file empty", found(|dir, names| fs::write(dir.join(&names[1]), b"").unwrap())),
        ("first over third", found(|dir, names| copy(dir, &names[0], &names[2]))),
        ("zeros in third", found(|dir, names| zero(dir, &names[2], 64))),
        ("zeros in newest", found(|dir, names| zero(dir, &names[3], 64))),
    ];
    let told: String = cases.iter().map(|(case, found)| format!("{case}: {found}\n")).collect();
    expect![[r#"
        untouched: 16 records, whole
        first file gone: 0 records, 0000000001-0000000002.seg is damaged at byte 0 (record 1): it does not follow the segment before it, or that one is missing
        second file gone: 5 records, 0000000001-0000000001.seg is damaged at byte 349 (record 6): the record is not there, but the next segment begins after it
        second file empty: 5 records, 0000000001-0000000001.seg is damaged at byte 349 (record 6): the record is not there, but the next segment begins after it
        first over third: 8 records, 0000000001-0000000002.seg is damaged at byte 235 (record 9): the record is not there, but the next segment begins after it
        zeros in third: 8 records, 0000000002-0000000001.seg is damaged at byte 64 (record 9): the record does not match its checksum
        zeros in newest: 13 records, 0000000002-0000000002.seg is damaged at byte 64 (record 14): the record does not match its checksum
    "#]].assert_eq(&told);
}

#[test]
fn an_old_copy_of_one_file_does_not_pass_for_the_present_one() {
    let ((_here, here), (_other, other)) = (folder(), folder());
    journal(&here);
    let options = Options {
        segment_bytes: 300,
        reserve_bytes: 1,
        full_disk_bytes: 0,
        first_epoch: 1,
        exact_epoch: false,
    };
    let (mut journal, _) = Journal::open_with(&other, options, &mut |_| ()).unwrap();
    for _ in 0..8 {
        journal.append(3, b"{\"n\":9,\"side\":\"sell\"}").unwrap();
        journal.commit().unwrap();
    }
    let name = "0000000001-0000000001.seg";
    fs::copy(other.join(name), here.join(name)).unwrap();
    assert!(verify(&here).unwrap().damage.is_some());
}

#[test]
fn a_folder_that_is_not_there_is_an_empty_journal() {
    let report = verify(Path::new("/nowhere/at/all")).unwrap();
    assert_eq!((report.last_seq, report.segments.len()), (Seq(0), 0));
}

#[test]
fn a_newer_format_is_left_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("0000000001-0000000001.seg");
    let mut header = [0; 64];
    header[..10].copy_from_slice(b"AURORAJ\n\x03\x00");
    header[20] = 1;
    let crc = crc32c::crc32c(&header[..60]).to_le_bytes();
    header[60..].copy_from_slice(&crc);
    fs::write(path, header).unwrap();
    assert!(matches!(Reader::open(dir.path()), Err(JournalError::Version { version: 3, .. })));
}
