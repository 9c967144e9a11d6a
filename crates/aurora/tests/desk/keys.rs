//! A key that may move money out is no key to trade with.

use serde_json::json;

use super::probe::{Desk, Folder};
use super::sims::Sims;

#[test]
fn a_key_that_may_withdraw_keeps_the_desk_in_hold() {
    let folder = Folder::new();
    let sims = Sims::start(&["okx", "bybit"]);
    let arguments = sims.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for venue in 0..2 {
        assert!(sims.fault(venue, &json!({"what": "key_may_withdraw"})));
        let desk = Desk::start(&folder, &arguments);
        desk.wait_for("the start is refused for the key", |desk| {
            desk.control("resume", "go").to_string().contains("No key may move money out")
        });
        assert_eq!(desk.state().0, "HOLD");
        assert_eq!(desk.stop(), Some(0));
        sims.heal(venue);
    }
    let desk = Desk::start(&folder, &arguments);
    desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
    assert_eq!(desk.stop(), Some(0));
}
