//! What a request or frame is about, for the faults and the log.

use std::borrow::Cow;

use serde::Deserialize;

use super::rest::route;
use crate::dialect::{Action, Subject};
use crate::request::{Request, pairs};

/// What is looked at in a body, an argument or an order of a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Peek<'a> {
    #[serde(borrow)]
    symbol: Option<Cow<'a, str>>,
    #[serde(borrow)]
    order_link_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    request: Vec<Peek<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Frame<'a> {
    #[serde(borrow)]
    op: Cow<'a, str>,
    #[serde(borrow)]
    args: Option<&'a serde_json::value::RawValue>,
}

/// A REST request.
pub(super) fn rest(request: &Request<'_>) -> Subject {
    let route = route(request.method, request.path());
    let mut subject = Subject {
        action: route.map_or(Action::Public, |route| route.action),
        ..Subject::default()
    };
    if request.method == "GET" {
        let mut has_id = false;
        for (name, value) in pairs(request.query()) {
            match &*name {
                "symbol" => subject.symbol = Some(value.into_owned()),
                "orderLinkId" => {
                    has_id = true;
                    subject.client_ids.push(value.into_owned());
                }
                "orderId" => has_id = true,
                _ => {}
            }
        }
        if subject.action == Action::QueryOrder && !has_id {
            subject.action = Action::Private;
        }
    } else if let Ok(peek) = serde_json::from_slice::<Peek<'_>>(request.body) {
        note(&mut subject, &peek);
    }
    subject
}

/// A text frame.
pub(super) fn text(text: &str) -> Subject {
    let frame: Frame<'_> = serde_json::from_str(text).unwrap_or_default();
    let action = match &*frame.op {
        "order.create" | "order.create-batch" => Action::Place,
        "order.amend" | "order.amend-batch" => Action::Amend,
        "order.cancel" | "order.cancel-batch" => Action::Cancel,
        "subscribe" | "unsubscribe" => Action::Subscribe,
        "auth" => Action::Session,
        _ => Action::Public,
    };
    let mut subject = Subject { action, operation: frame.op.into_owned(), ..Subject::default() };
    let is_order = matches!(action, Action::Place | Action::Amend | Action::Cancel);
    if let Some(args) = frame.args.filter(|_| is_order)
        && let Ok(args) = serde_json::from_str::<Vec<Peek<'_>>>(args.get())
    {
        for arg in &args {
            note(&mut subject, arg);
        }
    }
    subject
}

fn note(subject: &mut Subject, peek: &Peek<'_>) {
    if let Some(symbol) = &peek.symbol {
        subject.symbol.get_or_insert_with(|| symbol.clone().into_owned());
    }
    subject.client_ids.extend(peek.order_link_id.as_deref().map(str::to_owned));
    for order in &peek.request {
        note(subject, order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_names_every_order_in_it() {
        let body = br#"{"category":"linear","request":[{"symbol":"BTCUSDT","orderLinkId":"a"},{"symbol":"BTCUSDT","orderLinkId":"b"}]}"#;
        let request =
            Request { method: "POST", target: "/v5/order/create-batch", headers: &[], body };
        let subject = rest(&request);
        assert_eq!(subject.action, Action::Place);
        assert_eq!(subject.symbol.as_deref(), Some("BTCUSDT"));
        assert_eq!(subject.client_ids, ["a", "b"]);
    }

    #[test]
    fn a_frame_tells_its_operation() {
        let frame =
            r#"{"reqId":"1","op":"order.cancel","args":[{"symbol":"BTCUSDT","orderLinkId":"a"}]}"#;
        let subject = text(frame);
        assert_eq!((subject.action, subject.operation.as_str()), (Action::Cancel, "order.cancel"));
        assert_eq!(subject.client_ids, ["a"]);
        assert_eq!(text(r#"{"op":"subscribe","args":["order"]}"#).action, Action::Subscribe);
        assert_eq!(text("nonsense").action, Action::Public);
    }

    #[test]
    fn asking_for_one_order_is_not_asking_for_all() {
        let action =
            |target| rest(&Request { method: "GET", target, headers: &[], body: b"" }).action;
        assert_eq!(action("/v5/order/realtime?category=linear&orderLinkId=a"), Action::QueryOrder);
        assert_eq!(action("/v5/order/realtime?category=linear&symbol=BTCUSDT"), Action::Private);
    }
}
