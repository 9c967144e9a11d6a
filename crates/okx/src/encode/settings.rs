//! Settings of the account, and the dead-man switch.

use aurora_model::Nanos;
use aurora_wire::{Call, MarginMode, Rules};

use super::{Json, call, many};
use crate::limits;

/// Leverage of an instrument.
pub fn leverage(rules: &Rules, times: u32, margin: MarginMode) -> Call {
    let mode = match margin {
        MarginMode::Cross => "cross",
        MarginMode::Isolated => "isolated",
    };
    let mut json = Json::object();
    json.text("instId", &rules.instrument.symbol)
        .text("lever", &times.to_string())
        .text("mgnMode", mode);
    many(limits::SET_LEVERAGE, String::new(), json.close(), 1, Some(rules.no))
}

/// Long and short positions apart, or one net position. The venue wants the account flat and without orders.
pub fn position_mode(hedge: bool) -> Call {
    let mut json = Json::object();
    json.text("posMode", if hedge { "long_short_mode" } else { "net_mode" });
    call(limits::SET_POSITION_MODE, String::new(), json.close())
}

/// Cancels everything after so long, or never; the venue takes 10 to 120 seconds.
pub fn dead_man(after: Option<Nanos>) -> Call {
    let seconds = after.map_or(0, |span| (span.0 / Nanos::SECOND.0).clamp(10, 120));
    let mut json = Json::object();
    json.text("timeOut", &seconds.to_string());
    call(limits::DEAD_MAN, String::new(), json.close())
}
