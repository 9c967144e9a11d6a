//! Writing, starting again, mirroring and proving.

use std::fs::{self, OpenOptions};
use std::io::Write;

use super::stage::{SECOND, Stage, entry};
use aurora_audit::{ANCHOR_EVERY_NS, AuditThread, START, Why, Writer};
use aurora_audit_verify::{Audit, check, consistency, prove};

fn verified(stage: &Stage) -> Audit {
    Audit::verify(&stage.folder(), Some(&stage.mirror()), None).unwrap()
}

#[test]
fn several_runs_are_one_chain() {
    let stage = Stage::new();
    for records in [1, 7, 2_500] {
        stage.run(records, 100).anchor(SECOND, Why::Close).unwrap();
    }
    let report = verified(&stage).report;
    assert_eq!((report.records, report.behind_the_last_root), (2_508, 0));
    assert_eq!(report.mirrored, Some(report.roots));
    assert_eq!(stage.files().len(), 3);
}

#[test]
fn a_killed_run_leaves_an_unfinished_line_that_the_next_start_moves_aside() {
    let stage = Stage::new();
    drop(stage.run(25, 10));
    let newest = stage.files().pop().unwrap();
    OpenOptions::new().append(true).open(&newest).unwrap().write_all(b"{\"seq\":26,\"at").unwrap();
    let report = verified(&stage).report;
    assert_eq!((report.behind_the_last_root, report.unfinished_bytes), (5, 13));

    let (_, opened) = Writer::open(&stage.settings()).unwrap();
    assert_eq!((opened.records, opened.journal, opened.torn_bytes), (25, 50, 13));
    assert_eq!(opened.public_key, report.key);
    assert_eq!(fs::read(newest.with_extension("torn")).unwrap(), b"{\"seq\":26,\"at");
    drop(stage.run(5, 5));
    assert_eq!(verified(&stage).report.records, 30);
}

#[test]
fn a_start_finds_what_the_one_before_it_wrote_about_itself() {
    let stage = Stage::new();
    assert!(Writer::open(&stage.settings()).unwrap().1.previous.is_none());
    for run in 1..=3 {
        let mut writer = stage.run(1, 9);
        let body = serde_json::value::to_raw_value(&run).unwrap();
        writer.append(&aurora_audit::Entry { kind: START, body, ..entry(1) }).unwrap();
        for n in 0..20 {
            writer.append(&entry(n)).unwrap();
        }
        writer.anchor(SECOND, Why::Close).unwrap();
    }
    drop(stage.run(30, 7));
    let previous = Writer::open(&stage.settings()).unwrap().1.previous;
    assert_eq!(previous.unwrap().get(), "3");
}

#[test]
fn a_start_refuses_a_folder_whose_tail_was_cut_or_whose_roots_were() {
    let stage = Stage::new();
    drop(stage.run(25, 10));
    let newest = stage.files().pop().unwrap();
    let whole = fs::read_to_string(&newest).unwrap();
    let cut: String = whole.split_inclusive('\n').take(15).collect();
    fs::write(&newest, cut).unwrap();
    let refused = Writer::open(&stage.settings()).unwrap_err().to_string();
    assert!(refused.contains("signed are gone or edited"), "{refused}");

    fs::write(&newest, whole).unwrap();
    let roots = stage.folder().join("roots.jsonl");
    let first =
        fs::read_to_string(&roots).unwrap().split_inclusive('\n').next().unwrap().to_owned();
    fs::write(&roots, first).unwrap();
    let refused = Writer::open(&stage.settings()).unwrap_err().to_string();
    assert!(refused.contains("has 2 roots"), "{refused}");
}

#[test]
fn a_start_refuses_signed_records_it_cannot_read_and_leaves_them_where_they_are() {
    let stage = Stage::new();
    drop(stage.run(10, 10));
    drop(stage.run(25, 10));
    let newest = stage.files().pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    bytes[0] ^= 1;
    fs::write(&newest, &bytes).unwrap();
    let refused = Writer::open(&stage.settings()).unwrap_err().to_string();
    assert!(refused.contains("signed are gone or edited"), "{refused}");
    assert_eq!(fs::read(&newest).unwrap(), bytes);
    assert!(!newest.with_extension("torn").exists());
}

#[test]
fn a_start_refuses_a_folder_whose_signed_file_is_gone_though_a_newer_one_is_there() {
    for (runs, gone) in [(2, 0), (3, 1)] {
        let stage = Stage::new();
        for _ in 1..runs {
            stage.run(10, 10);
        }
        // Nothing of the newest run is signed.
        drop(stage.run(5, 10));
        fs::remove_file(&stage.files()[gone]).unwrap();
        let refused = Writer::open(&stage.settings()).unwrap_err().to_string();
        assert!(refused.contains("is not what was written"), "{refused}");
        assert_eq!(stage.files().len(), runs - 1);
    }
}

