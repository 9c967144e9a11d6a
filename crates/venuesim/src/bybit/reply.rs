//! The envelope every answer comes in: `retCode`, `retMsg`, `result`, `retExtInfo`, `time`.

use aurora_model::Nanos;
use serde::Serialize;

use super::code::Refusal;
use super::limit::Standing;
use crate::request::Response;

/// What a request was answered, before the envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// `result`, as JSON.
    result: String,
    /// `retExtInfo`, as JSON.
    ext: Option<String>,
    /// `retMsg`.
    message: &'static str,
}

/// What a handler says: an answer, or why not.
pub(super) type Answer = Result<Reply, Refusal>;

impl Reply {
    /// A result.
    pub(super) fn new(result: &impl Serialize) -> Reply {
        Reply { result: json(result), ext: None, message: "OK" }
    }

    /// Done, and nothing to tell.
    pub(super) fn done() -> Reply {
        Reply { result: "{}".to_owned(), ext: None, message: "OK" }
    }

    /// The answer to a batch: what became of each item stands in `retExtInfo`.
    pub(super) fn batch(result: &impl Serialize, ext: &impl Serialize) -> Reply {
        Reply { ext: Some(json(ext)), ..Reply::new(result) }
    }

    /// The same with another `retMsg`.
    pub(super) fn saying(self, message: &'static str) -> Reply {
        Reply { message, ..self }
    }

    pub(super) fn result(&self) -> &str {
        &self.result
    }

    pub(super) fn ext(&self) -> &str {
        self.ext.as_deref().unwrap_or("{}")
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("rows are plain names, texts and numbers")
}

/// An answer as HTTP, status 200 whatever it says.
pub(super) fn response(answer: &Answer, now: Nanos) -> Response {
    let body = match answer {
        Ok(reply) => envelope(0, reply.message, &reply.result, reply.ext(), now),
        Err(refusal) => envelope(refusal.code, &refusal.message, "{}", "{}", now),
    };
    Response::json(200, body)
}

fn envelope(code: u32, message: &str, result: &str, ext: &str, now: Nanos) -> String {
    let message = json(&message);
    let time = now.millis();
    format!(
        r#"{{"retCode":{code},"retMsg":{message},"result":{result},"retExtInfo":{ext},"time":{time}}}"#
    )
}

/// The answer with the headers that tell how often one may ask.
pub(super) fn with_standing(response: Response, standing: &Standing) -> Response {
    response
        .with("X-Bapi-Limit", standing.limit.to_string())
        .with("X-Bapi-Limit-Status", standing.left.to_string())
        .with("X-Bapi-Limit-Reset-Timestamp", standing.reset_ms.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bybit::code::DUPLICATE_LINK_ID;
    use expect_test::expect;

    fn body(answer: &Answer) -> String {
        let response = response(answer, Nanos::from_millis(1_672_211_918_471));
        assert_eq!(response.status, 200);
        String::from_utf8(response.body).unwrap()
    }

    #[test]
    fn a_result_a_batch_and_a_refusal_share_the_envelope() {
        let result = serde_json::json!({ "orderId": "1" });
        expect![[r#"{"retCode":0,"retMsg":"OK","result":{"orderId":"1"},"retExtInfo":{},"time":1672211918471}"#]]
            .assert_eq(&body(&Ok(Reply::new(&result))));
        let ext = serde_json::json!({ "list": [{ "code": 110_072, "msg": "x" }] });
        expect![[r#"{"retCode":0,"retMsg":"OK","result":{"orderId":"1"},"retExtInfo":{"list":[{"code":110072,"msg":"x"}]},"time":1672211918471}"#]]
            .assert_eq(&body(&Ok(Reply::batch(&result, &ext))));
        expect![[r#"{"retCode":110072,"retMsg":"OrderLinkedID is duplicate","result":{},"retExtInfo":{},"time":1672211918471}"#]]
            .assert_eq(&body(&Err(DUPLICATE_LINK_ID)));
    }
}
