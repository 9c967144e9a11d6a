use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::disk::{Disk, Fault, MemoryDisk};
use crate::{Journal, Options, Reader, Record, Seq};

const LEADER: &str = "/a/journal";
const COPY: &str = "/b/journal";

fn lead(disk: &Arc<MemoryDisk>, dir: &str, epoch: u32) -> Journal {
    let options = Options { first_epoch: epoch, segment_bytes: 400, ..Options::default() };
    Journal::open_on(disk.clone(), Path::new(dir), options, &mut |_| {}).unwrap().0
}

fn write(journal: &mut Journal, words: &[&str]) {
    for word in words {
        journal.append(1, word.as_bytes()).unwrap();
        journal.commit().unwrap();
    }
}

fn words(disk: &Arc<MemoryDisk>, dir: &str) -> Vec<String> {
    let word = |record: Record| String::from_utf8(record.payload).unwrap();
    let reader = Reader::open_on(disk.clone(), Path::new(dir)).unwrap();
    reader.map(|record| word(record.unwrap())).collect()
}

fn replica(disk: &Arc<MemoryDisk>) -> Replica {
    Replica::open_on(disk.clone(), Path::new(COPY), &mut |_| {}).unwrap()
}

/// Copies everything there is; says what became of each piece.
fn follow(disk: &Arc<MemoryDisk>, from: &str, replica: &mut Replica) -> Vec<Taken> {
    let mut tail = Tail::open_on(disk.clone(), Path::new(from), replica.position());
    let mut taken = Vec::new();
    while let Some(piece) = tail.poll().unwrap() {
        let piece = Piece::decode(&piece.encode()).unwrap();
        taken.push(replica.take(&piece, &mut |_| {}).unwrap());
        if taken.last() == Some(&Taken::Rewound) {
            break;
        }
    }
    replica.sync().unwrap();
    taken
}

#[test]
fn a_copy_grows_with_the_journal_over_segments_and_starts() {
    let disk = Arc::new(MemoryDisk::new());
    let mut copy = replica(&disk);
    assert_eq!(follow(&disk, LEADER, &mut copy), [], "nothing is there yet");
    let mut leader = lead(&disk, LEADER, 1);
    let mut tail = Tail::open_on(disk.clone(), Path::new(LEADER), None);
    let mut given = Vec::new();
    for round in 0..40 {
        write(&mut leader, &[&format!("record {round}")]);
        while let Some(piece) = tail.poll().unwrap() {
            copy.take(&piece, &mut |record| given.push(record.seq)).unwrap();
        }
        assert_eq!(copy.last_seq(), leader.durable(), "it has what is durable");
    }
    assert_eq!(given, (1..=40).map(Seq).collect::<Vec<_>>());
    copy.sync().unwrap();
    leader.close().unwrap();
    let mut leader = lead(&disk, LEADER, 5);
    write(&mut leader, &["after a restart"]);
    follow(&disk, LEADER, &mut copy);
    drop(copy);
    assert_eq!(words(&disk, COPY), words(&disk, LEADER));
    assert_eq!(words(&disk, COPY).len(), 41);
}

#[test]
fn a_copy_taken_up_again_goes_on_where_it_was() {
    let disk = Arc::new(MemoryDisk::new());
    let mut leader = lead(&disk, LEADER, 1);
    for round in 0..30 {
        write(&mut leader, &[&format!("record {round}")]);
        let mut copy = replica(&disk);
        let taken = follow(&disk, LEADER, &mut copy);
        assert!(taken.iter().all(|taken| *taken == Taken::Continued), "{taken:?}");
        assert_eq!(copy.last_seq(), leader.durable());
    }
    assert_eq!(words(&disk, COPY), words(&disk, LEADER));
}

#[test]
fn a_new_leader_goes_on_in_its_copy_and_the_old_one_follows_back() {
    let disk = Arc::new(MemoryDisk::new());
    let mut old = lead(&disk, LEADER, 1);
    write(&mut old, &["one", "two"]);
    let mut copy = replica(&disk);
    follow(&disk, LEADER, &mut copy);
    drop(copy);
    let mut new = lead(&disk, COPY, 2);
    write(&mut new, &["three of the new"]);
    // The old one wakes up and writes what nobody will ever send.
    write(&mut old, &["three of the old", "four of the old"]);
    old.close().unwrap();
    // Now it copies the new one, in its own folder.
    let open = || Replica::open_on(disk.clone(), Path::new(LEADER), &mut |_| {}).unwrap();
    let mut back = open();
    assert_eq!(back.last_seq(), Seq(4));
    assert_eq!(follow(&disk, COPY, &mut back), [Taken::Rewound]);
    drop(back);
    let mut back = open();
    assert_eq!(back.last_seq(), Seq(2), "what it wrote too late is no part of the journal");
    write(&mut new, &["four of the new"]);
    follow(&disk, COPY, &mut back);
    drop(back);
    assert_eq!(words(&disk, LEADER), ["one", "two", "three of the new", "four of the new"]);
    // And it may lead again.
    new.close().unwrap();
    let mut old = lead(&disk, LEADER, 3);
    write(&mut old, &["five"]);
    let mut copy = replica(&disk);
    assert_eq!(follow(&disk, LEADER, &mut copy), [Taken::Continued]);
    assert_eq!(words(&disk, LEADER), words(&disk, COPY));
}

