//! OKX's fixed facts in one place.

use aurora_model::{InstrumentId, InstrumentNo, Nanos, Venue};
use aurora_wire::{
    Call, CancelAllScope, Capabilities, ClientIds, CrossingPostOnly, DeadMan, DecodeError,
    Endpoints, Fate, Headers, Keys, Limit, Protocol, Pushback, RulesPage, Signed, Usage,
};

use crate::decode::rest::{self, InstrumentRow, OkxError};
use crate::{encode, errors, frame, limits, rules, sign};

/// OKX v5, spot and swaps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Okx;

impl Okx {
    /// The live venue.
    pub fn live() -> Endpoints {
        Okx::at("https://www.okx.com", "wss://ws.okx.com:8443")
    }

    /// The demo: the same REST host with a header, other sockets.
    pub fn demo() -> Endpoints {
        let headers = vec![("x-simulated-trading", "1".to_owned())];
        Endpoints { headers, ..Okx::at("https://www.okx.com", "wss://wspap.okx.com:8443") }
    }

    /// Any other place, for example a simulator: URL bases without a trailing slash.
    pub fn at(rest: &str, sockets: &str) -> Endpoints {
        let socket = |name| format!("{sockets}/ws/v5/{name}");
        Endpoints {
            rest: rest.to_owned(),
            public: socket("public"),
            private: socket("private"),
            trade: socket("private"),
            business: socket("business"),
            headers: Vec::new(),
        }
    }
}

impl Protocol for Okx {
    fn venue(&self) -> Venue {
        Venue::Okx
    }

    fn limits(&self) -> &'static [Limit] {
        limits::LIMITS
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            amend: true,
            batch: [20, 20, 20],
            cancel_all: CancelAllScope::Listed,
            dead_man: DeadMan::Timer {
                min: Nanos::SECOND * 10,
                max: Nanos::SECOND * 120,
                per_instrument: false,
            },
            stp: encode::STP,
            good_until: false,
            close_on_trigger: true,
            crossing_post_only: CrossingPostOnly::AckedThenCanceled,
            client_ids: ClientIds::Remembered,
            fill_stream: false,
        }
    }

    fn sign(&self, keys: Option<&Keys>, at: Nanos, call: &Call) -> Signed {
        sign::sign(keys, at, call)
    }

    fn login(&self, keys: &Keys, at: Nanos) -> String {
        sign::login(keys, at)
    }

    /// OKX tells none.
    fn usage(&self, _headers: Headers<'_>, _out: &mut Vec<Usage>) {}

    /// An endpoint's limit (50011) or the account's (50061) ends with its two seconds; what answers 429 without a
    /// code is the wall before the venue, which wants more.
    fn pushback(&self, status: u16, _headers: Headers<'_>, body: &[u8]) -> Option<Pushback> {
        if status != 429 && !body.windows(5).any(|code| matches!(code, b"50011" | b"50061")) {
            return None;
        }
        let code = frame::read_envelope(body).ok().and_then(|envelope| envelope.code);
        let (limit, pause) = match code {
            Some(50061) => (Some(limits::ACCOUNT_ORDERS), Nanos::SECOND * 2),
            Some(50011) => (None, Nanos::SECOND),
            _ if status == 429 => (None, Nanos::SECOND * 10),
            _ => return None,
        };
        Some(Pushback { limit, pause, ban: false })
    }

    fn fate(&self, code: i64) -> Fate {
        errors::fate(code)
    }

    /// Every kind in one page.
    fn rules_call(&self, page: Option<&str>) -> Vec<Call> {
        match page {
            Some(_) => Vec::new(),
            None => vec![encode::instruments("SWAP"), encode::instruments("SPOT")],
        }
    }

    fn read_rules(
        &self,
        body: &[u8],
        wanted: &[(InstrumentNo, InstrumentId)],
    ) -> Result<RulesPage, DecodeError> {
        let rows: Vec<InstrumentRow> = rest::read(body).map_err(|error| match error {
            OkxError::Frame(error) => error,
            OkxError::Refused { .. } => DecodeError::Missing { field: "data" },
            OkxError::Body(error) => {
                DecodeError::Unexpected { at: error.column(), wanted: "an instrument's rules" }
            }
        })?;
        let mut page = RulesPage::default();
        for (no, id) in wanted.iter().filter(|(_, id)| id.venue == Venue::Okx) {
            let symbol = rules::symbol(id);
            let row = rows.iter().find(|row| row.inst_id == symbol);
            if let Some(row) = row.filter(|row| row.inst_type == rules::inst_type(id)) {
                let rules = rules::rules(*no, id, row);
                page.rules
                    .push(rules.ok_or(DecodeError::Missing { field: "tickSz, lotSz or ctVal" })?);
            }
        }
        Ok(page)
    }
}
