//! A signer behind its socket: who may speak, what is answered, and that no frame gets anything else signed.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use aurora_authority::{Authority, BuildId, Caps, Listed, Policy, Remembered};
use aurora_binance::Binance;
use aurora_model::{ClientOrderId, Nanos, Notional, OrderNo, Venue};
use aurora_signer::{
    Answer, Ask, Client, Judge, KeyRing, PATHS, Request, Scope, Server, StateFile, decode, encode,
};
use aurora_wire::Keys;
use rust_decimal::Decimal;

struct Signer {
    folder: tempfile::TempDir,
    kills: Arc<AtomicUsize>,
}

impl Signer {
    /// A signer on a thread of its own; it ends with the test.
    fn start() -> Signer {
        let folder = tempfile::tempdir().unwrap();
        let kills = Arc::new(AtomicUsize::new(0));
        let (file, remembered) = StateFile::open(&folder.path().join("state")).unwrap();
        let keys = Keys::new("key", "secret", "");
        let ring = KeyRing::from([(Venue::BinanceUsdm, (Arc::new(Binance) as _, keys))]);
        let judge = Judge::new(Authority::new(policy(), remembered), ring, Some(file));
        let server = Server::bind(&folder.path().join("socket")).unwrap();
        let count = Arc::clone(&kills);
        std::thread::spawn(move || {
            let on_kill = move || {
                count.fetch_add(1, Ordering::Relaxed);
            };
            server.serve(&Arc::new(Mutex::new(judge)), &(Arc::new(on_kill) as _))
        });
        Signer { folder, kills }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    fn client(&self) -> Client {
        Client::connect(&self.socket()).unwrap()
    }

    /// A desk that leads in epoch 5 and trades.
    fn desk(&self) -> Client {
        let mut desk = self.client();
        desk.hello("build", 0).unwrap();
        desk.change(&Ask::Raise(5)).unwrap();
        desk.change(&Ask::Release(5)).unwrap();
        desk
    }
}

fn policy() -> Policy {
    Policy {
        build: BuildId("build".to_owned()),
        account: 0,
        listed: vec![Listed {
            venue: Venue::BinanceUsdm,
            symbol: "BTCUSDT".to_owned(),
            unit: Decimal::ONE,
            max_qty: Decimal::ONE,
            enforces_reduce_only: true,
        }],
        caps: Caps {
            order_notional: Notional::new(Decimal::from(10_000)),
            window: Nanos::SECOND * 60,
            placements: 100,
            window_notional: Notional::new(Decimal::from(1_000_000)),
        },
    }
}

fn order(epoch: u32) -> String {
    let id = ClientOrderId::new(0, epoch, OrderNo(1));
    format!(
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=60000&newClientOrderId={id}&recvWindow=2000"
    )
}

fn now() -> Nanos {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Nanos(i64::try_from(since.as_nanos()).unwrap())
}

fn place(epoch: u32, body: &str) -> Ask<'_> {
    let path = PATHS.into_iter().flatten().position(|row| row.path == "/fapi/v1/order");
    let path = u16::try_from(path.unwrap()).unwrap();
    let patience = Nanos::SECOND;
    Ask::Sign(Request { epoch, path, venue_at: now(), patience, query: "", body })
}

fn code(answer: &Answer) -> &str {
    match answer {
        Answer::Signed(_) => "signed",
        Answer::Login(_) => "login",
        Answer::Standing(_) => "done",
        Answer::Refused(told) => &told.code,
    }
}

