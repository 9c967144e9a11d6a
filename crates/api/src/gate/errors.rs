//! Error bodies: a stable code, a sentence in each language, and what it is about.

use aurora_journal::jsonl::json;

use super::malformed::Malformed;

/// Appends `{"error":{"code","message_ru","message_en","detail"}}`; `detail` is a JSON object.
pub(crate) fn error(out: &mut Vec<u8>, code: &str, ru: &str, en: &str, detail: &[u8]) {
    out.extend_from_slice(b"{\"error\":{\"code\":");
    json::string(out, code);
    out.extend_from_slice(b",\"message_ru\":");
    json::string(out, ru);
    out.extend_from_slice(b",\"message_en\":");
    json::string(out, en);
    out.extend_from_slice(b",\"detail\":");
    out.extend_from_slice(detail);
    out.extend_from_slice(b"}}");
}

/// Appends the body of a 422.
pub(super) fn malformed(problem: &Malformed, out: &mut Vec<u8>) {
    let mut detail = b"{\"field\":".to_vec();
    json::string(&mut detail, &problem.field);
    detail.push(b'}');
    let ru = format!("{}: {}", problem.field, problem.problem.ru());
    error(out, "MALFORMED", &ru, &problem.to_string(), &detail);
}

/// A fixed error of the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    BadRequest,
    Unauthorized,
    Forbidden,
    ForeignOrigin,
    Timeout,
    TooLarge,
    TooManyHeaders,
    AuditUnavailable,
    Busy,
}

impl Fault {
    pub(crate) const fn status(self) -> u16 {
        match self {
            Fault::BadRequest => 400,
            Fault::Unauthorized => 401,
            Fault::Forbidden | Fault::ForeignOrigin => 403,
            Fault::Timeout => 408,
            Fault::TooLarge => 413,
            Fault::TooManyHeaders => 431,
            Fault::AuditUnavailable | Fault::Busy => 503,
        }
    }

    pub(crate) fn body(self) -> Vec<u8> {
        let (code, ru, en) = match self {
            Fault::BadRequest => {
                ("BAD_REQUEST", "это не запрос HTTP/1.1", "not an HTTP/1.1 request")
            }
            Fault::Unauthorized => (
                "UNAUTHORIZED",
                "нужен заголовок X-OPS-TOKEN; токен задаётся переменной OPS_TOKEN",
                "send the X-OPS-TOKEN header; the token is set with OPS_TOKEN",
            ),
            Fault::Forbidden => {
                ("FORBIDDEN", "неверный X-OPS-TOKEN", "this X-OPS-TOKEN is not the right one")
            }
            Fault::ForeignOrigin => (
                "FOREIGN_ORIGIN",
                "запрос со страницы другого сайта отклонён",
                "refused: the request comes from a page of another site",
            ),
            Fault::Timeout => (
                "TIMEOUT",
                "запрос пришёл не целиком за отведённое время",
                "the request did not arrive whole in time",
            ),
            Fault::TooLarge => (
                "TOO_LARGE",
                "тело больше 64 КиБ: уменьшите его",
                "the body is over 64 KiB: make it smaller",
            ),
            Fault::TooManyHeaders => (
                "HEADERS_TOO_LARGE",
                "заголовков больше 64 или они длиннее 16 КиБ",
                "more than 64 headers, or longer than 16 KiB",
            ),
            Fault::AuditUnavailable => (
                "AUDIT_UNAVAILABLE",
                "журнал недоступен для записи, отчёт не сохранён: повторите позже",
                "the log cannot be written, the report was not kept: send it again later",
            ),
            Fault::Busy => (
                "BUSY",
                "слишком много соединений или запросов: повторите позже",
                "too many connections or requests: try again later",
            ),
        };
        let mut out = Vec::with_capacity(256);
        error(&mut out, code, ru, en, b"{}");
        out
    }
}
