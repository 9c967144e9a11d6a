//! The console's paths, as the API documentation lists them; their shapes are in `wire`.

use serde_json::{Value, json};

use crate::http::{Answer, Endpoint};

/// Every path of the console.
pub const CONSOLE_ENDPOINTS: &[Endpoint] = &[
    read(
        "/api/ui/stream",
        "WebSocket: темы пульта целиком, затем изменения; ?topics=frame,ladder,…&instrument=ID.",
        "WebSocket: the console's topics whole, then what changed; ?topics=frame,ladder,…&instrument=ID.",
        &[(101, "Switches to WebSocket", None), FOREIGN],
    ),
    read("/api/ui/instruments", "Чем торгует деск.", "What the desk trades.", FOUND),
    read(
        "/api/ui/config",
        "Действующие настройки и откуда каждая.",
        "The effective settings and where each came from.",
        FOUND,
    ),
    read(
        "/api/ui/system",
        "Процесс, журнал, восстановление, история состояний.",
        "Process, journal, recovery, history of states.",
        FOUND,
    ),
    read(
        "/api/ui/venues",
        "Площадки: связь, часы, лимиты, второй путь исполнений.",
        "The venues: connections, clocks, limits, the second path of fills.",
        FOUND,
    ),
    read(
        "/api/md/meta",
        "Правила инструментов: шаг, лот, минимум, комиссии, версия.",
        "Instrument rules: tick, lot, minimum, fees, version.",
        FOUND,
    ),
    read(
        "/api/system/maintenance",
        "Плановые остановки площадок.",
        "Planned stops of venues.",
        FOUND,
    ),
    read("/api/ui/orders/{id}", "Жизнь одной заявки.", "The life of one order.", FOUND_OR_NOT),
    read(
        "/api/ui/execution",
        "Заявки с маршрутом, задержками и судьбой: exactly_once_state и ссылки на записи журнала.",
        "Orders with route, latencies and fate: exactly_once_state and the journal records that say so.",
        FOUND,
    ),
    read(
        "/api/ui/recon/orders",
        "Сверка заявок: наше состояние, слово площадки, ссылки на журнал.",
        "Orders reconciled: our state, the venue's word, links into the journal.",
        FOUND,
    ),
    read(
        "/api/ui/recon/balances",
        "Сверка остатков: наш учёт, слово площадки, разница, допуск.",
        "Balances reconciled: our books, the venue's word, the difference, the tolerance.",
        FOUND,
    ),
    read("/api/ui/decisions/{id}", "Одно решение целиком.", "One decision in full.", FOUND_OR_NOT),
    read(
        "/api/ui/export/{name}",
        "orders.csv, decisions.csv или pnl.csv.",
        "orders.csv, decisions.csv or pnl.csv.",
        FOUND_OR_NOT,
    ),
    Endpoint {
        method: "POST",
        path: "/api/ui/control",
        group: "Console",
        ru: "Удержание, продолжение, аварийная остановка, взвод, приём остатков — с причиной.",
        en: "Hold, resume, kill, re-arm or accept balances, with a reason.",
        needs_token: false,
        body: Some(control),
        answers: &[
            (200, "Done: the state now and how many orders a cancel was sent for", None),
            FOREIGN,
            (409, "The state forbids it, or a check does not hold", None),
            (415, "The body is not application/json", None),
            (422, "The body is not of that shape", None),
        ],
    },
];

const FOREIGN: Answer = (403, "A page of another site, or a foreign host name", None);
const FOUND: &[Answer] =
    &[(200, "JSON; see the console API page of the documentation", None), FOREIGN];
const FOUND_OR_NOT: &[Answer] =
    &[(200, "Found", None), FOREIGN, (404, "Not known, or forgotten by now", None)];

const fn read(
    path: &'static str,
    ru: &'static str,
    en: &'static str,
    answers: &'static [Answer],
) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        group: "Console",
        ru,
        en,
        needs_token: false,
        body: None,
        answers,
    }
}

fn control() -> Value {
    json!({
        "type": "object",
        "required": ["action"],
        "additionalProperties": false,
        "properties": {
            "action": {"enum": ["hold", "resume", "kill", "rearm", "accept"]},
            "reason": {"type": "string"},
        },
    })
}
