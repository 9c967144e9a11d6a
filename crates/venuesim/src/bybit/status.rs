//! Maintenance, as `system/status` and the `system.status` topic show it.

use aurora_model::Nanos;
use serde_json::{Value, json};

use crate::dialect::World;

/// What is going on: nothing, or one maintenance that began now and ends in an hour.
pub(super) fn rows(world: &World<'_>) -> Vec<Value> {
    if !world.exchange.is_maintenance() {
        return Vec::new();
    }
    let begin = world.now.millis();
    let end = (world.now + Nanos::SECOND * 3_600).millis();
    vec![json!({
        "id": "4d95b2a0-587f-11f0-bcc9-56f28c94d6ea",
        "title": "Maintenance",
        "state": "ongoing",
        "begin": begin.to_string(),
        "end": end.to_string(),
        "href": "",
        "serviceTypes": [2, 3, 4, 5],
        "product": [1, 2],
        "uidSuffix": [],
        "maintainType": 1,
        "env": 1,
    })]
}

/// What the `system.status` topic pushes when maintenance begins or ends.
pub(super) fn message(world: &World<'_>) -> String {
    let mut rows = rows(world);
    if rows.is_empty() {
        rows = vec![json!({ "title": "Maintenance", "state": "completed", "maintainType": 1 })];
    }
    json!({ "topic": "system.status", "ts": world.now.millis(), "data": rows }).to_string()
}
