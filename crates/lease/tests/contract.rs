//! What a lease promises, asked of all three places it can be kept in.
//!
//! PostgreSQL and nats-server are Debian packages; each test starts its own, on a free port, in a folder that
//! goes away with it.

#[path = "contract/servers.rs"]
mod servers;

use std::time::{Duration, Instant};

use aurora_ha::{LeaseAnswer, Token};
use aurora_lease::{Ask, Claim, Holding, Lease, LeaseClient, LeaseError, Place, Store, Taken};
use servers::{Nats, Postgres, Proxy};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

const TTL: Duration = Duration::from_millis(1_000);

fn claim(holder: &str) -> Claim {
    Claim { name: "desk".to_owned(), holder: holder.to_owned(), ttl: TTL }
}

async fn open(place: &Place, holder: &str) -> Store {
    Store::open(place, claim(holder)).await.unwrap()
}

fn ours(taken: Taken) -> Token {
    match taken {
        Taken::Ours(token) => token,
        Taken::Theirs(holding) => panic!("{} has it", holding.holder),
    }
}

/// Asks until it is free.
async fn take_when_free(lease: &mut Store) -> Token {
    loop {
        match lease.take().await.unwrap() {
            Taken::Ours(token) => return token,
            Taken::Theirs(_) => tokio::task::yield_now().await,
        }
    }
}

/// The whole contract, on one place.
async fn contract(place: &Place) {
    let (mut a, mut b) = (open(place, "a").await, open(place, "b").await);
    assert_eq!(a.look().await.unwrap(), None, "a new lease is nobody's");

    let taken_at = Instant::now();
    let first = ours(a.take().await.unwrap());
    let held = Holding { holder: "a".to_owned(), token: first };
    assert_eq!(
        b.take().await.unwrap(),
        Taken::Theirs(held.clone()),
        "one has it, and it is told who"
    );
    assert_eq!(b.look().await.unwrap(), Some(held));

    // Renewed past the end it had at first.
    while taken_at.elapsed() < TTL * 3 / 2 {
        assert!(a.renew(first).await.unwrap(), "the holder renews");
        assert!(matches!(b.take().await.unwrap(), Taken::Theirs(_)), "renewed is not free");
    }

    let renewed_at = Instant::now();
    assert!(a.renew(first).await.unwrap());
    let second = take_when_free(&mut b).await;
    assert!(TTL <= renewed_at.elapsed(), "it lasts its whole time: {:?}", renewed_at.elapsed());
    assert!(first < second, "a later grant is greater");

    assert!(!a.renew(first).await.unwrap(), "what ran out is not renewed");
    a.release(first).await.unwrap();
    assert!(b.renew(second).await.unwrap(), "nobody gives back what is another's");

    b.release(second).await.unwrap();
    assert_eq!(a.look().await.unwrap(), None, "given back is free at once");
    assert!(!b.renew(second).await.unwrap(), "what was given back is not renewed");
    let third = ours(a.take().await.unwrap());
    assert!(second < third);

    // The same process, connected anew after its answer was lost, is no other than before.
    let mut again = open(place, "a").await;
    assert!(again.renew(third).await.unwrap());
    again.release(third).await.unwrap();
    one_of_many(place, third).await;
}

/// Of many that ask at once, one gets it.
async fn one_of_many(place: &Place, last: Token) {
    let ask = async |no: u32| {
        let mut lease = open(place, &format!("one of many, {no}")).await;
        lease.take().await.unwrap()
    };
    let asks: Vec<_> = (0..8).map(ask).collect();
    let mut taken = Vec::new();
    for ask in join_all(asks).await {
        if let Taken::Ours(token) = ask {
            taken.push(token);
        }
    }
    assert_eq!(taken.len(), 1, "one of eight: {taken:?}");
    assert!(last < taken[0]);
}

