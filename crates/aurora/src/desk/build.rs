//! Putting the desk together: market, venue, journal, engine, and what a restart finds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use aurora_api::console::wire::{InstrumentRow, Recovery};
use aurora_binance::tape::{ClockShift, TapeSet};
use aurora_book::Continuity;
use aurora_config::Config;
use aurora_engine::{Engine, MarketSettings, Settings};
use aurora_journal::{Chain, LineLog, write_whole};
use aurora_matching::{GeneratedMarket, InstrumentSpec, PaperVenue, VenueFact};
use aurora_model::{Instrument, InstrumentNo, Nanos, Ticks};
use aurora_records::Traces;
use aurora_signal::{Scalper, Strategy};

use crate::exit::config_fault;

use super::counterparty::{Counterparty, Inside};
use super::recollection::Recollection;
use super::settings;
use super::snapshots::Snapshotter;
use super::source::Source;
use super::stopwatch::Monotonic;
use super::store::{Commits, Store};

/// Where the market comes from, and which instruments it has.
pub(crate) struct Market {
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) continuity: Vec<Continuity>,
    kind: Kind,
}

enum Kind {
    Generated {
        seed: u64,
        specs: Vec<InstrumentSpec>,
    },
    Tapes(Box<TapeSet>),
    /// It comes from venues by itself.
    Venues,
}

impl Market {
    /// Recorded files.
    pub(crate) fn tapes(files: &[PathBuf], shift: ClockShift) -> Result<Market> {
        let mut set = TapeSet::open(files, shift)?;
        set.skip_damaged();
        Ok(Market {
            instruments: set.tracks().iter().map(|track| track.instrument.clone()).collect(),
            continuity: set.tracks().iter().map(|track| track.market.continuity()).collect(),
            kind: Kind::Tapes(Box::new(set)),
        })
    }

    /// The built-in market with the instruments of `symbols`.
    pub(crate) fn generated(config: &Config) -> Result<Market> {
        let specs =
            config.list("symbols").iter().map(|symbol| spec(symbol)).collect::<Result<Vec<_>>>()?;
        if specs.is_empty() {
            return Err(config_fault("symbols: name at least one of BTC/USDT, ETH/USDT, SOL/USDT"));
        }
        let instruments: Vec<Instrument> =
            specs.iter().map(|spec| spec.instrument.clone()).collect();
        Ok(Market {
            continuity: vec![Continuity::BinanceFutures; instruments.len()],
            instruments,
            kind: Kind::Generated { seed: config.int("market.seed"), specs },
        })
    }

    /// Of venues behind sockets; their sessions prove continuity before we see anything.
    pub(crate) fn of_venues(instruments: &[Instrument]) -> Market {
        Market {
            continuity: vec![Continuity::None; instruments.len()],
            instruments: instruments.to_vec(),
            kind: Kind::Venues,
        }
    }

    /// Whether it ends.
    pub(crate) fn is_tape(&self) -> bool {
        matches!(self.kind, Kind::Tapes(_))
    }

    /// The stream, beginning at `start` and at the last known prices where it can choose.
    pub(crate) fn open(
        self,
        start: Nanos,
        epoch: u32,
        known: &BTreeMap<InstrumentNo, Ticks>,
    ) -> Source {
        match self.kind {
            Kind::Venues => unreachable!("venues are connected to, not opened"),
            Kind::Tapes(set) => Source::Tapes(set),
            Kind::Generated { seed, mut specs } => {
                for (at, spec) in specs.iter_mut().enumerate() {
                    let no = InstrumentNo(u16::try_from(at).expect("a handful of instruments"));
                    spec.start_price = known.get(&no).copied().unwrap_or(spec.start_price);
                }
                // A restart goes on with new market, not with the same one again.
                let seed = seed.wrapping_add(u64::from(epoch) - 1);
                Source::Generated(Box::new(GeneratedMarket::new(seed, start, specs)))
            }
        }
    }
}

/// One of the generated market's instruments.
fn spec(symbol: &str) -> Result<InstrumentSpec> {
    let wanted = symbol.to_uppercase().replace(['/', '-'], "");
    let known = InstrumentSpec::standard();
    known.into_iter().find(|spec| spec.instrument.symbol == wanted).ok_or_else(|| {
        let told = "symbols: the generated market has BTC/USDT, ETH/USDT and SOL/USDT";
        config_fault(format!("{told}, not {symbol:?}"))
    })
}

/// What a start found in the journal.
pub(crate) struct Recovered {
    pub(crate) engine: Engine<Monotonic>,
    pub(crate) store: Store,
    pub(crate) recovery: Recovery,
    /// The newest price the journal knows, by instrument.
    pub(crate) prices: BTreeMap<InstrumentNo, Ticks>,
    /// Orders and their fates, as the journal tells them.
    pub(crate) traces: Traces,
}

