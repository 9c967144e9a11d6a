use super::*;
use crate::fault;

fn subscribe(stage: &mut Stage, channel: &str) -> SocketId {
    let socket = stage.open("public");
    stage.say(
        socket,
        &format!(r#"{{"op":"subscribe","args":[{{"channel":"{channel}","instId":"{SWAP}"}}]}}"#),
    );
    socket
}

/// The exchange numbers the swap's book from its own start; the stories count from one.
const FIRST: u64 = 1_795_253_145_000_040;

fn number(id: &Value) -> String {
    match id.as_u64() {
        Some(id) => if FIRST < id { id - FIRST } else { id }.to_string(),
        None => id.to_string(),
    }
}

/// The pushes of a book channel: `action prev->id bids/asks`.
fn pushes(heard: &[Value]) -> Vec<String> {
    let of_book = heard.iter().filter(|push| push["data"][0]["bids"].is_array());
    let shown = of_book.map(|push| {
        let row = &push["data"][0];
        let sides = ["bids", "asks"].map(|side| row[side].as_array().unwrap().len());
        let action = push["action"].as_str().unwrap_or("whole");
        let [prev, id] = ["prevSeqId", "seqId"].map(|name| number(&row[name]));
        format!("{action} {prev}->{id} {}/{}", sides[0], sides[1])
    });
    shown.collect()
}

#[test]
fn a_snapshot_then_changes_each_named_by_the_one_before() {
    let mut stage = Stage::new();
    let socket = subscribe(&mut stage, "books");
    stage.level(2, Side::Buy, BEST_BID, 500);
    stage.level(3, Side::Sell, BEST_BID + 1, 0);
    stage.pass(200);
    stage.level(4, Side::Buy, BEST_BID - 50, 7);
    stage.pass(200);
    let heard = stage.heard(socket);
    assert_eq!(pushes(&heard), ["snapshot -1->1 20/20", "update 1->3 1/1", "update 3->4 1/0"]);
    assert_eq!(heard[0]["event"], "subscribe");
    let change = &heard[2]["data"][0];
    assert_eq!(change["asks"][0], serde_json::json!(["60000.1", "0", "0", "0"]));
    assert_eq!(change["checksum"], 0);
}

#[test]
fn a_late_listener_joins_the_same_sequence() {
    let mut stage = Stage::new();
    let first = subscribe(&mut stage, "books");
    stage.level(2, Side::Buy, BEST_BID, 500);
    let second = subscribe(&mut stage, "books");
    stage.level(3, Side::Buy, BEST_BID, 600);
    stage.pass(200);
    assert_eq!(
        pushes(&stage.heard(first)),
        ["snapshot -1->1 20/20", "update 1->2 1/0", "update 2->3 1/0"]
    );
    assert_eq!(pushes(&stage.heard(second)), ["snapshot -1->2 20/20", "update 2->3 1/0"]);
}

#[test]
fn without_the_opening_snapshot_the_rest_book_fits_between_the_changes() {
    let mut stage = Stage::new();
    stage.terms.book_snapshot = false;
    let socket = subscribe(&mut stage, "books");
    stage.level(2, Side::Buy, BEST_BID, 500);
    stage.pass(200);
    stage.level(3, Side::Buy, BEST_BID, 600);
    let asked = stage.rows(&format!("/api/v5/market/books?instId={SWAP}&sz=400"));
    stage.pass(200);
    stage.level(4, Side::Buy, BEST_BID, 700);
    stage.pass(200);
    assert_eq!(
        pushes(&stage.heard(socket)),
        ["update 1->2 1/0", "update 2->3 1/0", "update 3->4 1/0"]
    );
    assert_eq!(number(&asked[0]["seqId"]), "3");
}

#[test]
fn a_quiet_book_says_so_once_a_minute() {
    let mut stage = Stage::new();
    let socket = subscribe(&mut stage, "books");
    stage.say(socket, "ping");
    stage.pass(29_000);
    stage.say(socket, "ping");
    stage.pass(29_000);
    stage.say(socket, "ping");
    stage.pass(5_000);
    assert_eq!(pushes(&stage.heard(socket)), ["snapshot -1->1 20/20", "update 1->1 0/0"]);
}

#[test]
fn a_restart_of_the_book_service_numbers_anew_and_names_the_old_number_once() {
    let mut stage = Stage::new();
    let socket = subscribe(&mut stage, "books");
    stage.level(2, Side::Buy, BEST_BID, 500);
    stage.pass(200);
    stage.faults.restarts_books = true;
    stage.pass(20);
    stage.level(3, Side::Buy, BEST_BID, 600);
    stage.pass(200);
    stage.level(4, Side::Buy, BEST_BID, 700);
    stage.pass(200);
    let want = ["snapshot -1->1 20/20", "update 1->2 1/0", "update 2->1 1/0", "update 1->2 1/0"];
    assert_eq!(pushes(&stage.heard(socket)), want);
}

#[test]
fn five_levels_and_the_touch_come_whole() {
    let mut stage = Stage::new();
    let (five, touch) = (subscribe(&mut stage, "books5"), subscribe(&mut stage, "bbo-tbt"));
    stage.level(2, Side::Buy, BEST_BID - 10, 5);
    stage.pass(200);
    stage.level(3, Side::Buy, BEST_BID, 0);
    stage.pass(200);
    let want = |depth: usize| ["1", "3"].map(|id| format!("whole null->{id} {depth}/{depth}"));
    assert_eq!(pushes(&stage.heard(five)), want(5));
    assert_eq!(pushes(&stage.heard(touch)), want(1));
}

#[test]
fn faults_break_the_sequence_where_a_listener_must_notice() {
    for (what, want) in [
        ("gap", vec!["snapshot -1->1 20/20", "update 2->3 1/0"]),
        (
            "duplicate",
            vec!["snapshot -1->1 20/20", "update 1->2 1/0", "update 1->2 1/0", "update 2->3 1/0"],
        ),
        ("reorder", vec!["snapshot -1->1 20/20", "update 2->3 1/0", "update 1->2 1/0"]),
    ] {
        let mut stage = Stage::new();
        let socket = subscribe(&mut stage, "books");
        let text = format!(
            r#"{{"rules":[{{"what":"{what}","where":{{"topic":"books"}},"when":{{"times":1}}}}]}}"#
        );
        for rule in fault::parse(&text).unwrap() {
            stage.sockets.faults.rules.push(fault::Armed::new(
                fault::RuleId(1),
                rule,
                7,
                stage.now,
            ));
        }
        for (id, qty) in [(2, 500), (3, 600)] {
            stage.level(id, Side::Buy, BEST_BID, qty);
            stage.pass(200);
        }
        assert_eq!(pushes(&stage.heard(socket)), want, "{what}");
    }
}
