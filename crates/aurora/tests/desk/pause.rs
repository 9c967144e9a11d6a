//! The process is stopped and goes on: nothing from before leaves, and a person decides.

use std::time::{Duration, Instant};

use super::probe::{Desk, Folder, records};

const SECOND_NS: i64 = 1_000_000_000;

#[test]
fn a_desk_that_stood_still_holds_before_anything_leaves() {
    let folder = Folder::new();
    let desk = Desk::start_wary(&folder, &["--inside"]);
    desk.wait_for("it trades", |desk| desk.state().0 == "RUN");
    desk.signal("-STOP");
    let stopped = Instant::now();
    while stopped.elapsed() < Duration::from_secs(3) {
        std::thread::park_timeout(Duration::from_secs(3) - stopped.elapsed());
    }
    desk.signal("-CONT");
    desk.wait_for("it holds", |desk| desk.state() == ("HOLD".into(), "PAUSE".into()));
    assert!(desk.get("/metrics").contains("startup_block_events_total"));
    assert_eq!(desk.stop(), Some(0));

    let records: Vec<_> = records(&folder).collect();
    let held = records.iter().position(|record| record["cause"] == "PAUSE").unwrap();
    let at = |place: usize| records[place]["at"].as_i64().unwrap();
    let reason = records[held]["reason"].as_str().unwrap();
    assert!(reason.starts_with("the process stood still for"), "{reason}");
    let sent_since = (0..records.len())
        .filter(|place| records[*place]["kind"] == "sent" && at(held) - 2 * SECOND_NS < at(*place));
    assert_eq!(sent_since.count(), 0, "an order left between the stop and HOLD, or after it");
}
