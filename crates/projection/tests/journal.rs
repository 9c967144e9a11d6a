//! The table, filled while a journal grows, against the table that is rebuilt from it.

#[path = "journal/postgres.rs"]
mod postgres;

use std::path::Path;

use aurora_engine::{Record, Stamped};
use aurora_exec::Purpose;
use aurora_journal::{Journal, Options};
use aurora_model::{
    ClientOrderId, Fill, InstrumentNo, Liquidity, Lots, Nanos, Notional, OrderIntent, OrderNo,
    ReportKind, Side, Ticks, TimeInForce, VenueRefusal, VenueReport,
};
use aurora_projection::{Feed, Names, Place, Row, Table, journal_name, rebuild};
use postgres::Postgres;

const ORDERS: u64 = 300;

fn names() -> Names {
    let list = "OKX:PERP:BTC-USDT tick 0.1 lot 0.001\nBYBIT:PERP:ETH-USDT tick 0.01 lot 0.01\n";
    Names::parse(list).unwrap()
}

/// Orders with every kind of end, over two runs of the desk.
fn records() -> Vec<Record> {
    let mut records = vec![Record::Epoch { epoch: 1 }];
    for no in 1..=ORDERS {
        let epoch = if no <= ORDERS / 2 { 1 } else { 2 };
        if no == ORDERS / 2 + 1 {
            records.push(Record::Epoch { epoch: 2 });
        }
        let id = ClientOrderId::new(0, epoch, OrderNo(no));
        let instrument = InstrumentNo(u16::try_from(no % 2).unwrap());
        let intent = OrderIntent {
            instrument,
            side: Side::Buy,
            limit: Ticks(100),
            qty: Lots(10),
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
        };
        let told = |kind| Record::Report(VenueReport { venue_at: Nanos(0), kind });
        let fill = |trade_id, qty| {
            told(ReportKind::Fill(Fill {
                trade_id,
                instrument,
                order: id,
                side: Side::Buy,
                price: Ticks(100),
                qty: Lots(qty),
                fee: Notional::ZERO,
                liquidity: Liquidity::Maker,
                at: Nanos(0),
            }))
        };
        let trade = u128::from(no) * 10;
        records.push(Record::Intent { id, intent, purpose: Purpose::Entry, decision: 7 });
        records.push(Record::Sent { id });
        let ack = told(ReportKind::Ack { id, venue_id: no });
        match no % 5 {
            0 => records.extend([ack, fill(trade, 4), fill(trade, 4), fill(trade + 1, 6)]),
            1 => records.extend([ack, told(ReportKind::Canceled { id, filled: Lots(0) })]),
            2 => records.push(told(ReportKind::Reject { id, refusal: VenueRefusal::WouldTake })),
            3 => {
                records.extend([Record::Doubted { id }, Record::Absent { id }]);
            }
            // Left open: the next run finds it in doubt.
            _ => {}
        }
    }
    records
}

fn stamped(record: Record, seq: u64) -> Stamped {
    Stamped { at: Nanos::SECOND * i64::try_from(seq).unwrap(), record }
}

fn options() -> Options {
    Options { reserve_bytes: 1, ..Options::default() }
}

fn place(url: &str) -> Place {
    Place::read(url).unwrap()
}

/// What the table has of the journal in that folder.
async fn rows(table: &Table, dir: &Path) -> Vec<Row> {
    table.rows(&journal_name(dir).unwrap().unwrap(), 0).await.unwrap()
}

/// A desk that writes the records, with a feed that begins with the half of them that are there already.
fn run_a_desk(dir: &Path, url: &str) {
    let records = records();
    let half = records.len() / 2;
    let mut base = 0;
    for part in [&records[..half], &records[half..]] {
        let (mut journal, _) = Journal::open_with(dir, options(), &mut |_| ()).unwrap();
        let feed = (base > 0).then(|| Feed::spawn(place(url), dir.to_owned(), names(), base));
        let feed = feed.transpose().unwrap();
        for record in part {
            let stamped = stamped(record.clone(), base + 1);
            let kind = aurora_records::kind_byte(&stamped.record);
            base = journal.append(kind, &aurora_records::encode(&stamped)).unwrap().0;
            if let Some(feed) = &feed {
                feed.record(base, &stamped);
            }
            if base.is_multiple_of(50) {
                journal.commit().unwrap();
                if let Some(feed) = &feed {
                    feed.durable(base);
                }
            }
        }
        journal.close().unwrap();
        if let Some(feed) = feed {
            feed.finish(base);
        }
    }
}

