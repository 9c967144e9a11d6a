//! The power fails under the journal (F07): at the k-th write or sync of its filesystem.

use anyhow::{Context, Result};

use crate::args::Args;
use crate::crew::share;
use crate::desk::{Scene, ended};
use crate::disk::Disk;
use crate::report::Report;
use crate::truth::compare;

/// Cuts on one journal, for the venues' request budget.
const SERIES: usize = 3;
/// Writes and syncs of a short run.
const FURTHEST: u64 = 260;

pub(crate) fn run(args: &Args) -> Result<Report> {
    let cuts = args.points(210);
    let series = (0..cuts).step_by(SERIES).map(|first| first..cuts.min(first + SERIES));
    share(series.collect(), |cuts, report| one_series(args, cuts, report))
}

fn one_series(args: &Args, cuts: std::ops::Range<usize>, report: &mut Report) -> Result<()> {
    let disk = Disk::default();
    let at = tempfile::tempdir()?;
    let scene = Scene::new(&args.aurora)?.keeping_data_in(at.path());
    let mut label = String::from("cuts");
    for cut in cuts {
        // Scattered over the run, the same in every run of this torture.
        let k = 1 + (cut as u64 * 7_919 + 13) % FURTHEST;
        label += &format!(" {k}");
        let mount = disk.mount(at.path())?;
        let child = scene.run(&[], 3).spawn()?;
        disk.cut_after(u32::try_from(k)?, child.id())?;
        let (status, said) = ended(child)?;
        if disk.is_dark() {
            report.count("cuts", 1);
        } else if status.success() {
            report.count("runs that ended before the cut", 1);
        } else {
            report.wrong(
                "orders unresolved",
                [format!("{label}: the run ended with {status}: {said}")],
            );
        }
        mount.umount_and_join().context("umount")?;
        report.count("unsynced bytes lost", disk.light_up(cut as u64 + 1));
    }
    let mount = disk.mount(at.path())?;
    let compared = compare(&scene, &label, report);
    mount.umount_and_join().context("umount")?;
    compared
}