/// Builds the engine and replays the journal into it.
pub(crate) fn recover(
    config: &Config,
    market: &Market,
    data: &Path,
    commits: Commits,
    first_epoch: (u32, bool),
) -> Result<Recovered> {
    let began = Instant::now();
    make_folder(data).with_context(|| format!("data folder {}", data.display()))?;
    own_instruments(data, &market.instruments)?;
    let journal = data.join("journal");
    let mut new_engine = || engine(config, market, settings::engine(config)?);
    let (mut known, snapshot) = Recollection::newest(&journal, &mut new_engine, &mut |passed| {
        eprintln!("aurora: {passed}; the start takes an older one or the whole journal");
    })?;
    let (mut store, recovered) =
        Store::open(&journal, commits, first_epoch, snapshot, |seq, stamped| {
            known.replay(seq, &stamped)
        })?;
    let recovery = Recovery {
        records: recovered.records,
        orders: known.orders,
        fills: known.fills,
        took_ms: began.elapsed().as_secs_f64() * 1e3,
        resolved_unknown: 0,
        from_snapshot: snapshot,
    };
    if let Some(plan) = settings::snapshots(config) {
        let reached = Chain { seq: recovered.last_seq, head: recovered.head };
        let again = known.snapshot(reached);
        let again = Recollection::of(&again, new_engine()?)
            .map_err(|fault| anyhow::anyhow!("the replayed state cannot be copied: {fault}"));
        match again.and_then(|it| Snapshotter::start(&journal, plan, (it, reached), snapshot)) {
            Ok(snapshotter) => store.snapshot(snapshotter),
            // They save time at a start, nothing else: no reason not to start.
            Err(fault) => eprintln!("aurora: no snapshots in this run: {fault:#}"),
        }
    }
    let Recollection { engine, prices, traces, .. } = known;
    Ok(Recovered { engine, store, recovery, prices, traces })
}

/// Wakes the paper venue inside this process.
pub(crate) fn inside(
    config: &Config,
    instruments: &[Instrument],
    data: &Path,
    now: Nanos,
) -> Result<Counterparty> {
    let log = LineLog::open(&data.join("venue.log"), |line| VenueFact::parse(line).ok());
    let (mut log, facts) = log.context("cannot take up the paper venue where it left off")?;
    let (venue, canceled) =
        PaperVenue::restore(instruments.to_vec(), settings::venue(config), facts, now)?;
    log.write(canceled.iter().map(VenueFact::encode))?;
    Ok(Counterparty::Inside(Inside::new(venue, log)))
}

/// Makes the folder and those above it, and their names durable: what is synced inside must be found after a power cut.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let folder = std::path::absolute(folder)?;
    let is_new = |above: &&Path| !above.is_dir();
    let made = folder.ancestors().take_while(is_new).count();
    std::fs::create_dir_all(&folder)?;
    // The one above is synced even so: a start before may have been killed between the two.
    for above in folder.ancestors().skip(1).take(made.max(1)) {
        std::fs::File::open(above)?.sync_all()?;
    }
    Ok(())
}

/// Journal and venue log name instruments by their place in the list: a folder belongs to one list.
fn own_instruments(data: &Path, instruments: &[Instrument]) -> Result<()> {
    let line = |rules: &Instrument| format!("{} tick {} lot {}\n", rules.id, rules.tick, rules.lot);
    let ours: String = instruments.iter().map(line).collect();
    let path = data.join("instruments.txt");
    match std::fs::read_to_string(&path) {
        Ok(theirs) if theirs == ours => Ok(()),
        Ok(theirs) => Err(config_fault(format!(
            "the data folder {} was begun with other instruments ({}): name another with --data, or trade the same",
            data.display(),
            theirs.trim_end().replace('\n', ", ")
        ))),
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            write_whole(&path, 0o644, ours.as_bytes()).with_context(|| path.display().to_string())
        }
        Err(other) => Err(other).with_context(|| path.display().to_string()),
    }
}

/// An engine that knows nothing yet.
pub(crate) fn engine(
    config: &Config,
    market: &Market,
    mut settings: Settings,
) -> Result<Engine<Monotonic>> {
    // The venue in this process keeps no wallets.
    settings.wallets = settings.wallets.filter(|_| matches!(market.kind, Kind::Venues));
    let scalper = settings::scalper(config);
    let markets =
        market.instruments.iter().zip(&market.continuity).map(|(instrument, continuity)| {
            let strategy =
                scalper.clone().map(|params| Box::new(Scalper::new(params)) as Box<dyn Strategy>);
            MarketSettings {
                instrument: instrument.clone(),
                continuity: *continuity,
                features: settings::features(config),
                strategy,
            }
        });
    let cash = BTreeMap::from([("USDT".to_owned(), settings.capital)]);
    let mut gate = crate::gate_config::gate_config(config)?;
    // The desk's own orders are few and bunched: their p95 has a guard of its own.
    gate.health.guard_ms = config.f64("execution.latency_guard_ms");
    Ok(Engine::new(settings, markets.collect(), gate, cash, Monotonic::start())?)
}

/// The instruments as the console lists them.
pub(crate) fn instrument_rows(
    instruments: &[Instrument],
    trading: bool,
) -> Arc<Vec<InstrumentRow>> {
    let rows = instruments.iter().map(|rules| InstrumentRow {
        id: rules.id.to_string(),
        symbol: rules.symbol.clone(),
        venue: rules.id.venue.code().to_owned(),
        base: rules.id.base.clone(),
        quote: rules.id.quote.clone(),
        price_decimals: rules.price_decimals(),
        qty_decimals: rules.qty_decimals(),
        tick: rules.tick.to_string(),
        lot: rules.lot.to_string(),
        trading,
    });
    Arc::new(rows.collect())
}