async fn after_a_run_it_is_what_a_rebuild_gives(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("journal");
    run_a_desk(&dir, url);
    let table = Table::open(&place(url)).await.unwrap();
    let filled = rows(&table, &dir).await;
    let rebuilt = rebuild(&table, &dir, names()).await.unwrap();
    let again = rows(&table, &dir).await;
    assert_eq!(rebuilt.rows, again.len() as u64);
    assert!(filled == again, "{} rows while it ran, {} rebuilt", filled.len(), again.len());
    let of = |event: &str| again.iter().filter(|row| row.event == event).count() as u64;
    let each = ORDERS / 5;
    assert_eq!(
        (of("place"), of("ack"), of("reject"), of("cancel")),
        (ORDERS, 2 * each, each, each)
    );
    assert_eq!((of("partial"), of("fill"), of("dead")), (2 * each, each, each));
    assert_eq!(of("restart"), each / 2, "what was open when the run ended is unknown");
    // Down takes the table away, up makes it anew, and the journal fills it.
    table.migrate_down().await.unwrap();
    assert!(table.rows("any", 0).await.is_err());
    table.migrate_up().await.unwrap();
    assert_eq!(rows(&table, &dir).await, []);
    rebuild(&table, &dir, names()).await.unwrap();
    assert!(rows(&table, &dir).await == again);
}

#[tokio::test]
async fn sqlite_after_a_run_is_what_a_rebuild_gives() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("orders.db").display());
    after_a_run_it_is_what_a_rebuild_gives(&url).await;
}

#[tokio::test]
async fn postgresql_after_a_run_is_what_a_rebuild_gives() {
    let Some(server) = Postgres::start() else { return };
    after_a_run_it_is_what_a_rebuild_gives(&server.url()).await;
}

#[tokio::test]
async fn a_database_that_was_away_misses_nothing() {
    let Some(mut server) = Postgres::start() else { return };
    server.end();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("journal");
    let feed = Feed::spawn(place(&server.url()), dir.clone(), names(), 0).unwrap();
    let (mut journal, _) = Journal::open_with(&dir, options(), &mut |_| ()).unwrap();
    let mut last = 0;
    for record in records() {
        let stamped = stamped(record, last + 1);
        let kind = aurora_records::kind_byte(&stamped.record);
        last = journal.append(kind, &aurora_records::encode(&stamped)).unwrap().0;
        feed.record(last, &stamped);
    }
    journal.close().unwrap();
    feed.durable(last);
    while feed.status().fault.is_none() {
        std::thread::yield_now();
    }
    server.resume();
    while feed.status().seq < last {
        std::thread::yield_now();
    }
    feed.finish(last);
    let table = Table::open(&place(&server.url())).await.unwrap();
    let filled = rows(&table, &dir).await;
    rebuild(&table, &dir, names()).await.unwrap();
    assert!(rows(&table, &dir).await == filled);
}

#[test]
fn a_place_that_is_none_is_refused_with_the_way_out() {
    let told = Place::read("mysql://here").unwrap_err().to_string();
    assert!(told.contains("sqlite:FILE or postgres://"), "{told}");
}

/// A journal of one run with those records, the first at that second.
fn write_journal(dir: &Path, first_epoch: u32, begins: i64, records: &[Record]) -> u64 {
    let options = Options { first_epoch, ..options() };
    let (mut journal, recovered) = Journal::open_with(dir, options, &mut |_| ()).unwrap();
    let mut last = recovered.last_seq.0;
    for (at, record) in (begins..).zip(records) {
        let stamped = Stamped { at: Nanos::SECOND * at, record: record.clone() };
        let kind = aurora_records::kind_byte(record);
        last = journal.append(kind, &aurora_records::encode(&stamped)).unwrap().0;
    }
    journal.close().unwrap();
    last
}

fn in_a_file(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("orders.db").display())
}

