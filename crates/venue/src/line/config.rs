//! What a line is made of, and what can be set.

use std::sync::Arc;

use aurora_model::Nanos;
use aurora_wire::{Endpoints, Protocol, Rules, Session};

use crate::clock::Clock;
use crate::governor::GovernorConfig;
use crate::heartbeat::HeartbeatConfig;
use crate::maintenance::MaintenanceConfig;
use crate::signing::Signing;
use crate::transport::TransportConfig;
use crate::views::ViewsConfig;

/// What a line is made of.
pub struct LineConfig {
    /// The venue's facts and functions.
    pub protocol: Arc<dyn Protocol>,
    /// Where it is.
    pub endpoints: Endpoints,
    /// Who signs; with nobody only public calls can be made.
    pub signing: Signing,
    /// The views of its market, one session each; two or more make a quorum.
    pub market: Vec<Box<dyn Session>>,
    /// The account's session.
    pub account: Option<Box<dyn Session>>,
    /// The instruments, with their rules.
    pub rules: Vec<Rules>,
    /// What can be set.
    pub settings: Settings,
    /// Where the time comes from.
    pub clock: Clock,
}

/// What can be set of a line. The defaults are meant for live venues.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sockets.
    pub transport: TransportConfig,
    /// Limits.
    pub governor: GovernorConfig,
    /// Views of the market.
    pub views: ViewsConfig,
    /// Cancel everything when the venue goes silent.
    pub heartbeat: HeartbeatConfig,
    /// Windows and alerts.
    pub maintenance: MaintenanceConfig,
    /// The private stream has so long to speak after a new order was taken; then it is opened again.
    pub echo: Nanos,
    /// A post-only order may not leave when its book is older.
    pub post_only_max_age: Nanos,
    /// The second path for fills has so long to tell a fill the first one told, and the other way round.
    pub drop_copy_grace: Nanos,
    /// How many questions of the desk may wait; then the desk waits.
    pub max_asks: usize,
    /// How many messages may wait for the desk; then market data is kept back and whole books follow later. Reports
    /// wait in the line, as many as there are.
    pub max_messages: usize,
    /// How often [`super::FromVenue::Status`] comes.
    pub status_every: Nanos,
    /// How often the instrument rules are fetched again; `None` is never.
    pub rules_every: Option<Nanos>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            transport: TransportConfig::default(),
            governor: GovernorConfig::default(),
            views: ViewsConfig::default(),
            heartbeat: HeartbeatConfig::default(),
            maintenance: MaintenanceConfig::default(),
            echo: Nanos::from_millis(2_000),
            post_only_max_age: Nanos::from_millis(500),
            drop_copy_grace: Nanos::from_millis(65_000),
            max_asks: 1024,
            max_messages: 256,
            status_every: Nanos::from_millis(500),
            rules_every: Some(Nanos::from_millis(3_600_000)),
        }
    }
}

impl std::fmt::Debug for LineConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineConfig")
            .field("protocol", &self.protocol)
            .field("endpoints", &self.endpoints)
            .field("signing", &self.signing)
            .field("views", &self.market.len())
            .field("rules", &self.rules.len())
            .finish_non_exhaustive()
    }
}
