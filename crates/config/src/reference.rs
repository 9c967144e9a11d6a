//! The reference page: every key in one table, written from the key table itself.

use std::fmt::Write;

use crate::key::{DefaultValue, Key};
use crate::keys::KEYS;
use crate::value::Value;

const HEAD: &str = "\
# Configuration

Every key, with its default, what it takes and the names it answers to. Written by `aurora config reference`.

A flag wins over the environment, the environment over YAML, YAML over the default; a later file wins over an
earlier one. Every key can be set by `AURORA__SECTION__KEY`: `guards.latency_ms_limit` is
`AURORA__GUARDS__LATENCY_MS_LIMIT`. `${NAME}` in a YAML text is replaced by that variable. An empty variable
counts as not set. Lists in variables are written with commas. `aurora config show --origin` tells where each
value came from; any fault stops the start with exit code 3.
";

const COLUMNS: &str = "| key | meaning | default | takes | other names |\n|---|---|---|---|---|\n";

/// The page `docs/reference/config.md`.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut sections: Vec<&str> = Vec::new();
    for section in KEYS.iter().filter(|key| key.is_read).map(section) {
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    for name in sections {
        page += &format!("\n## {name}\n\n{COLUMNS}");
        KEYS.iter()
            .filter(|key| key.is_read && section(key) == name)
            .for_each(|key| row(&mut page, key));
    }
    page += "\n## Accepted, not read\n\nThe contract names these; this version accepts them with a warning and does nothing with them:\n";
    let unread: Vec<_> =
        KEYS.iter().filter(|key| !key.is_read).map(|key| format!("`{}`", key.path)).collect();
    page += &unread.join(", ");
    page += ".\n";
    page
}

fn section(key: &Key) -> &'static str {
    key.path.split('.').next().unwrap_or_default()
}

fn row(page: &mut String, key: &Key) {
    let default = match key.default {
        DefaultValue::Unset => "unset".to_owned(),
        default => format!("`{}`", Value::from(default)),
    };
    let range = key.kind.range();
    writeln!(page, "| `{}` | {} | {default} | {range} | {} |", key.path, key.en, names(key))
        .expect("a String takes every text");
}

fn names(key: &Key) -> String {
    let list = |names: &[&str], note: &str| -> Vec<String> {
        names.iter().map(|name| format!("`{name}`{note}")).collect()
    };
    let fallback = key.fallback.map(|other| format!("falls back to `{other}`"));
    [
        list(key.env, ""),
        list(key.env_when_absent, " (when YAML is silent)"),
        list(key.env_aliases, " (alias)"),
        list(key.aliases, " (alias)"),
        fallback.into_iter().collect(),
    ]
    .concat()
    .join(", ")
}
