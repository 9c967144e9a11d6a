//! Whatever is edited in what a root covers, the verifier says so. `AURORA_AUDIT_EDITS=10000` for the full count.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::stage::{SECOND, Stage, entry};
use aurora_audit::{AuditKey, Settings, Why, Writer};
use aurora_audit_verify::Audit;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// What a folder holds, by file name.
type Files = BTreeMap<String, Vec<u8>>;

/// One edit; false when it changed nothing.
type Edit = fn(&mut ChaCha8Rng, &mut Files) -> bool;

const EDITS: [(&str, Edit); 12] = [
    ("a bit is flipped in a record", |rng, files| {
        let name = record_file(rng, files);
        flip(rng, files.get_mut(&name).unwrap())
    }),
    ("a bit is flipped in a root", |rng, files| flip(rng, files.get_mut("roots.jsonl").unwrap())),
    ("a bit is flipped in the public key", |rng, files| {
        flip(rng, files.get_mut("key.pub").unwrap())
    }),
    ("a record is deleted", |rng, files| {
        on_lines(rng, files, |rng, lines| {
            lines.remove(rng.random_range(0..lines.len()));
        })
    }),
    ("two records change places", |rng, files| {
        on_lines(rng, files, |rng, lines| {
            let (one, other) = (rng.random_range(0..lines.len()), rng.random_range(0..lines.len()));
            lines.swap(one, other);
        })
    }),
    ("a record is inserted", |rng, files| {
        on_lines(rng, files, |rng, lines| {
            let copy = lines[rng.random_range(0..lines.len())].clone();
            lines.insert(rng.random_range(0..lines.len()), copy);
        })
    }),
    ("bytes are inserted", |rng, files| {
        let bytes = records(rng, files);
        let at = rng.random_range(0..bytes.len());
        let some: Vec<u8> = (0..rng.random_range(1..9)).map(|_| rng.random()).collect();
        bytes.splice(at..at, some);
        true
    }),
    ("a file is truncated", |rng, files| {
        let bytes = records(rng, files);
        bytes.truncate(rng.random_range(0..bytes.len()));
        true
    }),
    ("a file is removed", |rng, files| {
        let name = record_file(rng, files);
        files.remove(&name).is_some()
    }),
    ("two files change places", |rng, files| {
        let (one, other) = (record_file(rng, files), record_file(rng, files));
        let (a, b) = (files[&one].clone(), files[&other].clone());
        files.insert(one.clone(), b);
        files.insert(other.clone(), a);
        one != other
    }),
    ("a record is edited and the chain made anew behind it", |rng, files| {
        edit_a_record(rng, files);
        rechain(files);
        true
    }),
    ("a root is deleted", |rng, files| {
        let roots = files.get_mut("roots.jsonl").unwrap();
        let mut lines = lines(roots);
        // The last one is what a mirror is for.
        lines.remove(rng.random_range(0..lines.len() - 1));
        *roots = lines.concat();
        true
    }),
];

