//! OKX error codes with the text and the HTTP status the venue sends them with.
//!
//! Texts follow the venue's manual as of July 2026. A code in the 50000 and 501xx range can be the
//! answer to a whole request; 51xxx stand beside one order, as `sCode` and `sMsg`.

use std::borrow::Cow;
use std::fmt;

/// Why the venue said no: a code, and the sentence that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The number clients branch on.
    pub(crate) code: u32,
    /// What a person reads.
    pub(crate) text: Cow<'static, str>,
}

/// What was asked was refused, or the answer.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

impl Refusal {
    /// A code with the manual's own sentence.
    pub(crate) fn of(code: u32) -> Refusal {
        Refusal { code, text: Cow::Borrowed(text_of(code)) }
    }

    /// A code whose sentence names something.
    pub(crate) fn saying(code: u32, text: impl Into<String>) -> Refusal {
        Refusal { code, text: Cow::Owned(text.into()) }
    }

    /// A parameter that is there and wrong.
    pub(crate) fn parameter(name: &str) -> Refusal {
        Refusal::saying(51000, format!("Parameter {name} error"))
    }

    /// A parameter that has to be there.
    pub(crate) fn missing(name: &str) -> Refusal {
        Refusal::saying(50014, format!("Parameter {name} can not be empty."))
    }

    /// The HTTP status of an answer that consists of this refusal alone.
    pub(crate) fn status(&self) -> u16 {
        match self.code {
            50101..=50114 => 401,
            50011 | 50013 => 429,
            50001 => 503,
            50026 => 500,
            50115 => 405,
            50005 => 410,
            404 => 404,
            50000 | 50002 | 50004 | 50006 | 50014..=50016 | 50100 | 51000 | 51406 | 51501 => 400,
            _ => 200,
        }
    }
}

