//! What clients ask for, in the venue's own words; every value may come quoted or not.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::code::{Answer, Refusal};

/// A value as text: quoted, a bare number or a boolean; null and absent are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Text<'a> {
        Text(text)
    }
}

impl Text<'_> {
    /// The text, or nothing when it is empty.
    pub(crate) fn given(&self) -> Option<&str> {
        (!self.is_empty()).then_some(&self.0)
    }

    /// A decimal above zero.
    pub(crate) fn above_zero(&self, name: &str) -> Answer<Decimal> {
        match self.0.parse::<Decimal>() {
            Ok(value) if Decimal::ZERO < value => Ok(value),
            _ if self.is_empty() => Err(Refusal::missing(name)),
            _ => Err(Refusal::parameter(name)),
        }
    }

    /// `true` and `false` in either spelling; empty is false.
    pub(crate) fn flag(&self, name: &str) -> Answer<bool> {
        match &*self.0 {
            "" | "false" => Ok(false),
            "true" => Ok(true),
            _ => Err(Refusal::parameter(name)),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        struct AnyScalar;
        impl<'de> Visitor<'de> for AnyScalar {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or a boolean")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(if flag { "true" } else { "false" }))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Cow::Owned(number.to_string()))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Cow::Owned(number.to_string()))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Cow::Owned(number.to_string()))
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(""))
            }
        }
        deserializer.deserialize_any(AnyScalar).map(Text)
    }
}

/// How many things a list has; null, empty text and absent are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
        struct AnyList;
        impl<'de> Visitor<'de> for AnyList {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E: Error>(self) -> Result<Count, E> {
                Ok(Count(0))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
                Ok(Count(usize::from(!text.is_empty())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Count, A::Error> {
                let mut count = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Count(count))
            }
        }
        deserializer.deserialize_any(AnyList)
    }
}

/// One new order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Place<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) inst_id_code: Text<'a>,
    pub(crate) td_mode: Text<'a>,
    pub(crate) cl_ord_id: Text<'a>,
    pub(crate) tag: Text<'a>,
    pub(crate) side: Text<'a>,
    pub(crate) pos_side: Text<'a>,
    pub(crate) ord_type: Text<'a>,
    pub(crate) sz: Text<'a>,
    pub(crate) px: Text<'a>,
    pub(crate) reduce_only: Text<'a>,
    pub(crate) tgt_ccy: Text<'a>,
    pub(crate) stp_mode: Text<'a>,
    pub(crate) attach_algo_ords: Count,
}

/// One order to cancel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Cancel<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) inst_id_code: Text<'a>,
    pub(crate) ord_id: Text<'a>,
    pub(crate) cl_ord_id: Text<'a>,
}

/// One order to change.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Amend<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) inst_id_code: Text<'a>,
    pub(crate) ord_id: Text<'a>,
    pub(crate) cl_ord_id: Text<'a>,
    pub(crate) req_id: Text<'a>,
    pub(crate) cxl_on_fail: Text<'a>,
    pub(crate) new_sz: Text<'a>,
    pub(crate) new_px: Text<'a>,
}

/// One conditional order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PlaceAlgo<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) td_mode: Text<'a>,
    pub(crate) side: Text<'a>,
    pub(crate) pos_side: Text<'a>,
    pub(crate) ord_type: Text<'a>,
    pub(crate) sz: Text<'a>,
    pub(crate) tag: Text<'a>,
    pub(crate) cl_ord_id: Text<'a>,
    pub(crate) algo_cl_ord_id: Text<'a>,
    pub(crate) reduce_only: Text<'a>,
    pub(crate) close_fraction: Text<'a>,
    pub(crate) trigger_px: Text<'a>,
    pub(crate) trigger_px_type: Text<'a>,
    pub(crate) order_px: Text<'a>,
    pub(crate) tp_trigger_px: Text<'a>,
    pub(crate) tp_trigger_px_type: Text<'a>,
    pub(crate) tp_ord_px: Text<'a>,
    pub(crate) sl_trigger_px: Text<'a>,
    pub(crate) sl_trigger_px_type: Text<'a>,
    pub(crate) sl_ord_px: Text<'a>,
    pub(crate) callback_ratio: Text<'a>,
    pub(crate) callback_spread: Text<'a>,
    pub(crate) active_px: Text<'a>,
}

/// One conditional order to cancel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CancelAlgo<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) algo_id: Text<'a>,
    pub(crate) algo_cl_ord_id: Text<'a>,
}

/// A change of leverage.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SetLeverage<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) ccy: Text<'a>,
    pub(crate) lever: Text<'a>,
    pub(crate) mgn_mode: Text<'a>,
    pub(crate) pos_side: Text<'a>,
}

/// One-way or hedge.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SetPositionMode<'a> {
    #[serde(borrow)]
    pub(crate) pos_mode: Text<'a>,
}

/// The dead-man switch: seconds, or zero to disarm.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CancelAllAfter<'a> {
    #[serde(borrow)]
    pub(crate) time_out: Text<'a>,
    pub(crate) tag: Text<'a>,
}

/// A position to close at market.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClosePosition<'a> {
    #[serde(borrow)]
    pub(crate) inst_id: Text<'a>,
    pub(crate) mgn_mode: Text<'a>,
    pub(crate) pos_side: Text<'a>,
    pub(crate) auto_cxl: Text<'a>,
    pub(crate) cl_ord_id: Text<'a>,
    pub(crate) tag: Text<'a>,
}

/// A request body as `T`.
pub(crate) fn body<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Answer<T> {
    if body.is_empty() {
        return Err(Refusal::of(50000));
    }
    serde_json::from_slice(body).map_err(|_| Refusal::of(50002))
}

/// A client's own id: letters and digits, at most 32.
pub(crate) fn client_id<'a>(id: &'a Text<'_>, name: &str) -> Answer<Option<&'a str>> {
    let legal = id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if legal { Ok(id.given()) } else { Err(Refusal::parameter(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_as_the_venues_own_connector_sends_it_is_understood() {
        let order: Place<'_> = body(br#"{"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "post_only", "sz": "0.02", "ccy": "", "clOrdId": "sec1795253164229837423", "px": 58799.9, "reduceOnly": false, "instIdCode": 10459, "attachAlgoOrds": null}"#).unwrap();
        assert_eq!(&*order.px, "58799.9");
        assert_eq!(&*order.inst_id_code, "10459");
        assert_eq!(order.reduce_only.flag("reduceOnly"), Ok(false));
        assert_eq!(client_id(&order.cl_ord_id, "clOrdId"), Ok(Some("sec1795253164229837423")));
    }

    #[test]
    fn a_hyphen_or_a_33rd_letter_spoils_a_client_id() {
        for id in ["a-b", "a_b", &"x".repeat(33), "é"] {
            let id = Text(Cow::Borrowed(id));
            assert_eq!(client_id(&id, "clOrdId"), Err(Refusal::parameter("clOrdId")));
        }
    }

    #[test]
    fn a_broken_body_is_a_refusal_not_a_panic() {
        assert_eq!(body::<Place<'_>>(b"").unwrap_err().code, 50000);
        for bytes in [&b"{"[..], b"[{}]", b"{\"sz\":{}}", b"\xff", b"{\"sz\":\"1\"]"] {
            assert_eq!(body::<Place<'_>>(bytes).unwrap_err().code, 50002, "{bytes:?}");
        }
    }
}