fn edits() -> usize {
    std::env::var("AURORA_AUDIT_EDITS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

// Controls: C27
#[test]
fn every_edit_is_found() {
    let stage = Stage::new();
    for records in [40, 70, 30] {
        stage.run(records, 9).anchor(SECOND, Why::Close).unwrap();
    }
    let good = read(&stage.folder());
    let copy = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..edits() {
        let (what, edit) = EDITS[round % EDITS.len()];
        let mut files = good.clone();
        while !edit(&mut rng, &mut files) || files == good {
            files.clone_from(&good);
        }
        write(copy.path(), &files);
        assert!(Audit::verify(copy.path(), None, None).is_err(), "round {round}: {what} unseen");
        *found.entry(what).or_default() += 1;
    }
    write(copy.path(), &good);
    Audit::verify(copy.path(), Some(&stage.mirror()), None).expect("the good folder is good");
    for (what, times) in found {
        eprintln!("{times:>6} found: {what}");
    }
}

#[test]
fn the_mirror_shows_what_the_stolen_key_can_hide() {
    let stage = Stage::new();
    drop(stage.run(50, 10));
    let key = stage.settings().key;
    let mirror = Some(stage.mirror());
    // Everything written anew with the right key: one record left out.
    let forged = tempfile::tempdir().unwrap();
    let settings = Settings { folder: forged.path().to_owned(), key: key.clone(), mirror: None };
    let (mut writer, _) = Writer::open(&settings).unwrap();
    for n in (1..=51).filter(|n| *n != 17) {
        let seq = writer.append(&entry(n)).unwrap();
        if seq % 10 == 0 {
            writer.anchor(i64::try_from(seq).unwrap() * SECOND, Why::Records).unwrap();
        }
    }
    writer.flush().unwrap();
    let public = AuditKey::load_or_create(&key).unwrap().public();
    Audit::verify(forged.path(), None, Some(&public)).expect("alone it looks whole");
    let told = Audit::verify(forged.path(), mirror.as_deref(), None).unwrap_err().to_string();
    assert_eq!(told, "the mirror has another root 2: the folder was written anew");

    // The tail cut together with its roots.
    let mut files = read(&stage.folder());
    let roots = files.get_mut("roots.jsonl").unwrap();
    *roots = lines(roots)[..3].concat();
    let (_, records) = files.iter_mut().next().unwrap();
    *records = lines(records)[..30].concat();
    let cut = tempfile::tempdir().unwrap();
    write(cut.path(), &files);
    Audit::verify(cut.path(), None, None).expect("alone it looks whole");
    let told = Audit::verify(cut.path(), mirror.as_deref(), None).unwrap_err().to_string();
    assert_eq!(told, "the mirror knows root 4, the folder ends before it: its tail was cut");
}

#[test]
fn another_key_is_not_the_one_you_know() {
    let stage = Stage::new();
    drop(stage.run(20, 10));
    let public = AuditKey::load_or_create(&stage.settings().key).unwrap().public();
    let forger = Stage::new();
    drop(forger.run(20, 10));
    Audit::verify(&forger.folder(), None, None).expect("whole by itself");
    let told = Audit::verify(&forger.folder(), None, Some(&public)).unwrap_err().to_string();
    assert!(told.contains("not the key that must have signed"), "{told}");
}

#[test]
fn the_first_bad_record_is_named() {
    let stage = Stage::new();
    drop(stage.run(30, 10));
    let path = stage.files().pop().unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let told = |text: String| {
        fs::write(&path, text).unwrap();
        Audit::verify(&stage.folder(), None, None).unwrap_err().to_string()
    };
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(
        told(good.replace("\"seq\":12,\"at\":12", "\"seq\":12,\"at\":13")),
        format!("record 12 is not what record 13 was chained to, in {name}")
    );
    let without: String =
        good.split_inclusive('\n').filter(|l| !l.contains("\"seq\":7,")).collect();
    assert_eq!(told(without), format!("record 7 is missing in {name}: there is 8"));
    let cut: String = good.split_inclusive('\n').take(28).collect();
    assert_eq!(told(cut), "records 29 to 30 were signed and are gone");
}

fn flip(rng: &mut ChaCha8Rng, bytes: &mut [u8]) -> bool {
    let at = rng.random_range(0..bytes.len());
    bytes[at] ^= 1 << rng.random_range(0..8);
    true
}

fn record_file(rng: &mut ChaCha8Rng, files: &Files) -> String {
    let names: Vec<&String> = files.keys().filter(|name| name.starts_with('0')).collect();
    names[rng.random_range(0..names.len())].clone()
}

fn records<'a>(rng: &mut ChaCha8Rng, files: &'a mut Files) -> &'a mut Vec<u8> {
    let name = record_file(rng, files);
    files.get_mut(&name).unwrap()
}

fn on_lines(
    rng: &mut ChaCha8Rng,
    files: &mut Files,
    act: fn(&mut ChaCha8Rng, &mut Vec<Vec<u8>>),
) -> bool {
    let bytes = records(rng, files);
    let mut all = lines(bytes);
    act(rng, &mut all);
    let changed = all.concat();
    let differs = changed != *bytes;
    *bytes = changed;
    differs
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// One denial becomes an allowance, or the other way round.
fn edit_a_record(rng: &mut ChaCha8Rng, files: &mut Files) {
    let bytes = records(rng, files);
    let mut all = lines(bytes);
    let line = rng.random_range(0..all.len());
    let text = String::from_utf8(all[line].clone()).unwrap();
    let other = match text.contains("\"allow\":true") {
        true => text.replace("\"allow\":true", "\"allow\":false"),
        false => text.replace("\"allow\":false", "\"allow\":true"),
    };
    all[line] = other.into_bytes();
    *bytes = all.concat();
}

/// What a clever editor does: every record behind names the hash of the one before it again.
fn rechain(files: &mut Files) {
    let mut prev = "0".repeat(64);
    for (_, bytes) in files.iter_mut().filter(|(name, _)| name.starts_with('0')) {
        let all = lines(bytes).into_iter().map(|line| {
            let mut line = String::from_utf8(line).unwrap();
            let at = line.find("\"prev\":\"").unwrap() + 8;
            line.replace_range(at..at + 64, &prev);
            let hash = Sha256::new().chain_update([0]).chain_update(line.trim_end()).finalize();
            prev = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            line.into_bytes()
        });
        *bytes = all.collect::<Vec<_>>().concat();
    }
}

fn read(folder: &Path) -> Files {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), bytes)
    };
    paths.map(named).collect()
}

fn write(folder: &Path, files: &Files) {
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}
