//! kill -9 while writing: what the writer was told is durable is there after every restart.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use aurora_journal::{Journal, JournalThread, Options, Reader, verify};

const DIR: &str = "AURORA_TEST_JOURNAL";

/// The process that is killed: this test again, with a folder to write to.
#[test]
fn the_writer() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let options = Options {
        segment_bytes: 1 << 16,
        reserve_bytes: 1 << 14,
        full_disk_bytes: 1 << 16,
        first_epoch: 1,
        exact_epoch: false,
    };
    let (mut journal, recovered) =
        Journal::open_with(Path::new(&dir), options, &mut |_| ()).unwrap();
    journal.prepare_ahead().unwrap();
    let mut thread = JournalThread::spawn(journal, |commit| {
        let line = format!("durable {}\n", commit.unwrap().seq);
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    })
    .unwrap();
    for n in recovered.last_seq.0 + 1.. {
        thread.append(1, format!("{{\"n\":{n}}}").as_bytes()).unwrap();
        thread.request_commit().unwrap();
        // A few commits ahead of the disk, as a desk is.
        while thread.durable().0 + 50 < n {
            std::thread::yield_now();
        }
    }
}

#[test]
fn nothing_durable_is_lost_however_often_the_writer_is_killed() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("journal");
    let mut promised = 0;
    for round in 1..=20usize {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["the_writer", "--exact", "--nocapture"])
            .env(DIR, &dir)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut heard = BufReader::new(writer.stderr.take().unwrap()).lines();
        let durable = |line: String| line.strip_prefix("durable ").map(|seq| seq.parse().unwrap());
        // Killed after another number of commits each time.
        let seen = heard.by_ref().filter_map(|line| durable(line.unwrap())).take(round * 3);
        promised = seen.last().unwrap();
        writer.kill().unwrap();
        writer.wait().unwrap();
        promised = heard.filter_map(|line| durable(line.ok()?)).last().unwrap_or(promised);

        let report = verify(&dir).unwrap();
        assert!(report.damage.is_none(), "round {round}: {report:?}");
        assert!(promised <= report.last_seq.0, "round {round}: {promised} of {}", report.last_seq);
    }
    let records: Vec<_> = Reader::open(&dir).unwrap().map(Result::unwrap).collect();
    assert!(promised <= records.len() as u64);
    for (n, record) in (1..).zip(&records) {
        assert_eq!(
            (record.seq.0, record.payload.as_slice()),
            (n, format!("{{\"n\":{n}}}").as_bytes())
        );
    }
    assert_eq!(records.last().map(|record| record.epoch), Some(20));
}
