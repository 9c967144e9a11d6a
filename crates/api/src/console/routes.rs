//! The console's HTTP paths.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{oneshot, watch};

use super::view::{Action, Ask, View};
use super::wire::{ConfigRow, InstrumentRow, Text};
use super::{assets, csv, guard, stream};

/// How long the desk's thread may take to answer before the console is told it is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the console needs of the rest of the program.
#[derive(Clone, Debug)]
pub struct ConsoleState {
    /// What the desk publishes.
    pub view: watch::Receiver<Arc<View>>,
    /// Where the desk is asked. Bounded; full means busy, and the asker is told so.
    pub asks: crossbeam_channel::Sender<Ask>,
    /// What the desk trades.
    pub instruments: Arc<Vec<InstrumentRow>>,
    /// The effective configuration.
    pub config: Arc<Vec<ConfigRow>>,
    /// Host names besides loopback under which the console may be reached.
    pub allowed_hosts: Arc<Vec<String>>,
}

/// All paths of the console; the pages themselves are the fallback.
pub fn router(state: ConsoleState) -> Router {
    Router::new()
        .route("/api/ui/stream", get(stream::upgrade))
        .route("/api/ui/instruments", get(instruments))
        .route("/api/ui/config", get(config))
        .route("/api/ui/system", get(system))
        .route("/api/ui/orders/{id}", get(order))
        .route("/api/ui/execution", get(execution))
        .route("/api/ui/recon/orders", get(recon_orders))
        .route("/api/ui/recon/balances", get(recon_balances))
        .route("/api/ui/decisions/{id}", get(decision))
        .route("/api/ui/export/{name}", get(export))
        .route("/api/ui/control", post(control))
        .route("/api/ui/venues", get(venues))
        .route("/api/ui/risk/budget", get(risk_budget))
        .route("/api/md/meta", get(meta))
        .route("/api/system/maintenance", get(maintenance))
        .fallback(assets::serve)
        .layer(middleware::from_fn_with_state(state.clone(), only_our_host))
        .with_state(state)
}

async fn only_our_host(
    State(state): State<ConsoleState>,
    request: Request,
    next: Next,
) -> Response {
    if guard::host_is_ours(request.headers(), &state.allowed_hosts) {
        return next.run(request).await;
    }
    refusal(
        StatusCode::FORBIDDEN,
        "FOREIGN_HOST",
        &Text::new(
            "Запрос пришёл под чужим именем узла: откройте консоль по адресу 127.0.0.1 или добавьте имя в server.allowed_hosts",
            "The request came under a foreign host name: open the console at 127.0.0.1 or add the name to server.allowed_hosts",
        ),
    )
}

async fn instruments(State(state): State<ConsoleState>) -> Response {
    Json(&*state.instruments).into_response()
}

async fn config(State(state): State<ConsoleState>) -> Response {
    Json(&*state.config).into_response()
}

async fn system(State(state): State<ConsoleState>) -> Response {
    match ask(&state, |reply| Ask::System { reply }).await {
        Ok(system) => Json(system).into_response(),
        Err(busy) => busy,
    }
}

async fn venues(State(state): State<ConsoleState>) -> Response {
    let view = state.view.borrow().clone();
    Json(&*view.venues).into_response()
}

async fn meta(State(state): State<ConsoleState>) -> Response {
    let view = state.view.borrow().clone();
    Json(&*view.meta).into_response()
}

async fn risk_budget(State(state): State<ConsoleState>) -> Response {
    Json(&state.view.borrow().risk_budget).into_response()
}

async fn maintenance(State(state): State<ConsoleState>) -> Response {
    let view = state.view.borrow().clone();
    Json(json!({ "windows": *view.maintenance })).into_response()
}

async fn order(State(state): State<ConsoleState>, Path(id): Path<String>) -> Response {
    match ask(&state, |reply| Ask::Order { id, reply }).await {
        Ok(Some(life)) => Json(life).into_response(),
        Ok(None) => not_found(
            "Такой заявки нет или она уже забыта",
            "There is no such order, or it is forgotten by now",
        ),
        Err(busy) => busy,
    }
}