#[test]
fn where_the_journal_was_told_to_goes_back_with_the_journal() {
    let stage = Stage::new();
    let told = |kind, journal, epoch: Option<u32>| {
        let body = serde_json::json!({ "epoch": epoch });
        let body = serde_json::value::to_raw_value(&body).unwrap();
        aurora_audit::Entry { kind, journal: Some(journal), body, ..entry(1) }
    };
    let opened = |entries: &[aurora_audit::Entry]| {
        let (mut writer, _) = Writer::open(&stage.settings()).unwrap();
        for entry in entries {
            writer.append(entry).unwrap();
        }
        writer.flush().unwrap();
        let opened = Writer::open(&stage.settings()).unwrap().1;
        (opened.journal, opened.epoch)
    };
    assert_eq!(opened(&[told(START, 0, Some(1)), told("epoch", 1, Some(1))]), (1, 1));
    assert_eq!(opened(&[told("intent", 120, None)]), (120, 1));
    // The power went, and with it what the disk did not have.
    assert_eq!(opened(&[told(START, 100, Some(2))]), (100, 2));
    // A run that ended before it could tell of its start told what came before.
    assert_eq!(opened(&[told("epoch", 101, Some(3)), told("intent", 102, None)]), (102, 3));
    assert_eq!(opened(&[]), (102, 3));
}

