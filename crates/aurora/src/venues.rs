//! The venues Aurora speaks to: one table from a name to its crate.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use aurora_binance::Binance;
use aurora_bybit::Bybit;
use aurora_model::{InstrumentId, InstrumentNo, Nanos, Venue};
use aurora_okx::Okx;
use aurora_venue::transport::TransportConfig;
use aurora_venue::{Clock, VenueError, fetch_rules};
use aurora_wire::{Endpoints, Protocol, Rules, Session, Stp};

/// A venue with a native adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum VenueName {
    Binance,
    Okx,
    Bybit,
}

/// A fencing epoch for a start that no earlier one left a number to: starts at least eight seconds apart have ids of
/// their own, whatever the venue remembers. Counted in units of eight seconds since 2020.
pub(crate) fn epoch_of(now: Nanos) -> anyhow::Result<u32> {
    let seconds = now.0 / 1_000_000_000 - 1_577_836_800;
    Ok(u32::try_from(seconds).map_err(|_| anyhow::anyhow!("the clock is wrong"))? / 8)
}

impl VenueName {
    pub(crate) const ALL: [VenueName; 3] = [VenueName::Binance, VenueName::Okx, VenueName::Bybit];

    /// The word on the command line and in the configuration.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            VenueName::Binance => "binance",
            VenueName::Okx => "okx",
            VenueName::Bybit => "bybit",
        }
    }

    /// Its name as people write it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            VenueName::Binance => "Binance",
            VenueName::Okx => "OKX",
            VenueName::Bybit => "Bybit",
        }
    }

    pub(crate) const fn venue(self) -> Venue {
        match self {
            VenueName::Binance => Venue::BinanceUsdm,
            VenueName::Okx => Venue::Okx,
            VenueName::Bybit => Venue::Bybit,
        }
    }

    pub(crate) fn protocol(self) -> Arc<dyn Protocol> {
        match self {
            VenueName::Binance => Arc::new(Binance),
            VenueName::Okx => Arc::new(Okx),
            VenueName::Bybit => Arc::new(Bybit),
        }
    }

    /// The perpetual of a pair such as `BTC/USDT`.
    pub(crate) fn perpetual(self, pair: &str) -> Result<InstrumentId, String> {
        let (base, quote) = pair
            .split_once(['/', '-'])
            .ok_or_else(|| format!("{pair:?} must look like BTC/USDT"))?;
        let id = format!(
            "{}:PERP:{}-{}",
            self.venue().code(),
            base.to_uppercase(),
            quote.to_uppercase()
        );
        id.parse().map_err(|fault: aurora_model::instrument::InstrumentIdError| fault.to_string())
    }

    /// A simulator's addresses, as the venue's client expects them.
    pub(crate) fn sim_endpoints(self, rest: SocketAddr, ws: SocketAddr) -> Endpoints {
        self.endpoints(&format!("http://{rest}"), &format!("ws://{ws}"), Vec::new())
    }

    /// The venue's test network.
    pub(crate) fn testnet_endpoints(self) -> Endpoints {
        match self {
            VenueName::Binance => self.endpoints(
                "https://demo-fapi.binance.com",
                "wss://demo-fstream.binance.com",
                Vec::new(),
            ),
            VenueName::Okx => self.endpoints(
                "https://www.okx.com",
                "wss://wspap.okx.com:8443",
                vec![("x-simulated-trading", String::from("1"))],
            ),
            VenueName::Bybit => Endpoints {
                public: String::from("wss://stream.bybit.com/v5/public/linear"),
                ..self.endpoints(
                    "https://api-testnet.bybit.com",
                    "wss://stream-testnet.bybit.com",
                    Vec::new(),
                )
            },
        }
    }

    fn endpoints(self, rest: &str, ws: &str, headers: Vec<(&'static str, String)>) -> Endpoints {
        let at = |path: &str| format!("{ws}{path}");
        let (public, private, trade, business) = match self {
            VenueName::Binance => (at(""), at(""), at("/ws-fapi/v1"), String::new()),
            VenueName::Okx => (
                at("/ws/v5/public"),
                at("/ws/v5/private"),
                at("/ws/v5/private"),
                at("/ws/v5/business"),
            ),
            VenueName::Bybit => {
                (at("/v5/public/linear"), at("/v5/private"), at("/v5/trade"), String::new())
            }
        };
        Endpoints { rest: rest.to_owned(), public, private, trade, business, headers }
    }

    /// One of several parallel views of the venue's market.
    pub(crate) fn market_session(
        self,
        endpoints: &Endpoints,
        rules: &[Rules],
        view: u8,
    ) -> Box<dyn Session> {
        let (endpoints, rules) = (endpoints.clone(), rules.to_vec());
        match self {
            VenueName::Binance => {
                use aurora_binance::market::{MarketConfig, MarketSession};
                Box::new(MarketSession::new(MarketConfig { endpoints, rules, view }))
            }
            VenueName::Okx => {
                use aurora_okx::market::{MarketConfig, MarketSession};
                Box::new(MarketSession::new(MarketConfig { endpoints, rules, view }))
            }
            VenueName::Bybit => {
                use aurora_bybit::market::{MarketConfig, MarketSession};
                Box::new(MarketSession::new(MarketConfig { endpoints, rules, view }))
            }
        }
    }

    /// The account's session; `account` is the number in our client order ids.
    pub(crate) fn account_session(
        self,
        endpoints: &Endpoints,
        rules: &[Rules],
        account: u16,
    ) -> Box<dyn Session> {
        let (endpoints, rules) = (endpoints.clone(), rules.to_vec());
        let (stp, use_trade_socket) = (Stp::Default, false);
        match self {
            VenueName::Binance => {
                use aurora_binance::account::{AccountConfig, AccountSession};
                let config = AccountConfig { endpoints, rules, account, stp, use_trade_socket };
                Box::new(AccountSession::new(config))
            }
            VenueName::Okx => {
                use aurora_okx::account::{AccountConfig, AccountSession};
                let config = AccountConfig { endpoints, rules, account, stp, use_trade_socket };
                Box::new(AccountSession::new(config))
            }
            VenueName::Bybit => {
                use aurora_bybit::account::{AccountConfig, AccountSession};
                let config = AccountConfig { endpoints, rules, account, stp, use_trade_socket };
                Box::new(AccountSession::new(config))
            }
        }
    }
}

/// The rules of the wanted instruments, as the venue tells them now.
pub(crate) fn rules(
    name: VenueName,
    endpoints: &Endpoints,
    wanted: &[(InstrumentNo, InstrumentId)],
) -> Result<Vec<Rules>, VenueError> {
    let transport = TransportConfig::default();
    fetch_rules(&*name.protocol(), endpoints, wanted, &transport, &Clock::system())
}

impl FromStr for VenueName {
    type Err = String;
    fn from_str(text: &str) -> Result<VenueName, String> {
        VenueName::ALL
            .into_iter()
            .find(|name| name.word() == text)
            .ok_or_else(|| format!("{text:?} must be binance, okx or bybit"))
    }
}