async fn execution(State(state): State<ConsoleState>) -> Response {
    match ask(&state, |reply| Ask::Execution { reply }).await {
        Ok(rows) => Json(rows).into_response(),
        Err(busy) => busy,
    }
}

async fn recon_orders(State(state): State<ConsoleState>) -> Response {
    match ask(&state, |reply| Ask::ReconOrders { reply }).await {
        Ok(orders) => Json(orders).into_response(),
        Err(busy) => busy,
    }
}

async fn recon_balances(State(state): State<ConsoleState>) -> Response {
    match ask(&state, |reply| Ask::ReconBalances { reply }).await {
        Ok(balances) => Json(balances).into_response(),
        Err(busy) => busy,
    }
}

async fn decision(State(state): State<ConsoleState>, Path(id): Path<String>) -> Response {
    match ask(&state, |reply| Ask::Decision { id, reply }).await {
        Ok(Some(decision)) => Json(decision).into_response(),
        Ok(None) => not_found(
            "Такого решения нет или оно уже забыто",
            "There is no such decision, or it is forgotten by now",
        ),
        Err(busy) => busy,
    }
}

async fn export(State(state): State<ConsoleState>, Path(name): Path<String>) -> Response {
    let view = state.view.borrow().clone();
    match csv::export(&name, &view) {
        Some(rows) => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], rows).into_response(),
        None => not_found(
            "Есть orders.csv, decisions.csv и pnl.csv",
            "There are orders.csv, decisions.csv and pnl.csv",
        ),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    action: Action,
    #[serde(default)]
    reason: String,
}

async fn control(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    if !guard::origin_is_ours(&headers) {
        let text =
            Text::new("Запрос пришёл с чужой страницы", "The request came from a foreign page");
        return refusal(StatusCode::FORBIDDEN, "FOREIGN_ORIGIN", &text);
    }
    if !guard::body_is_json(&headers) {
        let text = Text::new(
            "Нужен Content-Type: application/json",
            "Content-Type must be application/json",
        );
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NOT_JSON", &text);
    }
    let control: Control = match serde_json::from_slice(&body) {
        Ok(control) => control,
        Err(fault) => {
            let text = Text::new(
                format!(
                    "Тело запроса: {fault}; нужно {{\"action\":\"hold|resume|kill|rearm|accept\",\"reason\":\"…\"}}"
                ),
                format!(
                    "Request body: {fault}; expected {{\"action\":\"hold|resume|kill|rearm|accept\",\"reason\":\"…\"}}"
                ),
            );
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, "BAD_BODY", &text);
        }
    };
    let Control { action, reason } = control;
    match ask(&state, |reply| Ask::Control { action, reason, reply }).await {
        Ok(Ok(done)) => Json(json!({
            "accepted": true, "state": done.state, "canceled": done.canceled,
            "written": done.written.code(), "warning": done.written.warning(),
        }))
        .into_response(),
        Ok(Err(refused)) => refusal(StatusCode::CONFLICT, refused.code, &refused.text),
        Err(busy) => busy,
    }
}

/// Asks the desk's thread, and waits for its answer.
async fn ask<T>(
    state: &ConsoleState,
    question: impl FnOnce(oneshot::Sender<T>) -> Ask,
) -> Result<T, Response> {
    let (reply, answer) = oneshot::channel();
    let busy = || {
        let text = Text::new(
            "Ядро занято или остановлено, повторите",
            "The core is busy or has stopped, try again",
        );
        refusal(StatusCode::SERVICE_UNAVAILABLE, "BUSY", &text)
    };
    state.asks.try_send(question(reply)).map_err(|_| busy())?;
    tokio::time::timeout(PATIENCE, answer).await.map_err(|_| busy())?.map_err(|_| busy())
}

fn not_found(ru: &str, en: &str) -> Response {
    refusal(StatusCode::NOT_FOUND, "NOT_FOUND", &Text::new(ru, en))
}

pub(super) fn refusal(status: StatusCode, code: &str, text: &Text) -> Response {
    let body = json!({"error": {"code": code, "message_ru": text.ru, "message_en": text.en, "detail": {}}});
    (status, Json(body)).into_response()
}
