//! `/sim/…` on every port: faults at run time, the requests seen, and the truth about orders and fills.

use aurora_matching::exchange::{ExchangeFill, OrderId, OrderSnapshot};
use aurora_model::Nanos;
use serde_json::{Value, json};

use crate::fault::{Armed, Realm, Rule, RuleId, parse, undo_of};
use crate::request::{Request, Response};
use crate::sim::{Sim, utc_now};

/// Answers a request of the operator.
pub(crate) fn answer(sim: &mut Sim, request: &Request<'_>) -> Response {
    match (request.method, request.path()) {
        ("GET", "/sim/faults") => ok(&faults(sim)),
        ("POST", "/sim/faults") => add_faults(sim, request.body),
        ("DELETE", "/sim/faults") => {
            sim.remove_rules(None);
            ok(&json!({ "removed": "all" }))
        }
        ("DELETE", path) if path.starts_with("/sim/faults/") => {
            match path["/sim/faults/".len()..].parse() {
                Ok(id) if sim.remove_rules(Some(RuleId(id))) => ok(&json!({ "removed": id })),
                _ => problem(404, "no such fault"),
            }
        }
        ("GET", "/sim/state") => ok(&state(sim)),
        ("GET", "/sim/log") => ok(&sim.log.to_json()),
        ("DELETE", "/sim/log") => {
            sim.log.clear();
            ok(&json!({ "cleared": true }))
        }
        ("GET", "/sim/orders") => ok(&orders(sim)),
        ("GET", "/sim/fills") => ok(&fills(sim)),
        ("GET", "/sim/positions") => ok(&positions(sim)),
        ("GET", "/sim/balances") => ok(&balances(sim)),
        _ => problem(
            404,
            "try GET /sim/state, GET/POST/DELETE /sim/faults, GET/DELETE /sim/log, GET /sim/orders, /sim/fills, /sim/positions, /sim/balances",
        ),
    }
}

fn ok(value: &Value) -> Response {
    Response::json(200, value.to_string())
}

fn problem(status: u16, text: &str) -> Response {
    Response::json(status, json!({ "error": text }).to_string())
}

fn add_faults(sim: &mut Sim, body: &[u8]) -> Response {
    let text = String::from_utf8_lossy(body);
    match parse(&text) {
        Ok(rules) => {
            let ids: Vec<u64> = rules.into_iter().filter_map(|rule| sim.add_rule(rule)).collect();
            ok(&json!({ "ids": ids }))
        }
        Err(wrong) => problem(400, &wrong.to_string()),
    }
}

fn state(sim: &Sim) -> Value {
    json!({
        "venue": sim.venue.code(),
        "now_ms": utc_now().millis(),
        "sockets": sim.sockets.all().len(),
        "limits": sim.terms.limits,
        "pace": sim.terms.pace,
        "market_problem": sim.market_problem,
    })
}

fn faults(sim: &Sim) -> Value {
    let show = |armed: &Armed| json!({ "id": armed.id.0, "rule": armed.rule.text, "met": armed.met, "struck": armed.struck });
    let streams = sim.sockets.faults.rules.iter();
    let streams = streams.filter(|armed| armed.rule.what.realm() != Realm::Snapshots);
    json!({ "rules": sim.faults.rules.iter().chain(streams).map(show).collect::<Vec<_>>() })
}

impl Sim {
    /// Arms a rule; `None` when it is for another venue.
    pub(crate) fn add_rule(&mut self, rule: Rule) -> Option<u64> {
        if rule.venue.is_some_and(|venue| venue != self.venue) {
            return None;
        }
        self.next_rule += 1;
        let id = self.next_rule;
        let realm = rule.what.realm();
        let armed = Armed::new(RuleId(id), rule, self.seed, utc_now());
        if realm != Realm::Requests && realm != Realm::Exchange {
            self.sockets.faults.rules.push(armed.clone());
        }
        if realm != Realm::Streams {
            self.faults.rules.push(armed);
        }
        if realm == Realm::Exchange {
            self.pump();
        }
        Some(id)
    }