/// The manual's sentence for a code that needs no names filled in.
fn text_of(code: u32) -> &'static str {
    match code {
        50000 => "Body for POST request cannot be empty.",
        50001 => "Service temporarily unavailable. Please try again later.",
        50002 => "JSON syntax error",
        50004 => {
            "API endpoint request timeout. (does not mean that the request was successful or failed, please check the request result)."
        }
        50011 => "Too Many Requests",
        50013 => "Systems are busy. Please try again later.",
        50026 => "System error. Try again later",
        50036 => {
            "The expTime can't be earlier than the current system time. Please adjust the expTime and try again."
        }
        50037 => "Order expired.",
        50061 => "You've reached the maximum order rate limit for this account.",
        50101 => "APIKey does not match current environment.",
        50102 => "Timestamp request expired.",
        50103 => "Request header \"OK-ACCESS-KEY\" cannot be empty.",
        50104 => "Request header \"OK-ACCESS-PASSPHRASE\" cannot be empty.",
        50105 => "Request header \"OK-ACCESS-PASSPHRASE\" incorrect.",
        50106 => "Request header \"OK-ACCESS-SIGN\" cannot be empty.",
        50107 => "Request header \"OK-ACCESS-TIMESTAMP\" cannot be empty.",
        50111 => "Invalid OK-ACCESS-KEY.",
        50112 => "Invalid OK-ACCESS-TIMESTAMP.",
        50113 => "Invalid signature.",
        50115 => "Invalid request method.",
        51001 => "Instrument ID, Instrument ID code or Spread ID doesn't exist.",
        51003 => "Either client order ID or order ID is required.",
        51005 => "Your order amount exceeds the max order amount.",
        51010 => "Request unsupported under current account mode",
        51015 => "Instrument ID doesn't match instrument type.",
        51016 => "Client order ID already exists.",
        51020 => "Your order should meet or exceed the minimum order amount.",
        51022 => "Contract suspended.",
        51023 => "Position doesn't exist.",
        51024 => "Trading account is blocked.",
        51025 => "Order count exceeds the limit.",
        51027 => "Contract expired.",
        51030 => "Funding fee is being settled.",
        51065 => "algoClOrdId already exists.",
        51112 => "Close order size exceeds available size for this position.",
        51121 => "Order quantity must be a multiple of the lot size.",
        51127 => "Available balance is 0.",
        51131 => "Insufficient balance.",
        51169 => {
            "Order failed because you don't have any positions in this direction for this contract to reduce or close."
        }
        51170 => {
            "Failed to place order. A reduce-only order can’t be the same trading direction as your existing positions."
        }
        51204 => "The price for the limit order cannot be empty.",
        51400 => {
            "Order cancellation failed as the order has been filled, canceled or does not exist."
        }
        51407 => "Either order ID or client order ID is required.",
        51410 => {
            "Cancellation failed as the order is already in canceling status or pending settlement."
        }
        51500 => "You must enter a price, quantity, or TP/SL",
        51502 => "Unable to edit order: insufficient balance or margin.",
        51503 => "Your order has already been filled or canceled.",
        51506 => "Order modification unavailable for the order type.",
        51511 => {
            "Modification failed as the order price did not meet the requirement for Post Only."
        }
        51603 => "Order does not exist.",
        54036 => {
            "You can't place fill or kill orders when self-trade prevention is set to both maker and taker orders."
        }
        60004 => "Invalid timestamp",
        60005 => "Invalid apiKey",
        60006 => "Timestamp request expired",
        60007 => "Invalid sign",
        60009 => "Login failed.",
        60011 => "Please log in",
        60012 => "Invalid request",
        60013 => "Invalid args",
        60014 => "Requests too frequent",
        60024 => "Wrong passphrase",
        60028 => {
            "The current operation is not supported by this URL. Please use the correct WebSocket URL for the operation."
        }
        60031 => "The WebSocket endpoint does not allow multiple or repeated logins.",
        64001 => {
            "This channel has been migrated to the '/business' URL. Please subscribe using the new URL."
        }
        64002 => {
            "This channel is not supported by \"/business\" URL. Please use \"/private\" URL(for private channels), or \"/public\" URL(for public channels)."
        }
        64008 => "The connection will soon be closed for a service upgrade. Please reconnect.",
        _ => "Operation failed.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_refusal_carries_the_manuals_sentence_and_status() {
        let codes = [
            50002, 50011, 50036, 50061, 50102, 50105, 50111, 50113, 51001, 51016, 51020, 51121,
            51169, 51400, 51503, 51511, 51603,
        ];
        let table: String = codes
            .into_iter()
            .map(Refusal::of)
            .chain([Refusal::parameter("px"), Refusal::missing("instId")])
            .map(|refusal| format!("{} {refusal}\n", refusal.status()))
            .collect();
        expect![[r#"
            400 50002 JSON syntax error
            429 50011 Too Many Requests
            200 50036 The expTime can't be earlier than the current system time. Please adjust the expTime and try again.
            200 50061 You've reached the maximum order rate limit for this account.
            401 50102 Timestamp request expired.
            401 50105 Request header "OK-ACCESS-PASSPHRASE" incorrect.
            401 50111 Invalid OK-ACCESS-KEY.
            401 50113 Invalid signature.
            200 51001 Instrument ID, Instrument ID code or Spread ID doesn't exist.
            200 51016 Client order ID already exists.
            200 51020 Your order should meet or exceed the minimum order amount.
            200 51121 Order quantity must be a multiple of the lot size.
            200 51169 Order failed because you don't have any positions in this direction for this contract to reduce or close.
            200 51400 Order cancellation failed as the order has been filled, canceled or does not exist.
            200 51503 Your order has already been filled or canceled.
            200 51511 Modification failed as the order price did not meet the requirement for Post Only.
            200 51603 Order does not exist.
            400 51000 Parameter px error
            400 50014 Parameter instId can not be empty.
        "#]].assert_eq(&table);
    }
}