#[tokio::test]
async fn two_journals_share_a_table_and_neither_loses_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let url = in_a_file(folder.path());
    let table = Table::open(&place(&url)).await.unwrap();
    let mut filled = Vec::new();
    // The second is shorter: its records have numbers that the first has rows for.
    for (name, begins, count) in [("one", 0, 60), ("other", 1_000, 30)] {
        let dir = folder.path().join(name);
        let last = write_journal(&dir, 1, begins, &records()[..count]);
        Feed::spawn(place(&url), dir.clone(), names(), last).unwrap().finish(last);
        let filled_in = rows(&table, &dir).await;
        assert!(!filled_in.is_empty());
        filled.push((dir, filled_in));
    }
    for (dir, filled) in &filled {
        assert!(rows(&table, dir).await == *filled);
        let rebuilt = rebuild(&table, dir, names()).await.unwrap();
        assert_eq!(rebuilt.rows, filled.len() as u64);
    }
    for (dir, filled) in &filled {
        assert!(rows(&table, dir).await == *filled, "a rebuild is about one journal");
    }
}

#[tokio::test]
async fn a_journal_that_went_back_gets_its_rows_anew() {
    let folder = tempfile::tempdir().unwrap();
    let url = in_a_file(folder.path());
    let dir = folder.path().join("journal");
    let last = write_journal(&dir, 1, 0, &records()[..40]);
    Feed::spawn(place(&url), dir.clone(), names(), last).unwrap().finish(last);
    let table = Table::open(&place(&url)).await.unwrap();
    let before = rows(&table, &dir).await;
    // The disk never had the last thirty; in one case the next run wrote more than that again.
    for more in [0, 5, 50] {
        std::fs::remove_dir_all(&dir).unwrap();
        std::fs::remove_file(folder.path().join("journal.mark")).unwrap();
        let first = write_journal(&dir, 1, 0, &records()[..10]);
        let second = [vec![Record::Epoch { epoch: 2 }], records()[1..=more].to_vec()].concat();
        let last = if more == 0 { first } else { write_journal(&dir, 2, 500, &second) };
        let feed = Feed::spawn(place(&url), dir.clone(), names(), last).unwrap();
        feed.finish(last);
        let filled = rows(&table, &dir).await;
        assert!(filled != before);
        rebuild(&table, &dir, names()).await.unwrap();
        assert!(rows(&table, &dir).await == filled, "{more} more");
    }
}

#[tokio::test]
async fn a_record_that_did_not_fit_is_read_once_and_the_stream_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = in_a_file(folder.path());
    let dir = folder.path().join("journal");
    let (mut journal, _) = Journal::open_with(&dir, options(), &mut |_| ()).unwrap();
    let feed = Feed::spawn(place(&url), dir.clone(), names(), 0).unwrap();
    let mut last = 0;
    // What is durable is always some records behind what is told.
    for (no, record) in records().into_iter().enumerate().take(200) {
        let stamped = stamped(record, last + 1);
        let kind = aurora_records::kind_byte(&stamped.record);
        last = journal.append(kind, &aurora_records::encode(&stamped)).unwrap().0;
        if last != 20 {
            feed.record(last, &stamped);
        }
        if no % 20 == 10 {
            journal.commit().unwrap();
            feed.durable(last - 5);
            while feed.status().seq < last - 5 {
                std::thread::yield_now();
            }
        }
    }
    journal.close().unwrap();
    feed.durable(last);
    while feed.status().seq < last {
        std::thread::yield_now();
    }
    assert_eq!(feed.status().readings, 2, "at the start, and for the lost one");
    feed.finish(last);
    let table = Table::open(&place(&url)).await.unwrap();
    let filled = rows(&table, &dir).await;
    rebuild(&table, &dir, names()).await.unwrap();
    assert!(rows(&table, &dir).await == filled);
}

#[tokio::test]
async fn a_database_that_refuses_is_told_and_does_not_keep_the_desk_from_ending() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("journal");
    let last = write_journal(&dir, 1, 0, &records()[..40]);
    let nowhere = format!("sqlite:{}", folder.path().join("not/there/orders.db").display());
    let feed = Feed::spawn(place(&nowhere), dir, names(), last).unwrap();
    while feed.problem().is_none() {
        std::thread::yield_now();
    }
    feed.finish(last);
}