    /// Takes back one rule, or all; `false` when there was none.
    pub(crate) fn remove_rules(&mut self, id: Option<RuleId>) -> bool {
        let is_meant = |armed: &Armed| id.is_none_or(|id| id == armed.id);
        let before = self.faults.rules.len() + self.sockets.faults.rules.len();
        self.sockets.faults.rules.retain(|armed| !is_meant(armed));
        let (gone, stay) = std::mem::take(&mut self.faults.rules).into_iter().partition(is_meant);
        self.faults.rules = stay;
        let gone: Vec<Armed> = gone;
        for armed in gone.iter().filter(|armed| armed.struck == 1) {
            let undo = undo_of(&armed.rule, &self.exchange);
            self.faults.undo(undo, &mut self.exchange, utc_now(), &mut self.events);
        }
        self.pump();
        before != self.faults.rules.len() + self.sockets.faults.rules.len()
    }
}

/// Everything remembered, oldest first: the truth that clients are compared with.
fn orders(sim: &Sim) -> Value {
    let mut all = Vec::new();
    for account in sim.exchange.accounts() {
        all.extend(sim.exchange.closed_orders(account, None, OrderId(0), usize::MAX));
        all.extend(sim.exchange.open_orders(account, None));
    }
    all.sort_by_key(|order| order.id);
    all.iter().map(|order| order_json(sim, order)).collect()
}

fn order_json(sim: &Sim, order: &OrderSnapshot) -> Value {
    let listing = sim.exchange.listing(order.instrument).expect("orders are of listed instruments");
    let instrument = &listing.instrument;
    let price = order.limit().and_then(|ticks| instrument.price(ticks));
    json!({
        "account": order.account.0,
        "id": order.id.0,
        "client_id": order.client_id.as_str(),
        "symbol": instrument.symbol,
        "side": order.side.word(),
        "price": price.map(|price| price.to_string()),
        "qty": instrument.qty(order.qty).to_string(),
        "filled": instrument.qty(order.filled).to_string(),
        "status": format!("{:?}", order.status),
        "cause": format!("{:?}", order.cause),
        "reduce_only": order.reduce_only,
        "created_ms": order.created_at.millis(),
        "updated_ms": order.updated_at.millis(),
    })
}

fn fills(sim: &Sim) -> Value {
    let mut all = Vec::new();
    for account in sim.exchange.accounts() {
        all.extend(sim.exchange.fills(account, None, 0, Nanos(0), usize::MAX));
    }
    all.sort_by_key(|fill| fill.fill_id);
    all.iter().map(|fill| fill_json(sim, fill)).collect()
}

fn fill_json(sim: &Sim, fill: &ExchangeFill) -> Value {
    let listing = sim.exchange.listing(fill.instrument).expect("fills are of listed instruments");
    let instrument = &listing.instrument;
    json!({
        "account": fill.account.0,
        "fill_id": fill.fill_id,
        "trade_id": fill.trade_id,
        "order_id": fill.order.0,
        "client_id": fill.client_id.as_str(),
        "symbol": instrument.symbol,
        "side": fill.side.word(),
        "price": instrument.price(fill.price).map(|price| price.to_string()),
        "qty": instrument.qty(fill.qty).to_string(),
        "fee": fill.fee.to_string(),
        "fee_asset": fill.fee_asset.as_str(),
        "liquidity": format!("{:?}", fill.liquidity),
        "kind": format!("{:?}", fill.kind),
        "at_ms": fill.at.millis(),
    })
}

fn positions(sim: &Sim) -> Value {
    let mut all = Vec::new();
    for account in sim.exchange.accounts() {
        for position in sim.exchange.positions(account) {
            let listing = sim.exchange.listing(position.instrument);
            let instrument = &listing.expect("positions are of listed instruments").instrument;
            all.push(json!({
                "account": account.0,
                "symbol": instrument.symbol,
                "side": format!("{:?}", position.position_side),
                "qty": instrument.qty(position.lots).to_string(),
                "entry_price": position.entry_price.to_string(),
                "leverage": position.leverage,
                "unrealized": position.unrealized.to_string(),
            }));
        }
    }
    Value::Array(all)
}

fn balances(sim: &Sim) -> Value {
    let mut all = Vec::new();
    for account in sim.exchange.accounts() {
        for balance in sim.exchange.balances(account) {
            all.push(json!({
                "account": account.0,
                "asset": balance.asset.as_str(),
                "wallet": balance.wallet.to_string(),
                "available": balance.available.to_string(),
            }));
        }
    }
    Value::Array(all)
}
