//! The recorded tapes of 2023 and 2024, as their README counts them.

use std::path::PathBuf;

use aurora_binance::tape::{ClockShift, TapeSet};
use aurora_book::{Applied, Book, FeatureParams, Features, Sync};
use aurora_model::{MarketEvent, MarketKind, Nanos};
use aurora_testkit::shared;
use expect_test::expect;

fn open(names: &[&str]) -> Option<TapeSet> {
    let folder = shared::path("data/crypto_l2/binance_ws_raw")?;
    let paths: Vec<PathBuf> =
        names.iter().map(|name| folder.join(format!("{name}.raw.zst"))).collect();
    Some(TapeSet::open(&paths, ClockShift::Auto).unwrap())
}

#[test]
fn six_instruments_of_three_markets_are_told_apart_and_whole() {
    let Some(mut set) = open(&[
        "usdm_btcusdt_20240808",
        "usdm_ethusdt_20240808",
        "spot_btcusdt_20240808",
        "spot_ethusdt_20240808",
        "cm_btcusd_perp_20240808",
        "cm_ethusd_perp_20240808",
    ]) else {
        return;
    };
    let mut books: Vec<Book> =
        set.tracks().iter().map(|track| Book::new(track.market.continuity())).collect();
    let mut counts = vec![[0_u64; 4]; books.len()];
    let mut last_at = Nanos(0);
    while let Some(event) = set.next_event().unwrap() {
        assert!(last_at <= event.received_at, "events come in the order they were received");
        last_at = event.received_at;
        let place = event.instrument.index();
        counts[place][stream(&event)] += 1;
        assert!(!matches!(books[place].apply(&event), Applied::Gap { .. }));
        let crossed = books[place].touch().is_some_and(|touch| touch.is_crossed());
        assert!(!crossed, "the book is never crossed");
    }
    let mut story = String::new();
    for (track, (book, count)) in set.tracks().iter().zip(books.iter().zip(counts)) {
        assert_eq!(book.sync(), Sync::Synced);
        let [diffs, quotes, trades, snapshots] = count;
        let (id, tick) = (&track.instrument.id, track.instrument.tick);
        story += &format!("{id} {tick} {diffs} {quotes} {trades} {snapshots}\n");
    }
    expect![[r#"
        BINANCEUSDM:PERP:BTC-USDT 0.1 6551 66089 21313 1
        BINANCEUSDM:PERP:ETH-USDT 0.01 6586 53992 14076 1
        BINANCESPOT:SPOT:BTC-USDT 0.01 3451 28040 9757 1
        BINANCESPOT:SPOT:ETH-USDT 0.01 3434 24077 6106 1
        BINANCECOINM:PERP:BTC-USD:INVERSE 0.1 26847 19136 2286 1
        BINANCECOINM:PERP:ETH-USD:INVERSE 0.01 22909 15812 1732 1
    "#]]
    .assert_eq(&story);
}

fn stream(event: &MarketEvent<'_>) -> usize {
    match event.kind {
        MarketKind::Diff { .. } => 0,
        MarketKind::Bbo { .. } => 1,
        MarketKind::Trade { .. } => 2,
        MarketKind::Snapshot { .. } => 3,
    }
}

#[test]
fn a_later_file_continues_an_earlier_one_whatever_the_order_named() {
    let Some(mut set) = open(&["usdm_btcusdt_20230405", "usdm_btcusdt_20230404"]) else { return };
    let mut book = Book::new(set.tracks()[0].market.continuity());
    let mut trades = 0;
    while let Some(event) = set.next_event().unwrap() {
        assert!(!matches!(book.apply(&event), Applied::Gap { .. }));
        trades += u32::from(matches!(event.kind, MarketKind::Trade { .. }));
    }
    assert_eq!(book.sync(), Sync::Synced);
    // One of the recorded 12,935 is the insurance fund's, outside the order book.
    assert_eq!(trades, 2_197 + 10_738 - 1);
}

#[test]
fn a_tape_without_snapshot_gives_a_partial_book() {
    let Some(mut set) = open(&["spot_btcusdt_20230405"]) else { return };
    let mut book = Book::new(set.tracks()[0].market.continuity());
    while let Some(event) = set.next_event().unwrap() {
        book.apply(&event);
    }
    assert_eq!(book.sync(), Sync::Partial);
    assert!(book.touch().is_some_and(|touch| touch.spread().0 == 1));
}

#[test]
fn the_smallest_latency_is_zero_after_the_shift() {
    let Some(mut set) = open(&["usdm_btcusdt_20240808"]) else { return };
    assert_eq!(set.tracks()[0].files[0].1, Nanos(1_272_156_851));
    let mut smallest = i64::MAX;
    while let Some(event) = set.next_event().unwrap() {
        if !matches!(event.kind, MarketKind::Bbo { .. }) {
            smallest = smallest.min((event.received_at - event.exchange_at).0);
        }
    }
    assert_eq!(smallest, 0);
}

#[test]
fn another_venues_recording_is_refused_with_what_it_is() {
    let Some(folder) = shared::path("data/crypto_l2/binance_ws_raw") else { return };
    let path = folder.join("hyperliquid_btcusd_20250126.raw.zst");
    let error = TapeSet::open(&[path], ClockShift::Auto).unwrap_err().to_string();
    assert!(error.contains("holds no Binance depth, bookTicker or trade frames"), "{error}");
}

#[test]
fn reading_book_and_features_allocate_nothing_once_warm() {
    let Some(mut set) = open(&["usdm_ethusdt_20240808", "spot_btcusdt_20240808"]) else { return };
    let mut desks: Vec<(Book, Features)> = set
        .tracks()
        .iter()
        .map(|track| {
            (Book::new(track.market.continuity()), Features::new(FeatureParams::default()))
        })
        .collect();
    let mut play = |messages: usize| {
        for _ in 0..messages {
            let Some(event) = set.next_event().unwrap() else { return };
            let (book, features) = &mut desks[event.instrument.index()];
            let applied = book.apply(&event);
            features.on_event(&event, book, applied);
            std::hint::black_box(features.values(event.received_at, book));
        }
    };
    play(60_000);
    let used = allocation_counter::measure(|| play(50_000));
    assert_eq!(used.count_total, 0, "{used:?}");
}
