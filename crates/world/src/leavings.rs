//! What a world leaves behind, as files: two runs of one seed must leave the same bytes.

use std::io;
use std::path::Path;

use aurora_journal::disk::Disk;

use crate::disk::DIR;
use crate::run;
use crate::trace::Trace;

/// Lives through a seed and writes every file of its journals, and where everything stands. Whether everything held.
#[expect(clippy::disallowed_methods, reason = "it writes what is left; the world is over")]
pub(crate) fn write(dir: &Path, seed: u64, steps: u64) -> io::Result<bool> {
    let (outcome, world) = run::live(seed, steps, Trace::default());
    let dir = dir.join(format!("seed-{seed}"));
    std::fs::create_dir_all(&dir)?;
    for (n, node) in world.nodes.iter().enumerate() {
        let mut names = node.disk.list(Path::new(DIR))?;
        names.sort_unstable();
        for name in names {
            let bytes = node.disk.read(&Path::new(DIR).join(&name), u64::MAX)?;
            std::fs::write(dir.join(format!("node-{n}-{name}")), bytes)?;
        }
    }
    let mut state =
        format!("{:?}\n{:?}\n{:?}\n", outcome.options, outcome.counts, outcome.violation);
    for trade in &world.venue.trades {
        state += &format!("{trade:?}\n");
    }
    for desk in world.nodes.iter().filter_map(|node| node.desk.as_ref()) {
        state += &format!("epoch {} {}\n", desk.epoch, desk.engine.fingerprint());
    }
    std::fs::write(dir.join("state"), state)?;
    Ok(outcome.violation.is_none())
}