#[test]
fn a_leader_nobody_copied_is_passed_over() {
    let disk = Arc::new(MemoryDisk::new());
    let mut old = lead(&disk, LEADER, 1);
    write(&mut old, &["one"]);
    old.close().unwrap();
    follow(&disk, LEADER, &mut replica(&disk));
    // It leads again for a moment, but nothing of it arrives.
    let mut old = lead(&disk, LEADER, 2);
    write(&mut old, &["never sent"]);
    old.close().unwrap();
    let mut new = lead(&disk, COPY, 3);
    write(&mut new, &["two"]);
    let mut back = Replica::open_on(disk.clone(), Path::new(LEADER), &mut |_| {}).unwrap();
    assert_eq!(follow(&disk, COPY, &mut back), [Taken::Rewound]);
    drop(back);
    let mut back = Replica::open_on(disk.clone(), Path::new(LEADER), &mut |_| {}).unwrap();
    follow(&disk, COPY, &mut back);
    assert_eq!(words(&disk, LEADER), ["one", "two"]);
}

#[test]
fn every_flipped_bit_of_a_piece_is_refused_and_changes_nothing() {
    let disk = Arc::new(MemoryDisk::new());
    let mut leader = lead(&disk, LEADER, 1);
    write(&mut leader, &["one", "two"]);
    let piece = Tail::open_on(disk.clone(), Path::new(LEADER), None).poll().unwrap().unwrap();
    let bytes = piece.encode();
    let mut copy = replica(&disk);
    for bit in 0..bytes.len() * 8 {
        let mut hurt = bytes.clone();
        hurt[bit / 8] ^= 1 << (bit % 8);
        let hurt = Piece::decode(&hurt).unwrap();
        let mut given = 0;
        let taken = copy.take(&hurt, &mut |_| given += 1);
        assert!(taken.is_err() && given == 0, "bit {bit}: {taken:?}");
        assert_eq!(copy.last_seq(), Seq(0));
    }
    for length in 0..bytes.len() {
        let Ok(cut) = Piece::decode(&bytes[..length]) else { continue };
        // Its header alone may be here already.
        assert_ne!(copy.take(&cut, &mut |_| {}).ok(), Some(Taken::Continued), "{length} bytes");
        assert_eq!(copy.last_seq(), Seq(0));
    }
    assert_eq!(copy.take(&piece, &mut |_| {}).unwrap(), Taken::Continued);
    assert_eq!(copy.take(&piece, &mut |_| {}).unwrap(), Taken::Known);
    assert_eq!(copy.last_seq(), Seq(2));
}

#[test]
fn a_position_reads_back_as_it_travels() {
    let disk = Arc::new(MemoryDisk::new());
    write(&mut lead(&disk, LEADER, 7), &["one"]);
    let mut copy = replica(&disk);
    assert_eq!(copy.position(), None);
    follow(&disk, LEADER, &mut copy);
    let position = copy.position().unwrap();
    assert_eq!(Position::decode(&position.encode()), Some(position));
    assert_eq!((position.epoch(), position.last_seq()), (7, Seq(1)));
    assert_eq!(Position::decode(&[0; Position::BYTES]), None);
    assert!(disk.list(Path::new("/b")).unwrap().contains(&"journal.mark".to_owned()));
}

#[test]
fn a_copy_that_has_parted_is_refused_and_left_as_it_is() {
    let disk = Arc::new(MemoryDisk::new());
    let mut there = lead(&disk, LEADER, 1);
    write(&mut there, &["one"]);
    follow(&disk, LEADER, &mut replica(&disk));
    // Each goes on by itself, and neither hears of the other.
    write(&mut there, &["two there"]);
    there.close().unwrap();
    let mut here = lead(&disk, COPY, 2);
    write(&mut here, &["two here", "three here", "four here"]);
    here.close().unwrap();
    lead(&disk, LEADER, 3).close().unwrap();
    let mut copy = replica(&disk);
    let mut tail = Tail::open_on(disk.clone(), Path::new(LEADER), copy.position());
    let mut refused = None;
    while refused.is_none() {
        let piece = tail.poll().unwrap().expect("it cannot be continued");
        refused = match copy.take(&piece, &mut |_| {}) {
            Ok(taken) => {
                assert_ne!(taken, Taken::Rewound, "it would go back to what it never had");
                None
            }
            Err(error) => Some(error.to_string()),
        };
    }
    assert!(refused.as_ref().unwrap().contains("has parted"), "{refused:?}");
    drop(copy);
    assert_eq!(words(&disk, COPY), ["one", "two here", "three here", "four here"]);
}

