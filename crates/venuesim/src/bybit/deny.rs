//! What the venue answers over REST when the server, not the exchange, says no.

use aurora_model::Nanos;
use serde_json::json;

use super::code::{GONE_AMEND, GONE_CANCEL, SERVER_ERROR, SERVER_TIMEOUT, TOO_MANY_VISITS};
use super::limit::Standing;
use super::reply::{Answer, Reply, response as enveloped, with_standing};
use super::rest::route;
use super::sign::out_of_window;
use crate::dialect::{Action, Denial};
use crate::request::{Request, Response};

/// What an address that asks too often gets; there is no JSON in it.
pub(super) fn too_frequent() -> Response {
    Response { body: b"403, access too frequent".to_vec(), ..Response::empty(403) }
}

pub(super) fn response(now: Nanos, request: &Request<'_>, denial: Denial) -> Response {
    match denial {
        Denial::RateLimited { retry_after_s } => {
            let reset_ms = now.millis() + i64::from(retry_after_s) * 1_000;
            let limit = super::limit::rate(request.path());
            let standing = Standing { limit, left: 0, reset_ms, passes: false };
            with_standing(enveloped(&Err(TOO_MANY_VISITS), now), &standing)
        }
        Denial::Banned { .. } => too_frequent(),
        Denial::ServerError { status, with_body: true } => {
            Response { status, ..enveloped(&Err(SERVER_ERROR), now) }
        }
        Denial::ServerError { status, with_body: false } => Response::empty(status),
        Denial::UnknownOutcome => enveloped(&Err(SERVER_TIMEOUT), now),
        Denial::NotFound => enveloped(&not_found(request), now),
        Denial::Maintenance => Response { status: 503, ..enveloped(&Err(SERVER_ERROR), now) },
        Denial::ClockOff => enveloped(&Err(out_of_window(now.millis(), now.millis(), 5_000)), now),
    }
}

/// An order that is not there (yet): an empty list where one asks, 110001 where one acts.
fn not_found(request: &Request<'_>) -> Answer {
    match route(request.method, request.path()).map(|route| route.action) {
        Some(Action::Amend) => Err(GONE_AMEND),
        Some(Action::Cancel) => Err(GONE_CANCEL),
        _ => Ok(Reply::new(&json!({ "category": "linear", "list": [], "nextPageCursor": "" }))),
    }
}