#[test]
fn only_its_owner_can_open_the_socket() {
    let signer = Signer::start();
    let mode = std::fs::metadata(signer.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_desk_of_another_build_or_account_gets_nothing_signed() {
    let signer = Signer::start();
    let mut desk = signer.client();
    assert_eq!(code(&desk.ask(&Ask::Raise(5)).unwrap()), "SIGNER_PROTOCOL");
    assert_eq!(desk.hello("another", 0).unwrap_err().code, "SIGNER_OTHER_BUILD");
    assert_eq!(desk.hello("build", 1).unwrap_err().code, "SIGNER_OTHER_ACCOUNT");
    let hello = Ask::Hello { protocol: 1, build: "build", account: 0 };
    assert_eq!(desk.change(&hello).unwrap_err().code, "SIGNER_VERSION");
    assert_eq!(code(&desk.ask(&place(5, &order(5))).unwrap()), "SIGNER_PROTOCOL");
}

#[test]
fn a_desk_is_fenced_off_the_moment_another_takes_over() {
    let signer = Signer::start();
    let mut old = signer.desk();
    assert_eq!(code(&old.ask(&place(5, &order(5))).unwrap()), "signed");
    let mut new = signer.client();
    new.hello("build", 0).unwrap();
    assert_eq!(new.change(&Ask::Raise(6)).unwrap().remembered.epoch, 6);
    assert_eq!(code(&old.ask(&place(5, &order(5))).unwrap()), "SIGNER_STALE_EPOCH");
    // Nor may it take the new one's HOLD away, or put it there.
    let told = old.change(&Ask::Release(5)).unwrap_err();
    assert_eq!((&*told.code, told.scope), ("SIGNER_STALE_EPOCH", Scope::Epoch(6)));
    new.change(&Ask::Release(6)).unwrap();
    old.change(&Ask::Hold(5)).unwrap();
    assert_eq!(code(&new.ask(&place(6, &order(6))).unwrap()), "signed");
}

#[test]
fn whoever_takes_over_is_told_how_long_ago_an_order_was_signed_at_the_latest() {
    let signer = Signer::start();
    let mut desk = signer.desk();
    let ago = |told: aurora_signer::Standing| told.order_ago;
    let since = |moment: Instant| Nanos(i64::try_from(moment.elapsed().as_nanos()).unwrap());
    let began = ago(desk.change(&Ask::Status).unwrap());
    assert!(Nanos(0) < began, "what the signer before it signed is older than this one");
    let before = Instant::now();
    assert_eq!(code(&desk.ask(&place(5, &order(5))).unwrap()), "signed");
    let after = Instant::now();
    let told = ago(desk.change(&Ask::Status).unwrap());
    assert!(told <= since(before), "the order counts");
    let body = format!("symbol=BTCUSDT&origClientOrderId={}", ClientOrderId::new(0, 5, OrderNo(1)));
    let cancel = PATHS.into_iter().flatten().position(|row| {
        row.path == "/fapi/v1/order" && matches!(row.method, aurora_wire::Method::Delete)
    });
    let request = Request {
        epoch: 5,
        path: u16::try_from(cancel.unwrap()).unwrap(),
        venue_at: now(),
        patience: Nanos::SECOND,
        query: &body,
        body: "",
    };
    assert_eq!(code(&desk.ask(&Ask::Sign(request)).unwrap()), "signed");
    let mut other = signer.client();
    other.hello("build", 0).unwrap();
    let least = since(after);
    let told = ago(other.change(&Ask::Raise(6)).unwrap());
    assert!(least <= told, "a cancel does not: {told:?}");
}

#[test]
fn anybody_who_may_open_the_socket_may_kill() {
    let signer = Signer::start();
    let mut desk = signer.desk();
    let standing = signer.client().change(&Ask::Kill).unwrap();
    assert!(standing.remembered.is_killed);
    assert_eq!(signer.kills.load(Ordering::Relaxed), 1);
    assert_eq!(code(&desk.ask(&place(5, &order(5))).unwrap()), "SIGNER_KILLED");
    desk.change(&Ask::Rearm).unwrap();
    desk.change(&Ask::Release(5)).unwrap();
    assert_eq!(code(&desk.ask(&place(5, &order(5))).unwrap()), "signed");
}

#[test]
fn a_frame_that_is_too_long_or_none_of_ours_ends_the_connection() {
    let signer = Signer::start();
    for frame in [&[0xff, 0xff, 0xff, 0x7f][..], &[1, 0, 1, 0], &[3, 0, 0, 0, 1, 2, 3]] {
        let mut stream = UnixStream::connect(signer.socket()).unwrap();
        stream.write_all(frame).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
        assert!(rest.is_empty(), "{frame:?}");
    }
    assert_eq!(code(&signer.client().ask(&Ask::Status).unwrap()), "done");
}

#[test]
fn however_many_sit_idle_one_more_may_kill() {
    let signer = Signer::start();
    // Some come too many, and are closed to.
    let idle: Vec<_> = (0..50).map(|_| UnixStream::connect(signer.socket()).unwrap()).collect();
    // The last of those who are answered once each give up by and by.
    let killed = (0..100).any(|_| signer.client().change(&Ask::Kill).is_ok());
    assert!(killed && 0 < signer.kills.load(Ordering::Relaxed));
    drop(idle);
    let mut desk = signer.client();
    while desk.change(&Ask::Status).is_err() || desk.change(&Ask::Status).is_err() {
        desk = signer.client();
    }
}

/// A generator that is the same every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

/// `AURORA_FRAMES` sets how many; ten million take some minutes in a release build.
#[test]
fn no_mangled_frame_gets_a_path_outside_the_table_signed() {
    let frames: usize = std::env::var("AURORA_FRAMES").map_or(20_000, |n| n.parse().unwrap());
    let keys = Keys::new("key", "secret", "");
    let ring = KeyRing::from([(Venue::BinanceUsdm, (Arc::new(Binance) as _, keys))]);
    let mut judge = Judge::new(Authority::new(policy(), Remembered::NOTHING), ring, None);
    judge.change(|authority| authority.raise(5)).unwrap();
    judge.change(|authority| authority.release(5)).unwrap();
    let (mut chance, body) = (Chance(7), order(5));
    let whole = encode(1, &place(5, &body))[4..].to_vec();
    let (mut read, mut signed) = (0, 0);
    for _ in 0..frames {
        let mut frame = whole.clone();
        for _ in 0..=chance.next(3) {
            match chance.next(4) {
                0 => frame.truncate(chance.next(frame.len() + 1)),
                1 => frame.push(u8::try_from(chance.next(256)).unwrap()),
                _ if frame.is_empty() => {}
                _ => {
                    let at = chance.next(frame.len());
                    frame[at] = u8::try_from(chance.next(256)).unwrap();
                }
            }
        }
        let Ok((_, Ask::Sign(request))) = decode::<Ask<'_>>(&frame) else { continue };
        read += 1;
        let Ok(answer) = judge.sign(request.venue_at, &request) else { continue };
        signed += 1;
        let path = answer.target.split('?').next().unwrap();
        let row = PATHS.into_iter().flatten().nth(usize::from(request.path)).unwrap();
        assert_eq!(path, row.path, "what is signed is in the table");
        let params = format!("{}&{}", answer.target.split('?').nth(1).unwrap_or(""), answer.body);
        // Nothing stands between the two where one of them is empty.
        for pair in params.split('&').filter(|pair| !pair.is_empty()) {
            let name = pair.split('=').next().unwrap_or_default();
            let is_known = row.names.contains(&name) || ["timestamp", "signature"].contains(&name);
            assert!(is_known, "{row:?} signed {pair}");
        }
    }
    assert!(signed < read && 0 < read, "{read} frames were read, {signed} signed");
}
