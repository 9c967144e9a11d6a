//! Balances: what moved them while nobody looked keeps a desk from trading, and funding does not.

use serde_json::{Value, json};

use super::probe::{Desk, Folder, journal, replay};
use super::sims::Sims;

fn balances(desk: &Desk) -> Vec<Value> {
    let told: Value = serde_json::from_str(&desk.get("/api/ui/recon/balances")).unwrap_or_default();
    told["items"].as_array().cloned().unwrap_or_default()
}

fn agree(desk: &Desk) -> bool {
    let items = balances(desk);
    items.len() == 3 && items.iter().all(|item| item["match"] == true)
}

fn of_okx(desk: &Desk) -> Value {
    balances(desk).into_iter().find(|item| item["venue"] == "OKX").unwrap_or_default()
}

fn differs_by(desk: &Desk, gap: &str) -> bool {
    let item = of_okx(desk);
    item["state"] == "differs" && item["diff"].as_str().is_some_and(|diff| diff.starts_with(gap))
}

fn journal_at(desk: &Desk, what: &str) -> u64 {
    let system: Value = serde_json::from_str(&desk.get("/api/ui/system")).unwrap_or_default();
    system["journal"][what].as_u64().unwrap_or(0)
}

#[test]
fn a_balance_that_moved_by_itself_stops_trading_until_a_person_accepts_it_and_funding_does_not() {
    const OKX: usize = 1;
    let folder = Folder::new();
    let sims = Sims::start(&["binance", "okx", "bybit"]);
    let recon = "recon: {balances_every_s: 5, balance_patience_s: 2}\n";
    std::fs::write(folder.path().join("desk.yaml"), recon).unwrap();
    let mut arguments = vec!["--config".to_owned(), "desk.yaml".to_owned()];
    arguments.extend(sims.arguments());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    let desk = Desk::start(&folder, &arguments);
    desk.wait_for("the desk runs", |desk| desk.state().0 == "RUN");
    assert!(agree(&desk), "{:?}", balances(&desk));
    assert_eq!(desk.control("accept", "by mistake")["error"]["code"], "STATE");
    let symbols = ["BTCUSDT", "BTC-USDT-SWAP", "BTCUSDT"];
    for (venue, symbol) in symbols.into_iter().enumerate() {
        // What is held when it is looked at may be gone when funding is paid; then it is paid again.
        desk.wait_for("funding is paid", |_| {
            let held = sims.holds(venue, symbol);
            let rule = json!({"what": "pay_funding", "rate": "0.02", "where": {"symbol": symbol}});
            held && sims.fault(venue, &rule) && sims.holds(venue, symbol)
        });
    }
    desk.wait_for("the rows are in the journal", |_| {
        let (_, dump, _) = journal(&folder, &["dump"]);
        dump.matches(r#""why":"funding""#).count() >= symbols.len()
    });
    desk.wait_for("every balance agrees", agree);
    assert_eq!(desk.state().0, "RUN", "funding is nothing to stop for");

    assert!(sims.fault(OKX, &json!({"what": "wrong_balance", "account": 1, "by": "250"})));
    desk.wait_for("the desk holds", |desk| {
        desk.state() == ("HOLD".into(), "RECONCILIATION".into())
    });
    assert!(differs_by(&desk, "250"), "{}", of_okx(&desk));
    assert!(desk.get("/api/ui/system").contains("BALANCE_MISMATCH"));
    let refused = desk.control("resume", "it will be right");
    assert!(refused.to_string().contains("Balances at the venues"), "{refused}");
    assert_eq!(desk.control("accept", "a deposit of mine")["state"], "HOLD");
    let accepted = journal_at(&desk, "seq");
    desk.wait_for("it agrees", agree);
    assert_eq!(desk.control("accept", "again")["error"]["code"], "NOTHING_DIFFERS");
    // A crash may take with it what was not on disk yet.
    desk.wait_for("it is on disk", |desk| accepted <= journal_at(desk, "durable_seq"));
    desk.wait_for("it runs again", |desk| desk.control("resume", "seen")["state"] == "RUN");
    desk.kill_after(std::time::Duration::ZERO);

    sims.heal(OKX);
    let desk = Desk::start(&folder, &arguments);
    desk.wait_for("what changed while it was down is seen", |desk| differs_by(desk, "-250"));
    assert_eq!(desk.state().0, "HOLD");
    assert_eq!(desk.control("accept", "I took it out")["state"], "HOLD");
    desk.wait_for("it runs again", |desk| desk.control("resume", "seen")["state"] == "RUN");
    assert_eq!(desk.stop(), Some(0));
    assert_eq!(replay(&folder)["in_doubt"], 0);
}