#[test]
fn what_a_failed_sync_left_readable_is_written_again_before_it_is_vouched_for() {
    let disk = Arc::new(MemoryDisk::new());
    let mut leader = lead(&disk, LEADER, 1);
    write(&mut leader, &["one"]);
    let mut copy = replica(&disk);
    follow(&disk, LEADER, &mut copy);
    write(&mut leader, &["two"]);
    let mut tail = Tail::open_on(disk.clone(), Path::new(LEADER), copy.position());
    copy.take(&tail.poll().unwrap().unwrap(), &mut |_| {}).unwrap();
    let call = disk.calls() + 1;
    disk.fail(Some(Fault { call, error: ErrorKind::Other, lasts: false }));
    copy.sync().unwrap_err();
    drop(copy);
    let mut copy = replica(&disk);
    assert_eq!(copy.last_seq(), Seq(2));
    copy.sync().unwrap();
    drop(copy);
    for seed in 0..16u64 {
        let mut draws = seed;
        let found = disk.power_cut(&mut |below| {
            draws = draws.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (draws >> 33) % below
        });
        assert_eq!(words(&Arc::new(found), COPY), ["one", "two"]);
    }
}

#[test]
fn a_segment_that_was_never_begun_stops_neither_the_copy_nor_who_reads_it() {
    let disk = Arc::new(MemoryDisk::new());
    let mut leader = lead(&disk, LEADER, 1);
    write(&mut leader, &["one"]);
    leader.close().unwrap();
    let mut copy = replica(&disk);
    follow(&disk, LEADER, &mut copy);
    drop(copy);
    // Both disks were full when the next segment was to begin: the file is there, and nothing in it.
    for folder in [LEADER, COPY] {
        disk.put(&Path::new(folder).join("0000000001-0000000002.seg"), Vec::new());
    }
    let mut copy = replica(&disk);
    let mut tail = Tail::open_on(disk.clone(), Path::new(LEADER), copy.position());
    assert_eq!(tail.poll().unwrap(), None, "nothing was written since");
    let mut leader = lead(&disk, LEADER, 2);
    write(&mut leader, &["two"]);
    let piece = tail.poll().unwrap().expect("the new start is found behind the empty segment");
    assert_eq!(copy.take(&piece, &mut |_| {}).unwrap(), Taken::Continued);
    follow(&disk, LEADER, &mut copy);
    drop(copy);
    assert_eq!(words(&disk, COPY), ["one", "two"]);
    // A copy from nothing passes it over as well.
    let fresh = Path::new("/c/journal");
    let mut copy = Replica::open_on(disk.clone(), fresh, &mut |_| {}).unwrap();
    follow(&disk, LEADER, &mut copy);
    assert_eq!(copy.last_seq(), Seq(2));
}

#[test]
fn a_copy_whose_end_was_not_on_the_disk_is_torn_not_damaged() {
    let disk = Arc::new(MemoryDisk::new());
    let mut leader = lead(&disk, LEADER, 1);
    write(&mut leader, &["one"]);
    let mut copy = replica(&disk);
    follow(&disk, LEADER, &mut copy);
    // Each of these was durable there before the next one was written, and says so.
    write(&mut leader, &["two", "three"]);
    let mut tail = Tail::open_on(disk.clone(), Path::new(LEADER), copy.position());
    copy.take(&tail.poll().unwrap().unwrap(), &mut |_| {}).unwrap();
    drop(copy);
    // The power goes before the copy is synced: of both only the later one reached the disk.
    let file = Path::new(COPY).join("0000000001-0000000001.seg");
    let mut bytes = disk.read(&file, u64::MAX).unwrap();
    let two = bytes.windows(3).position(|word| word == b"two").unwrap();
    bytes[two] ^= 1;
    disk.put(&file, bytes);
    let mut copy = replica(&disk);
    assert_eq!(copy.last_seq(), Seq(1));
    follow(&disk, LEADER, &mut copy);
    drop(copy);
    assert_eq!(words(&disk, COPY), ["one", "two", "three"]);
}
