//! The network between desk and venues breaks in the middle of a run (F19, F30): packets are dropped both ways, or one
//! way only, without a word to anybody.
//!
//! Desk and venues share a network namespace of their own, with nothing but loopback, and nft drops what goes to or
//! comes from the venues' ports. The desk must notice by itself; how long that takes is told.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::args::Args;
use crate::desk::{Scene, ended};
use crate::pause::wait;
use crate::report::Report;
use crate::truth::{self, compare};

/// Set for the process inside the namespace.
const INSIDE: &str = "AURORA_TORTURE_INSIDE";
const UNSEEN: &str = "cuts the desk did not notice";
/// How long the venues are gone.
const GONE: Duration = Duration::from_secs(14);

/// What is dropped: a name, and which side of the venues' ports.
const CUTS: [(&str, &[&str]); 3] = [
    ("both ways", &["dport", "sport"]),
    ("what the desk sends", &["dport"]),
    ("what the venues say", &["sport"]),
];

pub(crate) fn run(args: &Args) -> Result<Report> {
    if std::env::var_os(INSIDE).is_none() {
        return in_a_namespace(args);
    }
    let mut report = Report::new(&truth::ZEROS);
    report.wrong(UNSEEN, []);
    for cut in CUTS.into_iter().take(args.points(CUTS.len())) {
        one_cut(cut, args, &mut report)?;
    }
    Ok(report)
}

/// Does it all again inside a namespace, and reads what came of it.
fn in_a_namespace(args: &Args) -> Result<Report> {
    let out = tempfile::tempdir()?;
    let mut inside = Command::new("unshare");
    inside.args(["--net", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\""]);
    inside
        .arg(std::env::current_exe()?)
        .arg("--aurora")
        .arg(&args.aurora)
        .arg("--out")
        .arg(out.path());
    inside.args(["--points", &args.points(CUTS.len()).to_string(), "network"]).env(INSIDE, "1");
    let status = inside
        .status()
        .context("unshare and ip are needed: apt-get install util-linux iproute2 nftables")?;
    ensure!(
        [Some(0), Some(1)].contains(&status.code()),
        "the part in the namespace ended with {status}"
    );
    let text = std::fs::read(out.path().join("network.json"))?;
    Report::read(&serde_json::from_slice(&text)?)
}

fn one_cut((name, sides): (&str, &[&str]), args: &Args, report: &mut Report) -> Result<()> {
    let scene = Scene::new(&args.aurora)?;
    let ports: Vec<&str> =
        scene.sims.addresses().iter().filter_map(|at| at.rsplit(':').next()).collect();
    let child = scene.run(&[], 30).spawn()?;
    wait(Duration::from_secs(4));
    let before = troubles(&scene)?;
    let rules = sides.iter().map(|side| {
        format!("add rule inet torture out tcp {side} {{ {} }} drop\n", ports.join(", "))
    });
    let rules: String = rules.collect();
    nft(&format!(
        "add table inet torture\nadd chain inet torture out {{ type filter hook output priority 0; }}\n{rules}"
    ))?;
    let cut_at = Instant::now();
    let mut noticed = None;
    while cut_at.elapsed() < GONE {
        if noticed.is_none() && before < troubles(&scene)? {
            noticed = Some(cut_at.elapsed());
        }
        wait(Duration::from_millis(20));
    }
    nft("delete table inet torture\n")?;
    match noticed {
        Some(took) => report.time("from the cut to the desk's first alert", took),
        None => report.wrong(UNSEEN, [name.to_owned()]),
    }
    report.count(format!("cuts: {name}"), 1);
    let (status, said) = ended(child)?;
    if !status.success() {
        report.wrong("orders unresolved", [format!("{name}: the run ended with {status}: {said}")]);
    }
    compare(&scene, name, report)
}

fn nft(rules: &str) -> Result<()> {
    use std::io::Write;
    let mut nft = Command::new("nft")
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .context("nft is missing: apt-get install nftables")?;
    nft.stdin.take().context("stdin")?.write_all(rules.as_bytes())?;
    ensure!(nft.wait()?.success(), "nft refuses:\n{rules}");
    Ok(())
}

/// Alerts so far that say a venue is silent or its link down.
fn troubles(scene: &Scene) -> Result<usize> {
    let log = std::fs::read_to_string(scene.path().join("session/aurora_events.jsonl"))
        .unwrap_or_default();
    let mut count = 0;
    for line in log.lines().filter(|line| line.contains("COMPONENT.FAILED")) {
        let line: Value = serde_json::from_str(line)?;
        let code = line["details"]["code"].as_str().unwrap_or_default();
        count += usize::from(["AUTO_CANCEL_ON_HB", "VENUE_LINK_DOWN"].contains(&code));
    }
    Ok(count)
}
