//! The API described for machines (`/openapi.json`, OpenAPI 3.1) and for people (`/docs`), from one
//! table of [`Endpoint`]s. A path that is served and not in the table is a bug.

mod gate;
mod page;

pub use gate::GATE_ENDPOINTS;

use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

/// One path that is served.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With parameters in braces.
    pub path: &'static str,
    /// The heading it stands under.
    pub group: &'static str,
    /// One sentence in Russian.
    pub ru: &'static str,
    /// One sentence in English.
    pub en: &'static str,
    /// Whether it asks for `X-OPS-TOKEN`.
    pub needs_token: bool,
    /// The JSON schema of the body, when it takes one.
    pub body: Option<fn() -> Value>,
    /// Status, what it means, and the JSON schema of the answer (`None` for other content).
    pub answers: &'static [Answer],
}

/// Status, meaning, schema.
pub type Answer = (u16, &'static str, Option<fn() -> Value>);

/// Serves `/openapi.json` and `/docs` for these endpoints.
pub fn docs_router(endpoints: &'static [&'static [Endpoint]]) -> Router {
    let all = move || endpoints.iter().copied().flatten();
    let document = document(all());
    let page = page::page(all());
    Router::new()
        .route("/openapi.json", get(async move || Json(document)))
        .route("/docs", get(async move || Html(page)))
}

fn document<'a>(endpoints: impl Iterator<Item = &'a Endpoint>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_lowercase()] = operation(endpoint);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aurora",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The pre-trade gate and the desk around it.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "ops_token": { "type": "apiKey", "in": "header", "name": "X-OPS-TOKEN" },
            },
            "schemas": gate::schemas(),
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let mut responses = Map::new();
    for (status, meaning, schema) in endpoint.answers {
        let content = schema.map_or_else(
            || json!({ "text/plain": { "schema": { "type": "string" } } }),
            |schema| json!({ "application/json": { "schema": schema() } }),
        );
        responses.insert(status.to_string(), json!({ "description": meaning, "content": content }));
    }
    let mut operation = json!({
        "tags": [endpoint.group],
        "operationId": operation_id(endpoint),
        "summary": endpoint.en,
        "description": endpoint.ru,
        "parameters": parameters(endpoint.path),
        "responses": responses,
    });
    if endpoint.needs_token {
        operation["security"] = json!([{ "ops_token": [] }]);
    }
    if let Some(body) = endpoint.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": body() } },
        });
    }
    operation
}

fn operation_id(endpoint: &Endpoint) -> String {
    let words = endpoint.path.split(['/', '{', '}', '_', '-', '.']).filter(|word| !word.is_empty());
    words.fold(endpoint.method.to_lowercase(), |id, word| format!("{id}_{word}"))
}

fn parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_path_once_and_every_reference_leads_somewhere() {
        let document = document(GATE_ENDPOINTS.iter());
        assert_eq!(document["openapi"], "3.1.0");
        let text = document.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
        let mut ids: Vec<String> = GATE_ENDPOINTS.iter().map(operation_id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), GATE_ENDPOINTS.len());
        assert_eq!(document["paths"]["/ops/cooloff/{sec}"]["post"]["parameters"][0]["name"], "sec");
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page::page(GATE_ENDPOINTS.iter());
        assert!(page.contains("/pretrade/check"));
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
