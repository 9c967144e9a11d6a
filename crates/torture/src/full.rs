//! The disk fills up while the desk trades (F05): a small tmpfs under its data.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::args::Args;
use crate::desk::{Scene, ended};
use crate::report::Report;
use crate::truth::{self, compare};

pub(crate) fn run(args: &Args) -> Result<Report> {
    let mut report = Report::new(&truth::ZEROS);
    // From hardly anything to as much as a start sets aside and a little more.
    let sizes = ["256k", "66m", "80m", "100m", "129m", "132m", "140m"];
    for size in sizes.into_iter().take(args.points(sizes.len())) {
        on_a_disk_of(size, args, &mut report)?;
    }
    Ok(report)
}

fn on_a_disk_of(size: &str, args: &Args, report: &mut Report) -> Result<()> {
    let at = tempfile::tempdir()?;
    let mount = Mount::new(at.path(), size)?;
    let scene = Scene::new(&args.aurora)?.keeping_data_in(at.path());
    // It trades for a while, then somebody else takes what room is left.
    let child = scene.run(&[], 6).spawn()?;
    std::thread::park_timeout(std::time::Duration::from_secs(3));
    let filler = at.path().join("filler");
    let taken = fill(&filler);
    let full_at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
    let (status, said) = ended(child)?;
    report.count(format!("runs on {size}"), 1);
    report.count(format!("bytes taken away on {size}"), taken);
    report.count(format!("orders sent on {size}"), scene.sims.placings()?.len());
    let later = scene
        .sims
        .placings()?
        .into_iter()
        .filter(|(_, at)| full_at + 1_500 < u128::try_from(*at).unwrap_or(0));
    let later = later.count();
    report.count(format!("orders sent on {size} later than 1.5 s after it was full"), later);
    if !status.success() {
        report.count(format!("runs on {size} that ended with an error"), 1);
        ensure!(!said.trim().is_empty(), "a run on {size} ended with {status} and no word");
    }
    // Room again: everything must come to rest.
    std::fs::remove_file(&filler)?;
    mount.grow("400m")?;
    compare(&scene, &format!("tmpfs {size}"), report)
}

/// Writes until nothing goes in any more; how much went.
fn fill(path: &Path) -> usize {
    use std::io::Write;
    let Ok(mut file) = std::fs::File::create(path) else { return 0 };
    let piece = [0; 4_096];
    let mut taken = 0;
    while file.write_all(&piece).is_ok() {
        taken += piece.len();
    }
    taken
}

/// A tmpfs that goes when dropped.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    fn new(at: &'a Path, size: &str) -> Result<Mount<'a>> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(at)
            .status()?;
        ensure!(mounted.success(), "cannot mount a tmpfs: root is needed");
        Ok(Mount(at))
    }

    fn grow(&self, size: &str) -> Result<()> {
        let grown = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(self.0)
            .status()?;
        ensure!(grown.success(), "cannot grow the tmpfs");
        Ok(())
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        // The folder is a temporary one either way.
        drop(Command::new("umount").arg("-l").arg(self.0).status());
    }
}
