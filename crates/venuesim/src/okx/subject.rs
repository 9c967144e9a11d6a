//! What a request or frame is about, for the faults and the log; and the venue's words when a fault says no.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ask::Text;
use super::code::Refusal;
use super::trade::Operation;
use super::ws::Frame;
use super::ws::order::operation;
use crate::dialect::{Action, Ask, Denial, Subject};
use crate::request::Request;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Item<'a> {
    #[serde(borrow)]
    inst_id: Text<'a>,
    cl_ord_id: Text<'a>,
}

/// What came, in the server's words.
pub(super) fn of(ask: &Ask<'_>) -> Subject {
    match ask {
        Ask::Rest(request) => of_request(request),
        Ask::Text(text) => of_frame(text),
    }
}

fn of_request(request: &Request<'_>) -> Subject {
    let path = request.path().strip_prefix("/api/v5/").unwrap_or_default();
    let action = match (request.method, path) {
        (
            "POST",
            "trade/order" | "trade/batch-orders" | "trade/order-algo" | "trade/close-position",
        ) => Action::Place,
        ("POST", "trade/amend-order" | "trade/amend-batch-orders") => Action::Amend,
        ("POST", "trade/cancel-order" | "trade/cancel-batch-orders" | "trade/cancel-algos") => {
            Action::Cancel
        }
        ("GET", "trade/order") => Action::QueryOrder,
        _ if ["account/", "trade/", "asset/"].iter().any(|area| path.starts_with(area)) => {
            Action::Private
        }
        _ => Action::Public,
    };
    let mut subject = Subject { action, ..Subject::default() };
    if request.method == "POST" {
        let one: Result<Item<'_>, _> = serde_json::from_slice(request.body);
        let items = match one {
            Ok(one) => vec![one],
            Err(_) => serde_json::from_slice(request.body).unwrap_or_default(),
        };
        add(&mut subject, &items);
    } else {
        subject.symbol = request.param("instId").map(std::borrow::Cow::into_owned);
        subject.client_ids.extend(request.param("clOrdId").map(std::borrow::Cow::into_owned));
    }
    subject
}

fn of_frame(text: &str) -> Subject {
    let frame: Frame<'_> = serde_json::from_str(text).unwrap_or_default();
    let action = match (operation(&frame.op), &*frame.op) {
        (Some((Operation::Place, _)), _) => Action::Place,
        (Some((Operation::Amend, _)), _) => Action::Amend,
        (Some((Operation::Cancel, _)), _) => Action::Cancel,
        (None, "login") => Action::Session,
        (None, "subscribe" | "unsubscribe") => Action::Subscribe,
        (None, _) => Action::Public,
    };
    let mut subject = Subject { action, operation: frame.op.to_string(), ..Subject::default() };
    if action != Action::Session {
        fn read<'a>(item: &&'a RawValue) -> Item<'a> {
            serde_json::from_str(item.get()).unwrap_or_default()
        }
        let items: Vec<Item<'_>> = frame.args.iter().map(read).collect();
        add(&mut subject, &items);
    }
    subject
}

fn add(subject: &mut Subject, items: &[Item<'_>]) {
    subject.symbol = items.iter().find_map(|item| item.inst_id.given()).map(str::to_owned);
    let ids = items.iter().filter_map(|item| item.cl_ord_id.given());
    subject.client_ids.extend(ids.map(str::to_owned));
}

/// What the venue says when the server says no; `None` is an answer without a body.
pub(super) fn refusal(denial: Denial) -> Option<Refusal> {
    Some(Refusal::of(match denial {
        // The venue has no ban: the address is simply limited longer.
        Denial::RateLimited { .. } | Denial::Banned { .. } => 50011,
        Denial::ServerError { with_body: false, .. } => return None,
        Denial::ServerError { status: 503, .. } | Denial::Maintenance => 50001,
        Denial::ServerError { .. } => 50026,
        Denial::UnknownOutcome => 50004,
        Denial::NotFound => 51603,
        Denial::ClockOff => 50102,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(method: &str, target: &str, body: &str) -> Subject {
        of(&Ask::Rest(&Request { method, target, headers: &[], body: body.as_bytes() }))
    }

    #[test]
    fn a_request_says_what_it_does_and_to_which_orders() {
        let batch =
            r#"[{"instId":"BTC-USDT","clOrdId":"a1"},{"instId":"BTC-USDT","clOrdId":"a2"}]"#;
        let subject = rest("POST", "/api/v5/trade/batch-orders", batch);
        assert_eq!(
            (subject.action, subject.client_ids),
            (Action::Place, vec!["a1".into(), "a2".into()])
        );
        assert_eq!(subject.symbol.as_deref(), Some("BTC-USDT"));
        let query = rest("GET", "/api/v5/trade/order?instId=BTC-USDT&clOrdId=a1", "");
        assert_eq!((query.action, query.client_ids), (Action::QueryOrder, vec!["a1".into()]));
        assert_eq!(rest("GET", "/api/v5/market/books?instId=X", "").action, Action::Public);
        assert_eq!(rest("POST", "/api/v5/trade/order", "{broken").action, Action::Place);
    }

    #[test]
    fn a_frame_does_too() {
        let frame =
            r#"{"id":"7","op":"batch-cancel-orders","args":[{"instIdCode":10458,"clOrdId":"a1"}]}"#;
        let subject = of(&Ask::Text(frame));
        assert_eq!((subject.action, &*subject.operation), (Action::Cancel, "batch-cancel-orders"));
        assert_eq!(subject.client_ids, ["a1"]);
        assert_eq!(of(&Ask::Text("ping")).action, Action::Public);
    }
}
