//! What a desk stands on before it is one: time, market, folder, epoch, and what its journal remembers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use aurora_api::console::wire::InstrumentRow;
use aurora_config::Config;
use aurora_journal::jsonl::{SessionDir, run_id};
use aurora_projection::{Feed, Names, Place};
use aurora_records::Traces;
use aurora_venue::Clock;

use super::audit::DeskAudit;
use super::build::{self, Market, Recovered};
use super::observer::{DeskLogs, Observer, Setting};
use super::pace::{Speed, steady_clock};
use super::paper::PaperPlan;
use super::signing::Signer;
use super::store::{Commits, Store};
use super::watchdog::Watchdog;
use super::{RunArgs, policy, settings, shown};
use crate::exit::config_fault;
use crate::ha::Lead;

/// What the command line and the configuration alone decide.
pub(super) struct Ground {
    pub(super) clock: Clock,
    pub(super) speed: Speed,
    /// Where paper goes through sockets.
    pub(super) plan: Option<PaperPlan>,
    pub(super) market: Market,
    /// The folder of the journal and the paper account.
    pub(super) data: PathBuf,
    /// The folder of the logs.
    pub(super) session: SessionDir,
    pub(super) setting: Setting,
}

impl Ground {
    pub(super) fn of(args: &RunArgs, config: &Config) -> Result<Ground> {
        let clock = steady_clock();
        let speed = args.speed(config)?;
        let plan = PaperPlan::of(config, speed)?;
        let market = match &plan {
            Some(plan) => Market::of_venues(plan.instruments()),
            None => args.market(config)?,
        };
        let folder = plan.as_ref().map_or_else(|| String::from("paper"), PaperPlan::folder);
        let now = clock.now();
        Ok(Ground {
            data: args.data_folder(config, market.is_tape(), &folder, now),
            session: shown::session(config, now),
            setting: shown::setting(config, &market, speed),
            clock,
            speed,
            plan,
            market,
        })
    }

    /// Opens the logs of this run.
    pub(super) fn logs(&self, config: &Config) -> Result<DeskLogs> {
        let rules = crate::gate_config::log_rules(config);
        DeskLogs::open(&self.session, rules, run_id(self.clock.now().0))
    }
}

/// The least epoch that the run may have.
pub(super) fn first_epoch(ground: &Ground, signer: &Signer, lead: Option<&Lead>) -> Result<u32> {
    Ok(match (lead, &ground.plan) {
        // A leader's epoch is given to it, and raised already.
        (Some(lead), _) => lead.epoch,
        // A venue that outlives the folder may remember ids of another one.
        (None, Some(plan)) if plan.outlives_us() => {
            crate::venues::epoch_of(ground.clock.now())?.max(signer.next_epoch())
        }
        (None, _) => signer.next_epoch(),
    })
}

/// Takes up the journal and begins an epoch in it.
pub(super) fn begin(
    ground: &Ground,
    config: &Config,
    epoch: u32,
    lead: Option<&Lead>,
) -> Result<Recovered> {
    let commits = match ground.speed {
        Speed::Max => Commits::Inline,
        Speed::Times(_) => Commits::Thread(settings::journal_priority(config)),
    };
    // A leader's epoch is its own: a journal that knows a newer one is not touched.
    let epoch = (epoch, lead.is_some());
    let mut recovered = build::recover(config, &ground.market, &ground.data, commits, epoch)?;
    if let Some(lead) = lead {
        recovered.store.wait_for(lead.acks.clone());
    }
    Ok(recovered)
}

/// Who writes down, and who shows, what happens.
pub(super) fn watchers(
    ground: &Ground,
    config: &Config,
    store: &Store,
    (logs, traces): (DeskLogs, Traces),
) -> Result<(DeskAudit, Observer)> {
    let instruments = &ground.market.instruments;
    let begun = (ground.data.as_path(), store.base(), store.epoch());
    let audit = DeskAudit::open(config, begun, instruments, &ground.clock)?;
    let observer =
        Observer::new(instruments, Some(logs)).remembering(traces).under(policy::version(config));
    Ok((audit, observer))
}

/// The instruments as the console lists them.
pub(super) fn instrument_rows(ground: &Ground, config: &Config) -> Arc<Vec<InstrumentRow>> {
    let trading = config.bool("strategy.scalper.enabled");
    build::instrument_rows(&ground.market.instruments, trading)
}

/// Virtual time does not stand still: there is nothing to watch.
pub(super) fn watchdog(config: &Config, speed: Speed) -> Option<Watchdog> {
    let now = (std::time::Instant::now(), std::time::SystemTime::now());
    (speed != Speed::Max).then(|| Watchdog::new(settings::watch_limits(config), now))
}

/// Where the SQL table is, where one is wanted.
pub(super) fn table(config: &Config, data: &Path) -> Result<Option<Place>> {
    let wanted = config.secret("projection.url").map(|url| url.reveal());
    let wanted = wanted.filter(|url| !url.is_empty());
    let place = wanted.map(|url| Place::read(&crate::db_cmd::url_in(url, data)));
    place.transpose().map_err(|fault| config_fault(format!("projection.url: {fault}")))
}

/// Begins to fill the SQL table.
pub(super) fn projection(place: Option<Place>, data: &Path, store: &Store) -> Result<Option<Feed>> {
    let Some(place) = place else { return Ok(None) };
    let names = Names::read(&data.join("instruments.txt"))?;
    Ok(Some(Feed::spawn(place, data.join("journal"), names, store.base())?))
}

#[cfg(test)]
mod tests {
    use aurora_config::{Flag, Sources, load};

    use super::*;

    fn with(path: &'static str, value: &str) -> Config {
        let flag = Flag { name: "--test", path, value: value.to_owned() };
        load(&Sources { flags: vec![flag], ..Sources::default() }).unwrap()
    }

    #[test]
    fn an_empty_place_for_the_table_is_off_and_a_wrong_one_names_its_key() {
        let told = |value| {
            let place = table(&with("projection.url", value), Path::new("data"));
            place
                .map(|place| place.map(|place| place.to_string()))
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(told(""), Ok(None));
        assert_eq!(told("sqlite"), Ok(Some("sqlite:data/orders.db".to_owned())));
        let wrong = told("mysql://u:S3cret@h/d").unwrap_err();
        assert!(wrong.starts_with("projection.url: mysql:…"), "{wrong}");
        assert!(!wrong.contains("S3cret"), "{wrong}");
    }

    #[test]
    fn the_password_of_the_table_is_not_shown_on_the_page_of_settings() {
        let rows = shown::config_rows(&with("projection.url", "postgres://u:S3cret@h/d"));
        let row = rows.iter().find(|row| row.path == "projection.url").unwrap();
        assert_eq!(row.value, "***");
    }

    #[test]
    fn an_empty_text_is_as_good_as_none() {
        assert_eq!(with("audit.mirror", "").opt_text("audit.mirror"), None);
        assert_eq!(with("audit.mirror", "there").opt_text("audit.mirror"), Some("there"));
    }
}
