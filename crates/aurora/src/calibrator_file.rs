//! The calibrator's file: fitted points with their version, as JSON.

use std::path::Path;

use anyhow::Context;
use aurora_gate::Calibrator;
use serde::{Deserialize, Serialize};

/// The file as it is written; what it says is frozen by `format`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: String,
    version: u32,
    samples: usize,
    brier_before: f64,
    brier_after: f64,
    icp_half_width: Option<f64>,
    xs: Vec<f64>,
    ys: Vec<f64>,
}

const FORMAT: &str = "aurora-isotonic-1";

/// Reads and checks a calibrator.
pub(crate) fn read(path: &Path) -> anyhow::Result<Calibrator> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the calibrator {}", path.display()))?;
    let record: Record = serde_json::from_str(&text).with_context(|| {
        format!("{} is no calibrator: run `aurora gate calibrate`", path.display())
    })?;
    anyhow::ensure!(
        record.format == FORMAT,
        "{} has format {:?}, this version reads {FORMAT:?}: run `aurora gate calibrate`",
        path.display(),
        record.format
    );
    let calibrator = Calibrator {
        version: record.version,
        samples: record.samples,
        brier_before: record.brier_before,
        brier_after: record.brier_after,
        xs: record.xs,
        ys: record.ys,
        icp_half_width: record.icp_half_width,
    };
    calibrator.validate().with_context(|| format!("{} is damaged", path.display()))?;
    Ok(calibrator)
}

/// Writes a calibrator whole or not at all.
pub(crate) fn write(path: &Path, calibrator: &Calibrator) -> anyhow::Result<()> {
    let record = Record {
        format: FORMAT.into(),
        version: calibrator.version,
        samples: calibrator.samples,
        brier_before: calibrator.brier_before,
        brier_after: calibrator.brier_after,
        icp_half_width: calibrator.icp_half_width,
        xs: calibrator.xs.clone(),
        ys: calibrator.ys.clone(),
    };
    let part = path.with_added_extension("part");
    std::fs::write(&part, serde_json::to_vec_pretty(&record)?)
        .and_then(|()| std::fs::rename(&part, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