#[test]
fn what_no_sync_vouches_for_is_written_once_more() {
    let stage = Stage::new();
    drop(stage.run(25, 10));
    let files = [stage.files().pop().unwrap(), stage.folder().join("roots.jsonl")];
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    for path in &files {
        OpenOptions::new().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    Writer::open(&stage.settings()).unwrap();
    for path in &files {
        assert_ne!(fs::metadata(path).unwrap().modified().unwrap(), long_ago, "{}", path.display());
    }
    assert_eq!(verified(&stage).report.behind_the_last_root, 5);
}

#[test]
fn a_mirror_that_comes_back_empty_gets_everything_again() {
    for is_told in [true, false] {
        let stage = Stage::new();
        let mut writer = stage.run(30, 10);
        fs::remove_dir_all(stage.mirror()).unwrap();
        if is_told {
            writer.append(&entry(31)).unwrap();
            writer.anchor(SECOND, Why::Time).unwrap();
            assert!(writer.mirror_problem().is_some());
        }
        fs::create_dir(stage.mirror()).unwrap();
        writer.append(&entry(32)).unwrap();
        writer.anchor(2 * SECOND, Why::Time).unwrap();
        assert!(writer.mirror_problem().is_none());
        let report = verified(&stage).report;
        assert_eq!(report.mirrored, Some(report.roots));
    }
}

#[test]
fn a_mirror_that_comes_back_with_other_roots_is_left_alone() {
    let (stage, other) = (Stage::new(), Stage::new());
    let mut writer = stage.run(30, 10);
    drop(other.run(20, 10));
    fs::remove_dir_all(stage.mirror()).unwrap();
    fs::rename(other.mirror(), stage.mirror()).unwrap();
    let theirs = fs::read(stage.mirror().join("roots.jsonl")).unwrap();
    writer.append(&entry(31)).unwrap();
    writer.anchor(SECOND, Why::Time).unwrap();
    let problem = writer.mirror_problem().unwrap().to_string();
    assert!(problem.contains("not the same as the folder's"), "{problem}");
    assert_eq!(fs::read(stage.mirror().join("roots.jsonl")).unwrap(), theirs);
}

#[test]
fn a_mirror_that_was_away_is_caught_up() {
    let stage = Stage::new();
    let mut writer = stage.run(10, 10);
    fs::rename(stage.mirror(), stage.mirror().with_extension("away")).unwrap();
    fs::write(stage.mirror(), "a file where a folder was").unwrap();
    writer.append(&entry(11)).unwrap();
    writer.anchor(SECOND, Why::Time).unwrap();
    fs::remove_file(stage.mirror()).unwrap();
    fs::rename(stage.mirror().with_extension("away"), stage.mirror()).unwrap();
    writer.append(&entry(12)).unwrap();
    writer.anchor(2 * SECOND, Why::Time).unwrap();
    assert_eq!(verified(&stage).report.mirrored, Some(3));
}

#[test]
fn roots_are_due_by_number_by_age_and_by_the_hour() {
    let stage = Stage::new();
    let (mut writer, _) = Writer::open(&stage.settings()).unwrap();
    let at = 10 * 3_600 * SECOND + 60 * SECOND;
    assert_eq!(writer.due(at), None);
    writer.append(&entry(1)).unwrap();
    assert_eq!(writer.due(at), Some(Why::Start));
    writer.anchor(at, Why::Start).unwrap();
    assert_eq!(writer.due(at + ANCHOR_EVERY_NS), None, "nothing new");
    assert_eq!(writer.due(at + 3_600 * SECOND), Some(Why::Hour), "once an hour even so");
    writer.append(&entry(2)).unwrap();
    assert_eq!(writer.due(at + ANCHOR_EVERY_NS - 1), None);
    assert_eq!(writer.due(at + ANCHOR_EVERY_NS), Some(Why::Time));
    for n in 3..=1_001 {
        assert_eq!(writer.due(at), None);
        writer.append(&entry(n)).unwrap();
    }
    assert_eq!(writer.due(at), Some(Why::Records));
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_roots_from_being_signed() {
    let stage = Stage::new();
    let (mut writer, _) = Writer::open(&stage.settings()).unwrap();
    let at = 10 * 3_600 * SECOND;
    writer.append(&entry(1)).unwrap();
    writer.anchor(at, Why::Start).unwrap();
    writer.append(&entry(2)).unwrap();
    assert_eq!(writer.due(at - 7_200 * SECOND), Some(Why::Time));
    writer.anchor(at - 7_200 * SECOND, Why::Time).unwrap();
    writer.append(&entry(3)).unwrap();
    assert_eq!(writer.due(at - 7_199 * SECOND), None);
}

#[test]
fn a_record_about_several_orders_is_in_the_proof_of_each() {
    let stage = Stage::new();
    let mut writer = stage.run(2, 9);
    let sweep = aurora_audit::Entry {
        kind: "report",
        order: None,
        also: vec!["A00000001".into(), "A00000077".into()],
        ..entry(3)
    };
    writer.append(&sweep).unwrap();
    writer.anchor(SECOND, Why::Close).unwrap();
    let audit = verified(&stage);
    for (subject, records) in [("A00000001", 2), ("A00000077", 1), ("A00000002", 1)] {
        let proof = prove(&audit, subject).unwrap();
        assert_eq!(check(&proof, None).unwrap().records.len(), records, "{subject}");
    }
    let mut forged = prove(&audit, "A00000077").unwrap();
    forged["subject"] = "A0000007".into();
    let told = check(&forged, None).unwrap_err().to_string();
    assert_eq!(told, "record 3 is not about A0000007");
}

#[test]
fn every_order_and_every_denial_is_proved_without_the_folder() {
    let stage = Stage::new();
    drop(stage.run(130, 7));
    let audit = verified(&stage);
    for n in 1..=126 {
        let subject = if n % 3 == 0 { format!("d-{n}") } else { format!("A{n:08}") };
        let proof = prove(&audit, &subject).unwrap();
        let checked = check(&proof, Some(&audit.report.key)).unwrap();
        assert_eq!(checked.records.len(), 1);
        assert!(n % 3 != 0 || checked.records[0].contains("NOTIONAL_CAP"));
        let text = proof.to_string();
        for (was, is) in
            [("BTCUSDT", "ETHUSDT"), ("\"seq\\\":", "\"seq\\\":1"), ("\"why\\\":", "\"w\\\":")]
        {
            let forged = serde_json::from_str(&text.replace(was, is)).unwrap();
            assert!(check(&forged, None).is_err(), "{was} became {is}");
        }
        assert!(check(&proof, Some(&"0".repeat(64))).is_err());
    }
    let unknown = prove(&audit, "A00000130").unwrap_err().to_string();
    assert!(unknown.contains("no root covers record 130 yet"), "{unknown}");
    assert!(prove(&audit, "A99").is_err());
}

#[test]
fn any_root_is_shown_to_add_to_any_older_one() {
    let stage = Stage::new();
    drop(stage.run(90, 7));
    let audit = verified(&stage);
    for old in 1..=audit.report.roots {
        for new in old..=audit.report.roots {
            let proof = consistency(&audit, old, new).unwrap();
            let checked = check(&proof, None).unwrap();
            assert_eq!((checked.adds_to, checked.size), (Some(7 * old), 7 * new));
            let mut forged = proof.clone();
            forged["path"].as_array_mut().unwrap().push(serde_json::json!("00".repeat(32)));
            assert!(check(&forged, None).is_err());
        }
    }
    assert!(consistency(&audit, 2, 1).is_err());
    assert!(consistency(&audit, 0, 1).is_err());
    assert!(consistency(&audit, 1, 99).is_err());
}

#[test]
fn the_thread_writes_everything_it_was_given() {
    let stage = Stage::new();
    let (writer, _) = Writer::open(&stage.settings()).unwrap();
    let thread = AuditThread::spawn(writer, || SECOND, entry).unwrap();
    for n in 1..=20_000 {
        thread.append(n).unwrap();
    }
    assert!(thread.writes());
    let closed = thread.close().unwrap();
    assert_eq!((closed.records, closed.anchored), (20_000, 20_000));
    assert_eq!(verified(&stage).report.records, 20_000);
}

#[test]
fn a_thread_that_cannot_write_says_so_and_loses_nothing() {
    let stage = Stage::new();
    let (writer, _) = Writer::open(&stage.settings()).unwrap();
    // The folder is gone before its first file is made.
    fs::rename(stage.folder(), stage.folder().with_extension("away")).unwrap();
    let thread = AuditThread::spawn(writer, || SECOND, entry).unwrap();
    thread.append(1).unwrap();
    while thread.writes() {
        std::thread::yield_now();
    }
    thread.append(2).unwrap();
    assert!(thread.problem().unwrap().starts_with("cannot create"), "{:?}", thread.problem());
    fs::rename(stage.folder().with_extension("away"), stage.folder()).unwrap();
    while !thread.writes() {
        std::thread::yield_now();
    }
    thread.append(3).unwrap();
    assert_eq!(thread.close().unwrap().anchored, 3);
    assert_eq!(verified(&stage).report.records, 3);
}
