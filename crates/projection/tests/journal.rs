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
use aurora_projection::{Feed, Names, Table, rebuild};
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

/// A desk that writes the records, with a feed that begins with the half of them that are there already.
fn run_a_desk(dir: &Path, url: &str) {
    let records = records();
    let half = records.len() / 2;
    let mut base = 0;
    for part in [&records[..half], &records[half..]] {
        let (mut journal, _) = Journal::open_with(dir, options(), &mut |_| ()).unwrap();
        let feed = (base > 0).then(|| Feed::spawn(url.into(), dir.to_owned(), names(), base));
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
    let table = Table::open(url).await.unwrap();
    let filled = table.rows().await.unwrap();
    let rebuilt = rebuild(&table, &dir, names()).await.unwrap();
    let again = table.rows().await.unwrap();
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
    assert!(table.rows().await.is_err());
    table.migrate_up().await.unwrap();
    assert_eq!(table.rows().await.unwrap(), []);
    rebuild(&table, &dir, names()).await.unwrap();
    assert!(table.rows().await.unwrap() == again);
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
    let feed = Feed::spawn(server.url(), dir.clone(), names(), 0).unwrap();
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
    let table = Table::open(&server.url()).await.unwrap();
    let filled = table.rows().await.unwrap();
    rebuild(&table, &dir, names()).await.unwrap();
    assert!(table.rows().await.unwrap() == filled);
}

#[tokio::test]
async fn a_place_that_is_none_is_refused_with_the_way_out() {
    let told = Table::open("mysql://here").await.unwrap_err().to_string();
    assert!(told.contains("sqlite:FILE or postgres://"), "{told}");
}
