//! Bybit's fixed facts.

use aurora_model::{InstrumentId, InstrumentNo, Nanos, Venue};
use aurora_wire::{
    Call, CallNo, CancelAllScope, Capabilities, ClientIds, CrossingPostOnly, DeadMan, DecodeError,
    Endpoints, Fate, Headers, Keys, Limit, Protocol, Pushback, RulesPage, Signed, Usage,
};

use crate::{encode, errors, limits, rules, sign};

/// The most orders we put into one batch. The venue takes twenty, but the standard rate is ten orders a second,
/// counted one by one: a larger batch could never be paid for.
pub const MAX_BATCH: u16 = 10;

/// Bybit v5, linear perpetuals on a unified account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bybit;

impl Bybit {
    /// Where the real venue is.
    pub fn live() -> Endpoints {
        endpoints("https://api.bybit.com", "wss://stream.bybit.com")
    }

    /// Where its test network is.
    pub fn testnet() -> Endpoints {
        endpoints("https://api-testnet.bybit.com", "wss://stream-testnet.bybit.com")
    }

    /// A simulator: both bases without a path, such as `http://127.0.0.1:9003` and `ws://127.0.0.1:9003`.
    pub fn at(rest: &str, sockets: &str) -> Endpoints {
        endpoints(rest, sockets)
    }
}

fn endpoints(rest: &str, sockets: &str) -> Endpoints {
    Endpoints {
        rest: rest.to_owned(),
        public: format!("{sockets}/v5/public/linear"),
        private: format!("{sockets}/v5/private"),
        trade: format!("{sockets}/v5/trade"),
        business: format!("{sockets}/v5/public/misc/status"),
        headers: Vec::new(),
    }
}

impl Protocol for Bybit {
    fn venue(&self) -> Venue {
        Venue::Bybit
    }

    fn limits(&self) -> &'static [Limit] {
        limits::LIMITS
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            amend: true,
            batch: [MAX_BATCH; 3],
            cancel_all: CancelAllScope::SettleCurrency,
            dead_man: DeadMan::OnDisconnect { min: Nanos::SECOND * 3, max: Nanos::SECOND * 300 },
            stp: encode::STP_WORDS,
            good_until: false,
            close_on_trigger: true,
            crossing_post_only: CrossingPostOnly::AckedThenCanceled,
            client_ids: ClientIds::Remembered,
            fill_stream: true,
        }
    }

    fn sign(&self, keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
        sign::sign(keys, at, call)
    }

    fn login(&self, keys: &Keys, at: Nanos) -> String {
        sign::login(keys, at)
    }

    /// Nothing: the headers do not say which path they are about; [`Protocol::usage_of`] does.
    fn usage(&self, _headers: Headers<'_>, _out: &mut Vec<Usage>) {}

    fn usage_of(&self, call: &Call, headers: Headers<'_>, out: &mut Vec<Usage>) {
        limits::usage(call, headers, out);
    }

    fn pushback(&self, status: u16, headers: Headers<'_>, body: &[u8]) -> Option<Pushback> {
        limits::pushback(None, status, headers, body)
    }

    fn pushback_of(
        &self,
        call: &Call,
        status: u16,
        headers: Headers<'_>,
        body: &[u8],
    ) -> Option<Pushback> {
        limits::pushback(Some(call), status, headers, body)
    }

    fn fate(&self, code: i64) -> Fate {
        errors::fate(code)
    }

    fn rules_call(&self, page: Option<&str>) -> Vec<Call> {
        vec![encode::instruments(CallNo(0), page)]
    }

    fn read_rules(
        &self,
        body: &[u8],
        wanted: &[(InstrumentNo, InstrumentId)],
    ) -> Result<RulesPage, DecodeError> {
        rules::read(body, wanted)
    }
}
