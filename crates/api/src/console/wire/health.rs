//! The health page.

use serde::Serialize;

use super::Text;

/// The health page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Health {
    /// 100 when everything is green.
    pub score_pct: f64,
    /// Card by card.
    pub components: Vec<Component>,
}

/// One card.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    /// Stable name.
    pub id: &'static str,
    /// `P0` to `P3`.
    pub group: &'static str,
    /// GREEN, YELLOW, RED or GRAY.
    pub status: &'static str,
    /// Its name for people.
    pub title: Text,
    /// One line about it.
    pub text: Text,
    /// Since when.
    pub since_ms: f64,
}
