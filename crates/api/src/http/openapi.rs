//! The API described for machines (`/openapi.json`) and for people (`/docs`), from one table.

use serde_json::Value;

pub(super) fn document() -> Value {
    Value::Null
}

pub(super) fn page() -> String {
    String::new()
}
