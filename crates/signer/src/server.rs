//! The Unix socket: who may speak, and one thread for each who does.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use aurora_model::Nanos;
use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;

use crate::clerk::{Clerk, Moment};
use crate::codec::{Ask, MAX_FRAME, decode, encode};
use crate::judge::Judge;

/// The most connections at a time: a desk has one a venue and one for itself.
const MOST: usize = 32;
/// Beyond them so many more are answered once each, so that KILL comes through whoever else sits there.
const SPARE: usize = 8;
/// A frame that was begun must be whole within so long, and an answer be taken.
const FRAME_WITHIN: Duration = Duration::from_secs(2);
/// The pause after a connection that could not be accepted, and how many such in a row are the end.
const FAILED_PAUSE: Duration = Duration::from_millis(20);
const MOST_FAILED: u32 = 500;

/// Why the socket cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("signer socket {}", path.display())]
pub struct ServerFault {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// The open socket. Only its owner can connect, and only processes of the same user are answered.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
}

/// What is called when somebody asked to kill.
type OnKill = dyn Fn() + Send + Sync;

impl Server {
    /// Opens the socket. The caller holds the state's lock, so what lies at the path is a dead signer's.
    ///
    /// # Errors
    /// [`ServerFault`].
    pub fn bind(path: &Path) -> Result<Server, ServerFault> {
        let fault = |source| ServerFault { path: path.to_owned(), source };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
            _ => {}
        }
        // Nobody can connect between the two: the name is another one until the mode is right.
        let hidden = path.with_extension("new");
        drop(fs::remove_file(&hidden));
        let listener = UnixListener::bind(&hidden).map_err(fault)?;
        fs::set_permissions(&hidden, fs::Permissions::from_mode(0o600)).map_err(fault)?;
        fs::rename(&hidden, path).map_err(fault)?;
        Ok(Server { listener, path: path.to_owned() })
    }

    /// Answers until the socket fails; each connection has a thread of its own.
    ///
    /// # Errors
    /// When no connection can be accepted any more, for ten seconds on end.
    pub fn serve(self, judge: &Arc<Mutex<Judge>>, on_kill: &Arc<OnKill>) -> io::Result<()> {
        let (began, count) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
        let mut failed = 0;
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if MOST_FAILED <= failed => return Err(error),
                Err(_) => {
                    // A peer that gave up, or no descriptor to be had just now.
                    failed += 1;
                    std::thread::park_timeout(FAILED_PAUSE);
                    continue;
                }
            };
            failed = 0;
            let Some(slot) = Slot::take(&count).filter(|_| is_ours(&stream)) else { continue };
            let (judge, on_kill) = (Arc::clone(judge), Arc::clone(on_kill));
            let run = move || {
                // How a connection ends is the other side's to tell.
                drop(converse(stream, &judge, &*on_kill, (began, slot.is_spare)));
            };
            // Without a thread the other side is closed to, and tries again.
            drop(std::thread::Builder::new().name("signer connection".into()).spawn(run));
        }
    }
}

/// A connection's place, free again when it ends, however it ends.
struct Slot {
    count: Arc<AtomicUsize>,
    is_spare: bool,
}

impl Slot {
    fn take(count: &Arc<AtomicUsize>) -> Option<Slot> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        let slot = Slot { count: Arc::clone(count), is_spare: MOST <= before };
        (before < MOST + SPARE).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

/// A process of the same user, by the kernel's word.
fn is_ours(stream: &UnixStream) -> bool {
    socket_peercred(stream).is_ok_and(|peer| peer.uid == geteuid())
}

fn converse(
    mut stream: UnixStream,
    judge: &Mutex<Judge>,
    on_kill: &OnKill,
    (began, is_spare): (Instant, bool),
) -> io::Result<()> {
    let mut clerk = Clerk::default();
    let mut frame = Vec::with_capacity(4096);
    stream.set_write_timeout(Some(FRAME_WITHIN))?;
    while read_frame(&mut stream, &mut frame, is_spare.then_some(FRAME_WITHIN))? {
        let Ok((no, ask)) = decode::<Ask<'_>>(&frame) else { return Ok(()) };
        // A thread that panicked while it judged leaves a judge nobody can trust: nothing is signed any more.
        let answer = judge.lock().map(|mut judge| clerk.answer(moment(began), &ask, &mut judge));
        if matches!(ask, Ask::Kill) {
            // Whoever asked may be gone before the answer; what was asked for is not.
            on_kill();
        }
        let Ok(answer) = answer else { return Ok(()) };
        stream.write_all(&encode(no, &answer))?;
        if is_spare {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads a frame that begins within so long; `false` when the other side is gone between two frames.
fn read_frame(
    stream: &mut UnixStream,
    frame: &mut Vec<u8>,
    within: Option<Duration>,
) -> io::Result<bool> {
    stream.set_read_timeout(within)?;
    let mut len = [0; 4];
    if stream.read(&mut len[..1])? == 0 {
        return Ok(false);
    }
    stream.set_read_timeout(Some(FRAME_WITHIN))?;
    stream.read_exact(&mut len[1..])?;
    let len = usize::try_from(u32::from_le_bytes(len)).unwrap_or(usize::MAX);
    if MAX_FRAME < len {
        return Ok(false);
    }
    frame.resize(len, 0);
    stream.read_exact(frame)?;
    Ok(true)
}

fn moment(began: Instant) -> Moment {
    let running = Nanos(i64::try_from(began.elapsed().as_nanos()).unwrap_or(i64::MAX));
    Moment { wall: now(), running }
}

/// Our own clock, by which the window slides and a request's time is judged.
pub(crate) fn now() -> Nanos {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
