//! Binance USD-M futures: its fixed facts.

use aurora_model::{InstrumentId, InstrumentNo, Nanos, Venue};
use aurora_wire::{
    Call, CancelAllScope, Capabilities, ClientIds, CrossingPostOnly, DeadMan, DecodeError, Fate,
    Headers, Keys, Limit, Protocol, Pushback, RulesPage, Signed, Stp, Usage,
};

use crate::{answer, encode, errors, limits, sign};

/// Binance USD-M futures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Binance;

/// Our self-trade modes in Binance's words.
pub(crate) const STP: [(Stp, &str); 4] = [
    (Stp::CancelTaker, "EXPIRE_TAKER"),
    (Stp::CancelMaker, "EXPIRE_MAKER"),
    (Stp::CancelBoth, "EXPIRE_BOTH"),
    (Stp::Default, "EXPIRE_MAKER"),
];

impl Protocol for Binance {
    fn venue(&self) -> Venue {
        Venue::BinanceUsdm
    }

    fn limits(&self) -> &'static [Limit] {
        &limits::LIMITS
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            amend: true,
            batch: [5, 5, 10],
            cancel_all: CancelAllScope::Instrument,
            dead_man: DeadMan::Timer {
                min: Nanos::SECOND,
                max: Nanos::SECOND * 86_400,
                per_instrument: true,
            },
            stp: &STP,
            good_until: true,
            close_on_trigger: true,
            crossing_post_only: CrossingPostOnly::Refused,
            client_ids: ClientIds::WhileOpen,
            fill_stream: true,
        }
    }

    fn sign(&self, keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
        sign::sign(keys, at, call)
    }

    /// Nothing: the private stream is opened by its listen key, so [`aurora_wire::Action::Login`] is never asked.
    fn login(&self, _: &Keys, _: Nanos) -> String {
        String::new()
    }

    fn usage(&self, headers: Headers<'_>, out: &mut Vec<Usage>) {
        limits::usage(headers, out);
    }

    fn pushback(&self, status: u16, headers: Headers<'_>, body: &[u8]) -> Option<Pushback> {
        limits::pushback(status, headers, body)
    }

    fn fate(&self, code: i64) -> Fate {
        errors::fate(code)
    }

    fn rules_call(&self, _page: Option<&str>) -> Vec<Call> {
        vec![encode::exchange_info()]
    }

    fn read_rules(
        &self,
        body: &[u8],
        wanted: &[(InstrumentNo, InstrumentId)],
    ) -> Result<RulesPage, DecodeError> {
        let info = answer::exchange_info(body)?;
        Ok(RulesPage { rules: info.rules(wanted)?, next: None })
    }
}
