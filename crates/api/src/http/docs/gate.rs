//! The gate's endpoints and the shapes they speak.

use serde_json::{Value, json};

use super::{Answer, Endpoint};

const NO_TOKEN: Answer = (401, "No X-OPS-TOKEN sent, or none is configured", Some(error));
const WRONG_TOKEN: Answer = (403, "Another X-OPS-TOKEN, or a page of another site", Some(error));
const MALFORMED: Answer = (422, "Malformed; detail.field names the field", Some(error));
const TOO_LARGE: Answer = (413, "The body is over 64 KiB", Some(error));
const BUSY: Answer = (503, "Too many connections or requests", Some(error));

/// Every path of the gate.
pub const GATE_ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "POST",
        path: "/pretrade/check",
        group: "Gate",
        ru: "Судит одну заявку: разрешить или запретить, и почему.",
        en: "Judges one order: allow or deny, and why.",
        needs_token: false,
        body: Some(check_request),
        answers: &[
            (200, "The verdict, allow or deny", Some(check_response)),
            MALFORMED,
            TOO_LARGE,
            BUSY,
        ],
    },
    Endpoint {
        method: "GET",
        path: "/pretrade/stream",
        group: "Gate",
        ru: "WebSocket: запрос проверки в каждом текстовом сообщении, решение в каждом ответе.",
        en: "WebSocket: one check request per text message, one verdict per message.",
        needs_token: false,
        body: None,
        answers: &[
            (101, "Switches to WebSocket", None),
            (403, "A page of another site", Some(error)),
        ],
    },
    Endpoint {
        method: "POST",
        path: "/posttrade/log",
        group: "Gate",
        ru: "Сообщает, что стало с заявкой; сохраняется как есть.",
        en: "Reports what became of an order; kept as it came.",
        needs_token: false,
        body: Some(report),
        answers: &[
            (200, "Written down", Some(status)),
            MALFORMED,
            TOO_LARGE,
            (503, "The log cannot be written: send it again later", Some(error)),
        ],
    },
    probe(
        "/health",
        "Жив ли шлюз и пишется ли журнал.",
        "Whether the gate is up and its log can be written.",
    ),
    probe("/api/health", "То же, что /health.", "The same as /health."),
    probe("/version", "Версия программы.", "The version of the program."),
    metrics(
        "/metrics",
        "Счётчики и гистограммы для Prometheus.",
        "Counters and histograms for Prometheus.",
    ),
    metrics("/metrics/latency", "Только гистограммы задержек.", "The latency histograms alone."),
    op("GET", "/liveness", "Процесс отвечает.", "The process answers.", None),
    Endpoint {
        answers: &[
            (200, "Ready", Some(any)),
            NO_TOKEN,
            WRONG_TOKEN,
            (503, "Halted, or the log cannot be written", Some(any)),
        ],
        ..op(
            "GET",
            "/readiness",
            "Готов ли шлюз пропускать заявки.",
            "Whether the gate is ready to let orders pass.",
            None,
        )
    },
    op(
        "POST",
        "/ops/cooloff/{sec}",
        "Пауза на столько секунд.",
        "Denies new orders for so many seconds.",
        None,
    ),
    op("POST", "/ops/reset", "Снимает паузу и остановку.", "Ends cool-off and halt.", None),
    Endpoint {
        answers: &[
            (200, "Rotated; the old token no longer works", Some(status)),
            (400, "Shorter than 24 characters", Some(error)),
            NO_TOKEN,
            WRONG_TOKEN,
            (429, "Rotated less than 30 seconds ago", Some(error)),
        ],
        ..op(
            "POST",
            "/ops/rotate_token",
            "Меняет токен оператора.",
            "Replaces the operator's token.",
            Some(new_token),
        )
    },
    Endpoint {
        answers: &[
            (200, "The state now", Some(status)),
            (400, "Neither arm nor disarm", Some(error)),
            NO_TOKEN,
            WRONG_TOKEN,
        ],
        ..op(
            "POST",
            "/aurora/{action}",
            "arm или disarm: взвести или снять с взвода.",
            "arm or disarm.",
            None,
        )
    },
    op("GET", "/risk/snapshot", "Действующие лимиты риска.", "The risk caps in force.", None),
    Endpoint {
        answers: &[(200, "The caps now", Some(any)), NO_TOKEN, WRONG_TOKEN, MALFORMED],
        ..op("POST", "/risk/set", "Меняет лимиты риска.", "Moves the risk caps.", Some(risk_set))
    },
    probe("/openapi.json", "Этот список для программ.", "This list for machines."),
    Endpoint {
        answers: &[(200, "HTML", None)], ..probe("/docs", "Эта страница.", "This page.")
    },
];

const fn probe(path: &'static str, ru: &'static str, en: &'static str) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        group: "Probes",
        ru,
        en,
        needs_token: false,
        body: None,
        answers: &[(200, "Here it is", Some(any))],
    }
}

const fn metrics(path: &'static str, ru: &'static str, en: &'static str) -> Endpoint {
    let answers = &[(200, "Prometheus text 0.0.4", None), NO_TOKEN, WRONG_TOKEN];
    Endpoint { answers, ..probe(path, ru, en) }
}

