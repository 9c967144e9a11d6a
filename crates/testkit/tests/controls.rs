//! Which of the 28 controls that regulation and industry ask for are held by which test.
//!
//! A test says so itself, in the line before its attribute: `// Controls: C1, C8`. This collects them into
//! `docs/reference/controls.md`; `UPDATE_EXPECT=1` writes the page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// RTS 6, SEC 15c3-5 and the FIA guides, in our words and their order.
const CONTROLS: [&str; 28] = [
    "Price collar, per order and over a time window",
    "Largest value of an order",
    "Largest quantity of an order",
    "Most messages: places, amends and cancels",
    "Orders in flight and in doubt count at once",
    "Repeated automatic execution stops until a person re-enables it",
    "Preset limits of credit and capital",
    "Duplicates of an order are noticed",
    "Instruments and persons that may not",
    "Largest position within the day",
    "Limits are set before a strategy runs",
    "Kill: cancel any or all orders by one decision, apart from the trading program",
    "Every order is traced to who made it and why",
    "Orders are cancelled when the connection is lost",
    "No trade with oneself",
    "Surveillance for manipulation",
    "Business goes on when a machine does not",
    "Watched in real time, alert within 5 s",
    "Own records compared with the venue's",
    "Executions reported at once to who watches risk",
    "Access is limited and audited",
    "Conformance with each venue before going live",
    "Tests cannot reach production",
    "Stress at twice the highest load",
    "Yearly self-assessment, signed policy",
    "Overrides only for one order, by two persons, logged",
    "Records in time order, kept, unchangeable",
    "Controls are owned apart from the strategy",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "fuzz" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The controls that a line names; `None` where it is no marker.
fn marked(line: &str) -> Option<Vec<usize>> {
    let named = line.trim().strip_prefix("// Controls: ")?;
    named.split(", ").map(|name| name.strip_prefix('C')?.parse().ok()).collect()
}

/// `crates/…/file.rs: test` for each control that a marker names.
///
/// # Panics
/// Where a marker names no control, or stands before something that is no test.
fn collect(place: &str, text: &str, held: &mut BTreeMap<usize, Vec<String>>) {
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if !line.trim().starts_with("// Controls:") {
            continue;
        }
        let controls =
            marked(line).unwrap_or_else(|| panic!("{place}: {line:?} names no controls"));
        let after = &lines[at + 1..lines.len().min(at + 6)];
        let is_test = after.iter().take(2).any(|line| line.trim().ends_with("test]"));
        let name = after.iter().find_map(|line| {
            let (_, name) = line.split_once("fn ")?;
            name.split(['(', '<']).next()
        });
        let Some(name) = name.filter(|_| is_test) else {
            panic!("{place}:{}: the marker stands before no test", at + 1)
        };
        for control in controls {
            assert!((1..=28).contains(&control), "{place}: there is no control C{control}");
            held.entry(control).or_default().push(format!("`{place}` {name}"));
        }
    }
}

#[test]
fn the_page_of_controls_is_current() {
    let crates = root().join("crates");
    let mut files = Vec::new();
    sources(&crates, &mut files);
    files.sort();
    let mut held = BTreeMap::new();
    let own = Path::new(file!()).file_name().unwrap();
    for file in files.iter().filter(|file| file.file_name() != Some(own)) {
        let place = file.strip_prefix(&crates).unwrap().display().to_string();
        collect(&place, &std::fs::read_to_string(file).unwrap(), &mut held);
    }
    let mut page = format!(
        "# Controls\n\nWhich of the 28 controls that RTS 6, SEC rule 15c3-5 and the FIA guides ask for are held by which test.\n\
         Written from the tests themselves (`// Controls: C1` before one): `UPDATE_EXPECT=1 cargo test -p aurora-testkit \
         --test controls`.\n\nHeld by at least one test: {} of 28. A test is evidence for what it tells, not for the whole\n\
         article; a row without one is not held.\n\n| control | held by |\n|---|---|\n",
        held.len()
    );
    for (at, title) in (1..).zip(CONTROLS) {
        let tests = held.get(&at).map_or("—".to_owned(), |tests| tests.join("<br>"));
        page += &format!("| C{at} {title} | {tests} |\n");
    }
    let path = root().join("docs/reference/controls.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference/controls.md is stale: UPDATE_EXPECT=1 cargo test -p aurora-testkit --test controls"
    );
}

#[test]
fn a_marker_before_no_test_or_without_a_control_is_refused() {
    let collected = |text: &'static str| {
        std::panic::catch_unwind(|| {
            let mut held = BTreeMap::new();
            collect("here.rs", text, &mut held);
            held
        })
    };
    let good = collected("// Controls: C1, C8\n#[test]\nfn it_holds() {").unwrap();
    assert_eq!(good[&8], ["`here.rs` it_holds"]);
    assert!(collected("// Controls: C1\nfn it_is_no_test() {").is_err());
    assert!(collected("// Controls: C29\n#[test]\nfn it_holds() {").is_err());
    assert!(collected("// Controls: price\n#[test]\nfn it_holds() {").is_err());
}
