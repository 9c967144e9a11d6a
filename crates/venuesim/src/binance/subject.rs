//! What a request or frame is about, read without doing anything.

use serde_json::Value;

use super::api::METHODS;
use super::params::Params;
use crate::dialect::{Action, Ask, Subject};
use crate::request::Request;

pub(super) fn of(ask: &Ask<'_>) -> Subject {
    match ask {
        Ask::Rest(request) => of_request(request),
        Ask::Text(text) => of_frame(text),
    }
}

fn of_request(request: &Request<'_>) -> Subject {
    let body = std::str::from_utf8(request.body).unwrap_or_default();
    let params = Params::form(request.query(), body);
    let path = request.path();
    let action = action(request.method, path);
    let mut client_ids = ids(&params);
    if path == "/fapi/v1/batchOrders" {
        for each in params.list("batchOrders").unwrap_or_default() {
            client_ids.extend(ids(&Params::json(&each)));
        }
        for name in ["origClientOrderIdList", "origclientorderidlist"] {
            for each in params.list(name).unwrap_or_default() {
                client_ids.extend(each.as_str().map(str::to_owned));
            }
        }
    }
    let symbol = params.get("symbol").map(str::to_owned);
    Subject { action, symbol, client_ids, operation: String::new() }
}

fn ids(params: &Params<'_>) -> Vec<String> {
    let names = ["newClientOrderId", "origClientOrderId", "clientAlgoId"];
    names.iter().filter_map(|name| params.get(name)).take(1).map(str::to_owned).collect()
}

fn action(method: &str, path: &str) -> Action {
    match (method, path) {
        ("GET", "/fapi/v1/order" | "/fapi/v1/openOrder" | "/fapi/v1/algoOrder") => {
            Action::QueryOrder
        }
        ("POST", "/fapi/v1/order" | "/fapi/v1/batchOrders" | "/fapi/v1/algoOrder") => Action::Place,
        ("PUT", "/fapi/v1/order" | "/fapi/v1/batchOrders") => Action::Amend,
        ("DELETE", "/fapi/v1/listenKey") => Action::Session,
        ("DELETE", _) => Action::Cancel,
        (_, "/fapi/v1/listenKey") => Action::Session,
        _ if super::route::is_signed(method, path) => Action::Private,
        _ => Action::Public,
    }
}

fn of_frame(text: &str) -> Subject {
    let Ok(frame) = serde_json::from_str::<Value>(text) else { return Subject::default() };
    let operation = frame.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
    let known = METHODS.iter().find(|(method, ..)| *method == operation);
    let action = match known {
        Some((.., action)) => *action,
        None if operation.starts_with("session.") => Action::Session,
        None => Action::Subscribe,
    };
    let params = Params::json(frame.get("params").unwrap_or(&Value::Null));
    let symbol = params.get("symbol").map(str::to_owned);
    Subject { action, symbol, client_ids: ids(&params), operation }
}
