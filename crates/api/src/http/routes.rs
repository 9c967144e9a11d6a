//! The gate's paths for everyone who is not on the fast path: browsers, operators, probes, curl.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;

use crate::gate::errors::Fault;

use super::batch::Answered;
use super::handle::{GateHandle, OwnedCall, OwnedOp};
use super::head::MAX_BODY;
use super::origin;

/// What else `/metrics` tells, where there is more than a gate: an [`Extension`] of its router.
#[derive(Clone)]
pub struct MoreMetrics(pub Arc<dyn Fn() -> String + Send + Sync>);

impl std::fmt::Debug for MoreMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MoreMetrics")
    }
}

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Every path of the gate but `/`, `/docs` and `/openapi.json`, which tell of more than the gate where
/// there is more; see [`super::docs_router`].
pub fn gate_router(gate: GateHandle) -> Router {
    Router::new()
        .route("/pretrade/check", post(check))
        .route("/posttrade/log", post(posttrade))
        .route("/health", get(health))
        .route("/api/health", get(health))
        .route("/version", get(version))
        .route("/metrics", get(metrics))
        .route("/metrics/latency", get(metrics_latency))
        .route("/liveness", get(|s, h| ops(s, h, OwnedOp::Liveness)))
        .route("/readiness", get(|s, h| ops(s, h, OwnedOp::Readiness)))
        .route("/ops/cooloff/{sec}", post(|s, Path(sec), h| ops(s, h, OwnedOp::Cooloff(sec))))
        .route("/ops/reset", post(|s, h| ops(s, h, OwnedOp::Reset)))
        .route("/ops/rotate_token", post(rotate))
        .route("/aurora/{action}", post(|s, Path(word), h| ops(s, h, OwnedOp::Arm(word))))
        .route("/risk/snapshot", get(|s, h| ops(s, h, OwnedOp::RiskSnapshot)))
        .route("/risk/set", post(risk_set))
        .layer(middleware::from_fn(only_our_pages))
        .with_state(gate)
}

/// `/` of a gate without a console: the documentation.
pub fn root_router() -> Router {
    Router::new().route("/", get(async || Redirect::temporary("/docs")))
}

async fn only_our_pages(request: Request, next: Next) -> Response {
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD);
    if is_change && !is_our_page(request.headers()) {
        return fault(Fault::ForeignOrigin);
    }
    next.run(request).await
}

fn is_our_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    // An origin that is no text is nobody's we know.
    let origin = headers.contains_key("origin").then(|| text("origin").unwrap_or("null"));
    origin::is_ours(origin, text("sec-fetch-site"), text("host"))
}

async fn check(State(gate): State<GateHandle>, request: Request) -> Response {
    match body(request).await {
        Ok(body) => answer(gate.call(OwnedCall::Check(body)).await),
        Err(refusal) => fault(refusal),
    }
}

async fn posttrade(State(gate): State<GateHandle>, request: Request) -> Response {
    match body(request).await {
        Ok(body) => answer(gate.call(OwnedCall::Posttrade(body)).await),
        Err(refusal) => fault(refusal),
    }
}

async fn rotate(state: State<GateHandle>, headers: HeaderMap, request: Request) -> Response {
    match body(request).await {
        Ok(body) => ops(state, headers, OwnedOp::RotateToken(body)).await,
        Err(refusal) => fault(refusal),
    }
}

async fn risk_set(state: State<GateHandle>, headers: HeaderMap, request: Request) -> Response {
    match body(request).await {
        Ok(body) => ops(state, headers, OwnedOp::RiskSet(body)).await,
        Err(refusal) => fault(refusal),
    }
}

async fn ops(State(gate): State<GateHandle>, headers: HeaderMap, op: OwnedOp) -> Response {
    answer(gate.call(OwnedCall::Ops { op, token: token(&headers) }).await)
}

async fn health(State(gate): State<GateHandle>) -> Response {
    answer(gate.call(OwnedCall::Health).await)
}

async fn version() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "name": "aurora", "version": env!("CARGO_PKG_VERSION") }))
}

async fn metrics(
    State(gate): State<GateHandle>,
    more: Option<Extension<MoreMetrics>>,
    headers: HeaderMap,
) -> Response {
    let more = more.map(|Extension(MoreMetrics(tell))| tell);
    exposition(gate, headers, false, || more.map_or_else(String::new, |tell| tell())).await
}

async fn metrics_latency(State(gate): State<GateHandle>, headers: HeaderMap) -> Response {
    exposition(gate, headers, true, String::new).await
}

async fn exposition(
    gate: GateHandle,
    headers: HeaderMap,
    only_latency: bool,
    more: impl FnOnce() -> String,
) -> Response {
    let call = OwnedCall::Metrics { token: token(&headers), only_latency };
    let answered = gate.call(call).await;
    if answered.status != 200 {
        return answer(answered);
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let mut text = answered.body;
    text.extend_from_slice(more().as_bytes());
    (kind, text).into_response()
}

fn token(headers: &HeaderMap) -> Option<String> {
    headers.get("x-ops-token").and_then(|v| v.to_str().ok()).map(str::to_owned)
}

async fn body(request: Request) -> Result<Bytes, Fault> {
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if declared.is_some_and(|len| MAX_BODY < len) {
        return Err(Fault::TooLarge);
    }
    let read = axum::body::to_bytes(request.into_body(), MAX_BODY);
    match tokio::time::timeout(BODY_TIME, read).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Fault::TooLarge),
        Err(_) => Err(Fault::Timeout),
    }
}

fn answer(answered: Answered) -> Response {
    let status = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, Body::from(answered.body)).into_response()
}

fn fault(fault: Fault) -> Response {
    answer(Answered { status: fault.status(), body: fault.body() })
}
