//! Reads the maintenance calendars, again and again, on a thread of its own.

use std::time::Duration;

use anyhow::{Context, Result};
use aurora_config::Config;
use aurora_model::Nanos;
use aurora_venue::maintenance::{MaintenanceConfig, Source, Window};
use aurora_venue::transport::TransportConfig;
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::exit::config_fault;

/// Files and addresses that are read; dropping it ends the thread.
pub(crate) struct Calendars {
    news: Receiver<CalendarNews>,
    _alive: Sender<()>,
}

/// What the sources say now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CalendarNews {
    /// Every window of every source; of one that cannot be read now, those it had before.
    pub(crate) windows: Vec<Window>,
    /// What could not be read, for a person.
    pub(crate) faults: Vec<String>,
}

impl Calendars {
    /// Begins to read what the configuration names; `None` when it names nothing.
    pub(crate) fn watch(config: &Config) -> Result<Option<Calendars>> {
        let sources = config.list("maintenance.sources").iter().map(|text| {
            text.parse().map_err(|fault| config_fault(format!("maintenance.sources: {fault}")))
        });
        let sources: Vec<Source> = sources.collect::<Result<_>>()?;
        if sources.is_empty() {
            return Ok(None);
        }
        let every = Duration::from_secs(config.int("maintenance.read_every_s"));
        let (out, news) = bounded(4);
        let (_alive, stop) = bounded(0);
        std::thread::Builder::new()
            .name("calendars".into())
            .spawn(move || keep_reading(&sources, every, &out, &stop))
            .context("the calendar thread")?;
        Ok(Some(Calendars { news, _alive }))
    }

    /// What changed since the last call.
    pub(crate) fn news(&self) -> Option<CalendarNews> {
        self.news.try_recv().ok()
    }
}

/// How early venues are left, and when that is told.
pub(crate) fn settings(config: &Config) -> Result<MaintenanceConfig> {
    let alerts = config.list("maintenance.alert_before_h").iter().map(|text| {
        let hours = text.parse::<u16>().ok().filter(|hours| 0 < *hours);
        hours.map(|hours| Nanos::SECOND * (i64::from(hours) * 3_600)).ok_or_else(|| {
            let fault = format!("maintenance.alert_before_h: {text:?} is no whole number of hours");
            config_fault(fault)
        })
    });
    Ok(MaintenanceConfig {
        early: Nanos::SECOND * (config.i64("maintenance.route_off_before_min") * 60),
        alerts: alerts.collect::<Result<_>>()?,
    })
}

fn keep_reading(
    sources: &[Source],
    every: Duration,
    out: &Sender<CalendarNews>,
    stop: &Receiver<()>,
) {
    let mut read: Vec<Vec<Window>> = vec![Vec::new(); sources.len()];
    let mut told = CalendarNews::default();
    loop {
        let mut faults = Vec::new();
        for (source, windows) in sources.iter().zip(&mut read) {
            match source.read(&TransportConfig::default()) {
                Ok(found) => {
                    *windows = found.windows;
                    let unread = found.unread.into_iter();
                    faults.extend(unread.map(|title| format!("{source}: no times in {title:?}")));
                }
                Err(fault) => faults.push(fault.to_string()),
            }
        }
        let news = CalendarNews { windows: read.concat(), faults };
        if news != told && out.send(news.clone()).is_err() {
            return;
        }
        told = news;
        if stop.recv_timeout(every) == Err(crossbeam_channel::RecvTimeoutError::Disconnected) {
            return;
        }
    }
}