const fn op(
    method: &'static str,
    path: &'static str,
    ru: &'static str,
    en: &'static str,
    body: Option<fn() -> Value>,
) -> Endpoint {
    Endpoint {
        method,
        path,
        group: "Operations",
        ru,
        en,
        needs_token: true,
        body,
        answers: &[(200, "Done", Some(any)), NO_TOKEN, WRONG_TOKEN, MALFORMED],
    }
}

pub(super) fn schemas() -> Value {
    json!({
        "Error": {
            "type": "object",
            "required": ["error"],
            "properties": { "error": {
                "type": "object",
                "required": ["code", "message_ru", "message_en", "detail"],
                "properties": {
                    "code": { "type": "string" },
                    "message_ru": { "type": "string" },
                    "message_en": { "type": "string" },
                    "detail": { "type": "object" },
                },
            } },
        },
        "CheckRequest": check_request_schema(),
        "CheckResponse": check_response_schema(),
    })
}

fn check_request_schema() -> Value {
    let number = || json!({ "type": ["number", "string", "null"] });
    let numbers =
        || json!({ "type": ["array", "null"], "items": { "type": ["number", "string"] } });
    let text = || json!({ "type": ["string", "null"] });
    let flag = || json!({ "type": ["boolean", "null"] });
    json!({
        "type": "object",
        "required": ["account", "order", "market"],
        "properties": {
            "ts": number(), "req_id": text(), "fees_bps": number(),
            "risk_tags": { "type": "array", "items": { "type": "string" } },
            "account": { "type": "object", "properties": {
                "mode": text(), "account_id": text(), "subaccount": text(),
            } },
            "order": { "type": "object", "properties": {
                "symbol": text(), "side": text(), "qty": number(), "price": number(),
                "base_notional": number(), "notional": number(),
            } },
            "market": { "type": "object", "properties": {
                "latency_ms": number(), "slip_bps_est": number(), "a_bps": number(),
                "b_bps": number(), "spread_bps": number(), "score": number(),
                "mode_regime": text(), "trap_cancel_deltas": numbers(),
                "trap_add_deltas": numbers(), "trap_trades_cnt": number(), "obi_sign": number(),
                "tfi_sign": number(), "sprt_samples": numbers(), "pnl_today_pct": number(),
                "open_positions": number(), "vol_std_bps": number(), "cvar_hist": number(),
                "dq": { "type": ["object", "null"], "properties": {
                    "stale_book": flag(), "crossed_book": flag(), "abnormal_spread": flag(),
                } },
                "recent_stats": { "type": ["object", "null"], "properties": {
                    "total": number(), "rejects": number(),
                } },
            } },
        },
    })
}

fn check_response_schema() -> Value {
    json!({
        "type": "object",
        "required": [
            "allow", "max_qty", "risk_scale", "cooldown_ms", "reason", "hard_gate", "quotas",
            "observability",
        ],
        "properties": {
            "allow": { "type": "boolean" },
            "max_qty": { "type": "number" },
            "risk_scale": { "type": "number", "minimum": 0, "maximum": 1 },
            "cooldown_ms": { "type": "integer" },
            "reason": { "type": "string" },
            "hard_gate": { "type": "boolean" },
            "quotas": { "type": "object", "properties": {
                "trades_pm_left": { "type": "integer" },
                "symbol_exposure_left_usdt": { "type": "number" },
            } },
            "observability": { "type": "object" },
            "reason_text": { "type": "object", "description": "Only when denied", "properties": {
                "ru": { "type": "string" }, "en": { "type": "string" },
            } },
        },
    })
}

fn error() -> Value {
    json!({ "$ref": "#/components/schemas/Error" })
}

fn check_request() -> Value {
    json!({ "$ref": "#/components/schemas/CheckRequest" })
}

fn check_response() -> Value {
    json!({ "$ref": "#/components/schemas/CheckResponse" })
}

fn any() -> Value {
    json!({ "type": "object" })
}

fn status() -> Value {
    json!({ "type": "object", "required": ["status"], "properties": { "status": { "type": "string" } } })
}

fn report() -> Value {
    json!({
        "type": "object",
        "properties": {
            "symbol": { "type": "string" }, "side": { "type": "string" },
            "qty": { "type": "number" }, "price": { "type": "number" },
            "event": { "enum": ["SUBMIT", "ACK", "PARTIAL", "FILL", "REJECT", "CANCEL", "EXPIRE"] },
            "status": { "type": "string" }, "filled": { "type": "number" },
            "average": { "type": "number" }, "cid": { "type": "string" },
            "order_id": { "type": "string" }, "action": { "type": "string" },
            "close": { "type": "boolean" }, "reduceOnly": { "type": "boolean" },
            "error_code": { "type": "string" }, "error_msg": { "type": "string" },
            "response": { "type": "object", "description": "The exchange's own answer" },
        },
    })
}

fn new_token() -> Value {
    json!({
        "type": "object",
        "required": ["new_token"],
        "properties": { "new_token": { "type": "string", "minLength": 24 } },
    })
}

fn risk_set() -> Value {
    json!({
        "type": "object",
        "properties": {
            "dd_day_pct": { "type": "number", "minimum": 0 },
            "max_concurrent": { "type": "integer", "minimum": 0 },
            "size_scale": { "type": "number", "minimum": 0, "maximum": 1 },
        },
    })
}
