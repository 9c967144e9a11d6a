//! The frames that are no market data: acknowledgements, pongs, refusals.

use aurora_model::Nanos;
use serde_json::{Map, Value, json};

use super::topic::Address;
use crate::bybit::code::{self, Refusal};
use crate::bybit::limit::Standing;
use crate::dialect::Denial;

/// `success` frames of the public and private addresses.
pub(super) fn done(op: &str, req_id: Option<&str>, conn_id: &str, message: &str) -> String {
    command(true, op, req_id, conn_id, message).to_string()
}

/// The same, refused.
pub(super) fn refused(op: &str, req_id: Option<&str>, conn_id: &str, message: &str) -> String {
    let mut frame = command(false, op, req_id, conn_id, message);
    if op == "auth" {
        frame["request"] = json!({ "op": "auth" });
    }
    frame.to_string()
}

fn command(success: bool, op: &str, req_id: Option<&str>, conn_id: &str, message: &str) -> Value {
    let mut frame = Map::new();
    frame.insert("success".into(), success.into());
    frame.insert("ret_msg".into(), message.into());
    frame.insert("conn_id".into(), conn_id.into());
    if let Some(req_id) = req_id {
        frame.insert("req_id".into(), req_id.into());
    }
    frame.insert("op".into(), op.into());
    Value::Object(frame)
}

/// A pong, which every address words in its own way.
pub(super) fn pong(address: Address, req_id: Option<&str>, conn_id: &str, now: Nanos) -> String {
    let at = now.millis().to_string();
    match address {
        Address::Linear | Address::Elsewhere | Address::Status => {
            command(true, "ping", req_id, conn_id, "pong").to_string()
        }
        Address::Private => {
            let mut frame = json!({ "op": "pong", "args": [at], "conn_id": conn_id });
            if let Some(req_id) = req_id {
                frame["req_id"] = req_id.into();
            }
            frame.to_string()
        }
        Address::Trade => {
            let frame = json!({ "retCode": 0, "retMsg": "OK", "op": "pong", "data": [at], "connId": conn_id });
            frame.to_string()
        }
    }
}

/// The trade address's answer to `auth`.
pub(super) fn trade_auth(answer: &Result<(), Refusal>, conn_id: &str) -> String {
    let (code, message) = match answer {
        Ok(()) => (0, "OK"),
        Err(refusal) => (refusal.code, refusal.message.as_ref()),
    };
    json!({ "retCode": code, "retMsg": message, "op": "auth", "connId": conn_id }).to_string()
}

/// What a trade frame is answered, besides what became of it.
pub(super) struct TradeAnswer<'a> {
    pub(super) op: &'a str,
    pub(super) req_id: Option<&'a str>,
    pub(super) conn_id: &'a str,
    pub(super) standing: Option<Standing>,
    pub(super) now: Nanos,
}

impl TradeAnswer<'_> {
    /// `data` and `ext` are JSON already.
    pub(super) fn frame(&self, outcome: Result<(&str, &str), &Refusal>) -> String {
        let (code, message, data, ext) = match outcome {
            Ok((data, ext)) => (0, "OK", data, ext),
            Err(refusal) => (refusal.code, refusal.message.as_ref(), "{}", "{}"),
        };
        let text = |text: &str| Value::from(text).to_string();
        let req_id = self.req_id.map_or(String::new(), |id| format!(r#""reqId":{},"#, text(id)));
        let limits = self.standing.map_or(String::new(), |standing| {
            format!(
                r#""X-Bapi-Limit":"{}","X-Bapi-Limit-Status":"{}","X-Bapi-Limit-Reset-Timestamp":"{}","#,
                standing.limit, standing.left, standing.reset_ms
            )
        });
        format!(
            r#"{{{req_id}"retCode":{code},"retMsg":{message},"op":{op},"data":{data},"retExtInfo":{ext},"header":{{{limits}"Traceid":"{trace:032x}","Timenow":"{now}"}},"connId":{conn}}}"#,
            message = text(message),
            op = text(self.op),
            trace = self.now.0,
            now = self.now.millis(),
            conn = text(self.conn_id),
        )
    }
}

/// What the trade address says when the server, not the exchange, says no.
pub(in crate::bybit) fn denied(denial: Denial) -> Refusal {
    match denial {
        Denial::RateLimited { .. } => code::TOO_MANY_VISITS,
        Denial::Banned { .. } => Refusal::new(10_403, "Exceed IP rate limit"),
        Denial::ServerError { .. } => code::SERVER_ERROR,
        Denial::UnknownOutcome => code::SERVER_TIMEOUT,
        Denial::NotFound => code::GONE_CANCEL,
        Denial::Maintenance => code::RESTARTING,
        Denial::ClockOff => Refusal::new(10_002, "The request time exceeds the time window range."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_address_has_its_own_pong() {
        let now = Nanos::from_millis(1_675_418_560_633);
        let pong = |address| pong(address, Some("test"), "c-1", now) + "\n";
        let all = [Address::Linear, Address::Private, Address::Trade].map(pong);
        expect![[r#"
            {"conn_id":"c-1","op":"ping","req_id":"test","ret_msg":"pong","success":true}
            {"args":["1675418560633"],"conn_id":"c-1","op":"pong","req_id":"test"}
            {"connId":"c-1","data":["1675418560633"],"op":"pong","retCode":0,"retMsg":"OK"}
        "#]]
        .assert_eq(&all.concat());
    }

    #[test]
    fn an_order_frame_is_answered_with_its_id_and_the_limits() {
        let answer = TradeAnswer {
            op: "order.create",
            req_id: Some("test-005"),
            conn_id: "c-1",
            standing: Some(Standing {
                limit: 10,
                left: 9,
                reset_ms: 1_711_001_595_208,
                passes: true,
            }),
            now: Nanos::from_millis(1_711_001_595_209),
        };
        expect![[r#"{"reqId":"test-005","retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"1"},"retExtInfo":{},"header":{"X-Bapi-Limit":"10","X-Bapi-Limit-Status":"9","X-Bapi-Limit-Reset-Timestamp":"1711001595208","Traceid":"000000000000000017beb2e2b48f2440","Timenow":"1711001595209"},"connId":"c-1"}"#]]
            .assert_eq(&answer.frame(Ok((r#"{"orderId":"1"}"#, "{}"))));
        expect![[r#"{"reqId":"test-005","retCode":20006,"retMsg":"reqId is duplicate","op":"order.create","data":{},"retExtInfo":{},"header":{"X-Bapi-Limit":"10","X-Bapi-Limit-Status":"9","X-Bapi-Limit-Reset-Timestamp":"1711001595208","Traceid":"000000000000000017beb2e2b48f2440","Timenow":"1711001595209"},"connId":"c-1"}"#]]
            .assert_eq(&answer.frame(Err(&code::DUPLICATE_REQ_ID)));
    }
}
