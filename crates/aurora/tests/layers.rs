//! The layers of Aurora, innermost first: a crate may depend on inner layers, never on an outer one.
//!
//! Inside a layer the exceptions are written out: core crates know `book`, the engine knows all of the
//! core, adapters may know each other except that no venue knows another venue.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LAYERS: [&[&str]; 4] = [
    &["aurora-model", "aurora-planted"],
    &[
        "aurora-book",
        "aurora-gate",
        "aurora-risk",
        "aurora-exec",
        "aurora-ledger",
        "aurora-signal",
        "aurora-matching",
        "aurora-research",
        "aurora-authority",
        "aurora-engine",
        "aurora-ha",
    ],
    &[
        "aurora-journal",
        "aurora-lease",
        "aurora-records",
        "aurora-projection",
        "aurora-audit",
        "aurora-audit-verify",
        "aurora-world",
        "aurora-store",
        "aurora-wire",
        "aurora-signer",
        "aurora-venue",
        "aurora-binance",
        "aurora-okx",
        "aurora-bybit",
        "aurora-alpaca",
        "aurora-venuesim",
        "aurora-api",
        "aurora-ops",
        "aurora-config",
    ],
    &["aurora"],
];

/// Core neighbours that lie further in.
const INNER_CORE: [(&str, &[&str]); 2] = [
    (
        "aurora-engine",
        &[
            "aurora-book",
            "aurora-gate",
            "aurora-risk",
            "aurora-exec",
            "aurora-ledger",
            "aurora-signal",
            "aurora-matching",
        ],
    ),
    ("", &["aurora-book"]),
];

const VENUES: [&str; 4] = ["aurora-binance", "aurora-okx", "aurora-bybit", "aurora-alpaca"];

/// Development only: they may look at everything, and nothing that ships looks at them.
const TOOLS: [&str; 3] = ["aurora-testkit", "aurora-bench", "aurora-torture"];

const CORE: usize = 1;
const ADAPTERS: usize = 2;

#[test]
fn dependencies_point_inward() {
    let wrong: Vec<String> = workspace()
        .into_iter()
        .filter(|package| !TOOLS.contains(&package.name.as_str()))
        .flat_map(|package| {
            let Package { name, dependencies, .. } = package;
            let outward = dependencies.into_iter().filter({
                let name = name.clone();
                move |to| is_ours(to) && !may_depend(&name, to)
            });
            let sentence = move |to: String| {
                format!("{name} must not depend on {to}: see ARCHITECTURE.md, “Layers”")
            };
            outward.map(sentence).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_crate_has_its_place_in_a_layer() {
    for Package { name, .. } in workspace() {
        assert!(
            layer(&name).is_some() || TOOLS.contains(&name.as_str()),
            "{name} stands in no layer: add it to LAYERS in this test and to ARCHITECTURE.md"
        );
    }
}

#[test]
fn the_core_is_banned_from_clocks_chance_and_files() {
    let packages = workspace();
    let bans = |name: &str| {
        let package = packages.iter().find(|package| package.name == name);
        let list = package.map(|package| fs::read_to_string(package.folder.join("clippy.toml")));
        list.and_then(Result::ok)
            .unwrap_or_else(|| panic!("{name} needs the clippy.toml of the core"))
    };
    let shared = bans("aurora-model");
    for banned in ["SystemTime::now", "Instant::now", "HashMap", "rand::rng", "fs::File::open"] {
        assert!(shared.contains(banned), "the ban list of the core must name {banned}");
    }
    for Package { name, .. } in packages.iter().filter(|package| layer(&package.name) == Some(CORE))
    {
        let own = bans(name);
        let entries = shared.lines().filter_map(|line| line.split(", ").next());
        let missing: Vec<_> = entries.filter(|entry| !own.contains(entry)).collect();
        assert!(missing.is_empty(), "{name} must ban all that aurora-model bans: {missing:?}");
    }
}

#[test]
fn only_the_binary_names_anyhow() {
    for Package { name, dependencies, .. } in workspace() {
        let names_it = dependencies.iter().any(|to| to == "anyhow");
        assert!(
            !names_it || name == "aurora" || TOOLS.contains(&name.as_str()),
            "{name} must not depend on anyhow: a library has an error enum of its own"
        );
    }
}

/// Who checks the audit shares nothing of ours with who wrote it, nor with anybody else.
#[test]
fn the_audits_verifier_stands_alone() {
    for Package { name, dependencies, .. } in workspace() {
        let shared: Vec<_> = match name.as_str() {
            "aurora-audit-verify" => dependencies.iter().filter(|to| is_ours(to)).collect(),
            "aurora-audit" => {
                dependencies.iter().filter(|to| *to == "aurora-audit-verify").collect()
            }
            _ => continue,
        };
        assert!(shared.is_empty(), "{name} must not depend on {shared:?}: see ARCHITECTURE.md");
    }
}

fn may_depend(from: &str, to: &str) -> bool {
    let (Some(outer), Some(inner)) = (layer(from), layer(to)) else { return false };
    match outer {
        CORE if inner == CORE => INNER_CORE.iter().any(|(crate_name, inner)| {
            (*crate_name == from || crate_name.is_empty()) && inner.contains(&to) && from != to
        }),
        ADAPTERS if inner == ADAPTERS => {
            !(VENUES.contains(&to) && (VENUES.contains(&from) || from == "aurora-config"))
        }
        _ => inner < outer,
    }
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

fn is_ours(name: &str) -> bool {
    name == "aurora" || name.starts_with("aurora-")
}

struct Package {
    name: String,
    folder: PathBuf,
    /// Everything it is built from; what only its tests need is left out.
    dependencies: Vec<String>,
}

fn workspace() -> Vec<Package> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("valid JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(package).collect()
}

fn package(json: &serde_json::Value) -> Package {
    let dependencies = json["dependencies"].as_array().expect("dependencies");
    let built_from = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
    Package {
        name: text(&json["name"]),
        folder: Path::new(&text(&json["manifest_path"])).parent().expect("a folder").to_owned(),
        dependencies: built_from.map(|dependency| text(&dependency["name"])).collect(),
    }
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
