//! Snapshots of the real desk: a start from one stands where the whole journal leads.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::probe::{Folder, journal, run_to_end};

const CONFIG: &str = "journal:\n  snapshot_records: 40\n  snapshots_kept: 2\n  checkpoint_s: 5\n";

/// A desk that has run twice and keeps snapshots.
fn desk() -> (Folder, String) {
    let folder = Folder::new();
    let config = folder.path().join("aurora.yaml");
    std::fs::write(&config, CONFIG).unwrap();
    let config = config.display().to_string();
    for _ in 0..2 {
        run_to_end(&folder, &["--config", &config, "--speed", "max", "--market-time", "60"]);
    }
    (folder, config)
}

fn snapshots(folder: &Folder) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path().join("data/journal")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "snap")).collect();
    paths.sort();
    paths
}

fn replay(folder: &Folder, arguments: &[&str]) -> (Value, String) {
    let (code, out, err) = journal(folder, &[&["replay", "--json"], arguments].concat());
    assert_eq!(code, Some(0), "{err}");
    (serde_json::from_str(&out).unwrap(), err)
}

fn hurt(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_start_from_a_snapshot_stands_where_the_whole_journal_leads() {
    let (folder, config) = desk();
    assert_eq!(snapshots(&folder).len(), 2, "the newest two are kept");
    let (whole, _) = replay(&folder, &["--config", &config]);
    let (short, said) = replay(&folder, &["--config", &config, "--snapshot"]);
    assert_eq!((whole["state_hash"].clone(), said.as_str()), (short["state_hash"].clone(), ""));
    assert_eq!(whole["from_snapshot"], 0);
    assert!(0 < short["from_snapshot"].as_u64().unwrap());
    assert!(10 < whole["fills"].as_u64().unwrap(), "{whole}");

    let (code, out, err) = journal(&folder, &["verify", "--deep", "--config", &config]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("and 2 snapshots come out the same"), "{out}");
    assert!(out.contains(whole["state_hash"].as_str().unwrap()), "{out}");

    // Another configuration may lead elsewhere: the snapshots are passed over, and it is said.
    let (other, said) = replay(&folder, &["--snapshot"]);
    assert_eq!(other["from_snapshot"], 0);
    assert_eq!(said.matches("made with other instruments, limits or gates").count(), 2, "{said}");
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_one_before_and_verify_names_it() {
    let (folder, config) = desk();
    let taken = snapshots(&folder);
    let (whole, _) = replay(&folder, &["--config", &config]);
    for (hurt_now, left) in taken.iter().rev().zip([1, 0]) {
        hurt(hurt_now);
        let (short, said) = replay(&folder, &["--config", &config, "--snapshot"]);
        assert_eq!(short["state_hash"], whole["state_hash"]);
        assert_eq!(short["from_snapshot"] == 0, left == 0);
        assert!(said.contains("is not used: it is damaged"), "{said}");
    }
    let (code, _, err) = journal(&folder, &["verify", "--deep", "--config", &config]);
    assert_eq!(code, Some(1));
    assert_eq!(err.matches("it is damaged").count(), 2, "{err}");
    // A start says so too, and goes on.
    run_to_end(&folder, &["--config", &config, "--speed", "max", "--market-time", "5"]);
}
