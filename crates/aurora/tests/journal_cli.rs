//! `aurora journal` as users run it, on a journal the desk itself wrote.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn aurora(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aurora"));
    command.current_dir(folder).env_clear().env("AURORA_SESSION_DIR", folder.join("session"));
    command.args(arguments).output().unwrap()
}

/// What it printed when it went well.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let output = aurora(folder, arguments);
    let (out, err) = (output.stdout, output.stderr);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&err));
    String::from_utf8(out).unwrap()
}

/// Its exit code and what it said when it did not.
fn refused(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = aurora(folder, arguments);
    assert!(!output.status.success(), "{arguments:?} went well");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Two starts of the desk, a market minute each.
fn desk() -> TempDir {
    let folder = TempDir::new().unwrap();
    for _ in 0..2 {
        let run = ["run", "--headless", "--inside", "--speed", "max", "--market-time", "60"];
        told(folder.path(), &[&run[..], &["--json", "--data", "data"]].concat());
    }
    folder
}

/// The newest segment that holds records.
fn newest(folder: &Path) -> PathBuf {
    folder.join("data/journal/0000000002-0000000001.seg")
}

#[test]
fn a_journal_is_verified_replayed_and_exported() {
    let folder = desk();
    let folder = folder.path();
    let verified = told(folder, &["journal", "verify", "data/journal", "--json"]);
    let verified: serde_json::Value = serde_json::from_str(&verified).unwrap();
    assert_eq!((&verified["ok"], &verified["torn_bytes"]), (&true.into(), &0.into()));
    assert_eq!(verified["records"], verified["marked"]);
    let records = usize::try_from(verified["records"].as_u64().unwrap()).unwrap();

    let lines = told(folder, &["journal", "export", "data/journal"]);
    assert_eq!(lines.lines().count(), records);
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    let export = ["journal", "export", "data/journal", "--format", "csv", "--out", "day.csv"];
    told(folder, &export);
    let table = std::fs::read_to_string(folder.join("day.csv")).unwrap();
    assert_eq!(table.lines().count(), records + 1);
    assert!(table.starts_with("seq,epoch,kind,at_ns,order,hash,record\n1,1,epoch,"), "{table}");
    let (code, said) = refused(folder, &export);
    assert_eq!((code, said.contains("day.csv")), (Some(4), true), "{said}");

    let untimed = |arguments: &[&str]| {
        let mut told: serde_json::Value = serde_json::from_str(&told(folder, arguments)).unwrap();
        assert!(0.0 < told["took_ms"].take().as_f64().unwrap());
        told
    };
    let as_before = untimed(&["replay", "data/journal", "--json"]);
    assert_eq!(untimed(&["journal", "replay", "data/journal", "--json"]), as_before);
}

#[test]
fn a_torn_tail_is_repaired_and_damage_is_not_touched() {
    let folder = desk();
    let folder = folder.path();
    let whole = std::fs::read(newest(folder)).unwrap();
    let said = told(folder, &["journal", "repair", "data/journal"]);
    assert!(said.starts_with("nothing to do: "), "{said}");

    let torn = [&whole[..], b"half a record"].concat();
    std::fs::write(newest(folder), torn).unwrap();
    let said = told(folder, &["journal", "verify", "data/journal"]);
    assert!(said.contains("13 bytes of an unfinished commit"), "{said}");
    let said = told(folder, &["journal", "repair", "data/journal"]);
    assert!(said.contains("13 bytes") && said.contains(".torn"), "{said}");
    assert_eq!(std::fs::read(newest(folder)).unwrap(), whole);

    let mut hurt = whole.clone();
    hurt[500] ^= 1;
    std::fs::write(newest(folder), &hurt).unwrap();
    for arguments in [
        &["journal", "verify", "data/journal"][..],
        &["journal", "repair", "data/journal"],
        &["journal", "export", "data/journal"],
    ] {
        let (code, said) = refused(folder, arguments);
        assert_eq!((code, said.contains("damaged at byte")), (Some(1), true), "{said}");
    }
    assert_eq!(std::fs::read(newest(folder)).unwrap(), hurt);
}

#[test]
fn a_desk_does_not_start_on_an_older_copy_of_its_journal() {
    let folder = desk();
    let folder = folder.path();
    std::fs::remove_file(newest(folder)).unwrap();
    let start = ["run", "--headless", "--inside", "--speed", "max", "--market-time", "1"];
    let (_, said) = refused(folder, &[&start[..], &["--data", "data"]].concat());
    assert!(said.contains("an older copy was put back"), "{said}");
}
