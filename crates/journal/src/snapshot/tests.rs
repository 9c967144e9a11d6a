use super::*;
use crate::disk::{Fault, MemoryDisk};
use crate::{Journal, Options};

const DIR: &str = "/data/journal";

/// A journal whose state is the sum of its one-byte payloads, with a snapshot after every tenth record.
fn journal(disk: &MemoryDisk, records: u8) -> Snapshots {
    let options = Options {
        segment_bytes: 600,
        reserve_bytes: 1,
        full_disk_bytes: 0,
        first_epoch: 1,
        exact_epoch: false,
    };
    let on: Arc<dyn Disk> = Arc::new(disk.clone());
    let snapshots = Snapshots::of_on(Arc::clone(&on), Path::new(DIR), 3);
    let (mut journal, _) = Journal::open_on(on, Path::new(DIR), options, &mut |_| ()).unwrap();
    let mut sum = 0u64;
    for n in 1..=records {
        journal.append(1, &[n]).unwrap();
        journal.commit().unwrap();
        sum += u64::from(n);
        if n % 10 == 0 {
            let after = Chain { seq: journal.durable(), head: journal.head_hash() };
            let state = sum.to_le_bytes().to_vec();
            snapshots.write(&Snapshot { after, state_hash: [n; 16], state }).unwrap();
        }
    }
    snapshots
}

/// The newest up to that record that a start would use.
fn newest(snapshots: &Snapshots, at_most: Seq) -> Option<Snapshot> {
    let mut listed = snapshots.list().unwrap().into_iter().rev().filter(|seq| *seq <= at_most);
    listed.find_map(|seq| snapshots.read(seq).unwrap().ok())
}

fn path(seq: u64) -> PathBuf {
    Path::new(DIR).join(file::name(Seq(seq)))
}

#[test]
fn the_newest_few_are_kept_and_the_newest_is_found() {
    let disk = MemoryDisk::new();
    let snapshots = journal(&disk, 57);
    assert_eq!(snapshots.list().unwrap(), [30, 40, 50].map(Seq));
    let last = newest(&snapshots, Seq(u64::MAX)).unwrap();
    assert_eq!((last.after.seq, last.state_hash), (Seq(50), [50; 16]));
    assert_eq!(last.state, (1..=50u64).sum::<u64>().to_le_bytes());
    assert_eq!(newest(&snapshots, Seq(49)).unwrap().after.seq, Seq(40));
    assert_eq!(newest(&snapshots, Seq(29)), None);
}

#[test]
fn a_snapshot_that_is_hurt_is_passed_over_whichever_bit_flips() {
    let disk = MemoryDisk::new();
    let snapshots = journal(&disk, 50);
    let whole = disk.read(&path(50), u64::MAX).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut hurt = whole.clone();
        hurt[bit / 8] ^= 1 << (bit % 8);
        assert!(file::decode(&hurt).is_err(), "bit {bit}");
    }
    for length in 0..whole.len() {
        assert_eq!(file::decode(&whole[..length]), Err(Unusable::Damaged), "cut to {length}");
    }
    disk.put(&path(50), whole[..whole.len() - 1].to_vec());
    assert_eq!(newest(&snapshots, Seq(u64::MAX)).unwrap().after.seq, Seq(40));
}

#[test]
fn why_a_snapshot_is_not_used_is_told() {
    let disk = MemoryDisk::new();
    let snapshots = journal(&disk, 50);
    let whole = disk.read(&path(50), u64::MAX).unwrap();
    let told = |bytes: Vec<u8>| {
        disk.put(&path(50), bytes);
        snapshots.read(Seq(50)).unwrap().map(|snapshot| snapshot.after.seq)
    };
    assert_eq!(told(whole.clone()), Ok(Seq(50)));
    let mut newer = whole.clone();
    newer[8] = 9;
    assert_eq!(told(newer), Err(Unusable::Version(9)));
    assert_eq!(told(whole[..99].to_vec()), Err(Unusable::Damaged));
    assert_eq!(told(disk.read(&path(40), u64::MAX).unwrap()), Err(Unusable::Damaged));
}

#[test]
fn a_snapshot_of_another_journal_is_passed_over() {
    let (disk, other) = (MemoryDisk::new(), MemoryDisk::new());
    let snapshots = journal(&disk, 50);
    let theirs = journal(&other, 60);
    let mut foreign = newest(&theirs, Seq(50)).unwrap();
    foreign.after.head.0[0] ^= 1;
    disk.put(&path(50), file::encode(&foreign));
    assert_eq!(newest(&snapshots, Seq(u64::MAX)).unwrap().after.seq, Seq(40));
    // A record the journal does not have.
    disk.put(&path(60), other.read(&path(60), u64::MAX).unwrap());
    assert_eq!(newest(&snapshots, Seq(u64::MAX)).unwrap().after.seq, Seq(40));
}

#[test]
fn whatever_fails_while_writing_the_snapshots_before_are_still_there() {
    for call in 1..=6 {
        let disk = MemoryDisk::new();
        let snapshots = journal(&disk, 50);
        let mut newer = newest(&snapshots, Seq(50)).unwrap();
        newer.state.push(0);
        let error = io::ErrorKind::Other;
        disk.fail(Some(Fault { call: disk.calls() + call, error, lasts: true }));
        assert!(snapshots.write(&newer).is_err(), "call {call}");
        for draw in 0..4 {
            let found = Snapshots::of_on(
                Arc::new(disk.power_cut(&mut |below| draw % below)),
                Path::new(DIR),
                3,
            );
            let seq = newest(&found, Seq(u64::MAX)).map(|snapshot| snapshot.after.seq);
            assert!([Some(Seq(40)), Some(Seq(50))].contains(&seq), "call {call}: {seq:?}");
        }
    }
}

#[test]
fn snapshots_of_a_journal_that_went_back_make_room_for_the_new_ones() {
    let disk = MemoryDisk::new();
    let snapshots = journal(&disk, 50);
    let mut after = newest(&snapshots, Seq(40)).unwrap();
    after.after.seq = Seq(35);
    snapshots.write(&after).unwrap();
    assert_eq!(snapshots.list().unwrap(), [30, 35].map(Seq));
}

#[test]
fn a_snapshot_that_was_removed_meanwhile_is_not_an_error() {
    let disk = MemoryDisk::new();
    let snapshots = journal(&disk, 50);
    disk.remove(&path(50)).unwrap();
    assert_eq!(snapshots.read(Seq(50)).unwrap(), Err(Unusable::Gone));
}
