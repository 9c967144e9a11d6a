use super::*;
use aurora_matching::exchange::ListingStatus;

impl Stage {
    fn listens(&mut self, path: &str, args: &str) -> SocketId {
        let socket = self.open(path);
        if path == "private" {
            self.login(socket);
        }
        self.say(socket, &format!(r#"{{"op":"subscribe","args":[{args}]}}"#));
        self.heard(socket);
        socket
    }

    fn code(&mut self) -> String {
        let order = format!(
            r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"limit","sz":"1","px":"59000.1"}}"#
        );
        let (_, answer) = self.signed("POST", "/api/v5/trade/order", &order);
        answer["data"][0]["sCode"].as_str().unwrap().to_owned()
    }
}

/// The rows of a channel among what was heard.
fn rows<'a>(heard: &'a [Value], channel: &str) -> Vec<&'a Value> {
    let of_channel = heard.iter().filter(|push| push["arg"]["channel"] == channel);
    of_channel.flat_map(|push| push["data"].as_array().unwrap()).collect()
}

#[test]
fn a_liquidation_is_told_to_the_account_and_to_everybody() {
    let mut stage = Stage::new();
    let public = stage.listens("public", r#"{"channel":"liquidation-orders","instType":"SWAP"}"#);
    let private = stage.listens(
        "private",
        r#"{"channel":"orders","instType":"ANY"},{"channel":"positions","instType":"ANY"}"#,
    );
    stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"market","sz":"3"}}"#
    ));
    let now = stage.now;
    stage.exchange.force_liquidation(now, AccountNo(1), &mut stage.events);
    stage.settle();
    stage.pass(100);
    let shown = stage.heard(public);
    assert_eq!(
        brief(&rows(&shown, "liquidation-orders")[0]["details"][0], &["side", "posSide", "sz"]),
        "side=sell posSide=long sz=3"
    );
    let heard = stage.heard(private);
    let last = *rows(&heard, "orders").last().unwrap();
    assert_eq!(
        brief(last, &["state", "category", "side"]),
        "state=filled category=full_liquidation side=sell"
    );
    assert_eq!(rows(&heard, "positions").last().unwrap()["pos"], "0");
    let history = stage.rows("/api/v5/account/positions-history");
    assert_eq!(
        brief(&history[0], &["instId", "direction", "openMaxPos"]),
        format!("instId={SWAP} direction=long openMaxPos=3")
    );
}

#[test]
fn a_halt_a_delisting_and_a_coarser_tick_are_told_and_enforced() {
    let mut stage = Stage::new();
    let public = stage.listens("public", r#"{"channel":"instruments","instType":"SWAP"}"#);
    let (now, no) = (stage.now, InstrumentNo(0));
    assert_eq!(stage.code(), "0");
    stage.exchange.set_tick_multiple(now, no, 10, &mut stage.events);
    stage.settle();
    assert_eq!(stage.code(), "51000");
    stage.exchange.set_tick_multiple(now, no, 1, &mut stage.events);
    stage.settle();
    stage.exchange.set_status(now, no, ListingStatus::Halt, &mut stage.events);
    stage.settle();
    assert_eq!(stage.code(), "51022");
    stage.exchange.set_status(now, no, ListingStatus::Closed, &mut stage.events);
    stage.settle();
    assert_eq!(stage.code(), "51027");
    let heard = stage.heard(public);
    let told: Vec<String> =
        rows(&heard, "instruments").iter().map(|row| brief(row, &["tickSz", "state"])).collect();
    assert_eq!(
        told,
        [
            "tickSz=1 state=live",
            "tickSz=0.1 state=live",
            "tickSz=0.1 state=suspend",
            "tickSz=0.1 state=expired"
        ]
    );
}

#[test]
fn funding_moves_money_and_says_so() {
    let mut stage = Stage::new();
    let private = stage.listens("private", r#"{"channel":"balance_and_position"}"#);
    stage.place(&format!(
        r#"{{"instId":"{SWAP}","tdMode":"cross","side":"buy","ordType":"market","sz":"10"}}"#
    ));
    stage.exchange.set_funding_rate(InstrumentNo(0), Some("0.001".parse().unwrap()));
    stage.pass(100);
    stage.heard(private);
    let next: i64 =
        stage.rows(&format!("/api/v5/public/funding-rate?instId={SWAP}"))[0]["fundingTime"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    stage.now = Nanos::from_millis(next - 50);
    stage.say(private, "ping");
    stage.pass(200);
    let heard = stage.heard(private);
    assert_eq!(rows(&heard, "balance_and_position").last().unwrap()["eventType"], "funding_fee");
    // A tenth of a bitcoin at about 60000, a thousandth of it.
    let position = &stage.rows("/api/v5/account/positions")[0];
    let paid: f64 = position["fundingFee"].as_str().unwrap().parse().unwrap();
    assert!((-6.1..-5.9).contains(&paid), "{paid}");
    let bills = stage.rows("/api/v5/account/bills?type=8");
    assert_eq!(
        brief(&bills[0], &["type", "subType", "balChg"]),
        format!("type=8 subType=173 balChg={}", position["fundingFee"].as_str().unwrap())
    );
    let history = stage.rows(&format!("/api/v5/public/funding-rate-history?instId={SWAP}"));
    assert_eq!(history[0]["realizedRate"], "0.001");
}