/// Runs all of them at once.
async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> =
        futures.into_iter().map(|future| (Some(Box::pin(future)), None)).collect();
    std::future::poll_fn(move |context| {
        for (future, done) in &mut running {
            if let Some(polled) = future
                && let std::task::Poll::Ready(output) = polled.as_mut().poll(context)
            {
                (*future, *done) = (None, Some(output));
            }
        }
        match running.iter().all(|(future, _)| future.is_none()) {
            true => {
                std::task::Poll::Ready(running.iter_mut().filter_map(|(_, d)| d.take()).collect())
            }
            false => std::task::Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn a_sqlite_file_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(folder.path().join("lease.db"));
    contract(&place).await;
}

/// What a process does that was stopped while it wrote: it keeps the lock until it goes on.
#[tokio::test]
async fn a_locked_sqlite_file_is_read_and_says_that_it_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lease.db");
    let place = Place::Sqlite(path.clone());
    // It lasts longer than the test, on however slow a machine.
    let long = |holder| Claim { ttl: TTL * 60, ..claim(holder) };
    let (mut a, mut b) = (
        Store::open(&place, long("a")).await.unwrap(),
        Store::open(&place, long("b")).await.unwrap(),
    );
    let first = ours(a.take().await.unwrap());

    let mut frozen = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut frozen).await.unwrap();
    assert!(matches!(b.take().await.unwrap(), Taken::Theirs(_)), "asking needs no lock");
    let refused = a.renew(first).await.unwrap_err().story();
    assert!(refused.contains("database is locked"), "{refused}");

    sqlx::query("ROLLBACK").execute(&mut frozen).await.unwrap();
    assert!(a.renew(first).await.unwrap());
    a.release(first).await.unwrap();
    assert!(first < ours(b.take().await.unwrap()));
}

#[tokio::test]
async fn postgresql_keeps_the_contract() {
    let Some(server) = Postgres::start() else { return };
    contract(&server.place()).await;
}

#[tokio::test]
async fn nats_keeps_the_contract() {
    let Some(server) = Nats::start() else { return };
    contract(&server.place()).await;
    let other = Claim { ttl: TTL * 2, ..claim("c") };
    let refused = Store::open(&server.place(), other).await.unwrap_err();
    assert!(matches!(refused, LeaseError::OtherTtl { .. }), "{refused}");
}

#[tokio::test]
async fn tokens_grow_over_a_restart_of_the_server() {
    if let Some(mut server) = Nats::start() {
        grows(server.place(), &mut || server.restart()).await;
    }
    if let Some(mut server) = Postgres::start() {
        grows(server.place(), &mut || server.restart()).await;
    }
}

async fn grows(place: Place, restart: &mut dyn FnMut()) {
    let first = ours(open(&place, "a").await.take().await.unwrap());
    restart();
    let mut after = open(&place, "b").await;
    assert!(first < take_when_free(&mut after).await, "{place}");
}

#[test]
fn a_store_that_is_cut_off_answers_failed_in_time_and_works_again_after() {
    let Some(server) = Nats::start() else { return };
    let proxy = Proxy::start(server.port());
    let place: Place = format!("nats://127.0.0.1:{}", proxy.port()).parse().unwrap();
    let patience = Duration::from_millis(300);
    // It lasts longer than the cut, on however slow a machine.
    let long = Claim { ttl: TTL * 60, ..claim("a") };
    let client = LeaseClient::spawn(place, long, patience).unwrap();
    let ask = |ask| {
        let asked_at = Instant::now();
        client.ask(ask);
        let answer = client.answers().recv().unwrap();
        (answer.answer, asked_at.elapsed())
    };
    let (LeaseAnswer::Granted(token), _) = ask(Ask::Try { no: 1 }) else { panic!("it is free") };
    proxy.cut();
    let (answer, took) = ask(Ask::Renew { no: 2, token });
    assert!(matches!(answer, LeaseAnswer::Failed(_)), "{answer:?}");
    assert!(took < patience * 4, "{took:?}");
    proxy.mend();
    let renewed = (3..100).map(|no| ask(Ask::Renew { no, token }).0);
    let mut renewed = renewed.skip_while(|answer| matches!(answer, LeaseAnswer::Failed(_)));
    assert_eq!(renewed.next(), Some(LeaseAnswer::Granted(token)));
}
