//! Which threads the system runs first.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

/// How eagerly the system runs the journal's thread. On a busy machine a thread of ordinary priority that
/// wakes up after its sync waits until somebody's time slice is over, some milliseconds; every order waits
/// with it. Niceness does not help: a slice that has begun is not cut short for it (measured on 6.18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// As every other thread.
    #[default]
    Normal,
    /// Real time, round robin: before every thread that is not. The system may forbid it (`CAP_SYS_NICE`,
    /// `ulimit -r`).
    RealTime,
}

/// Low among the real-time priorities: 1 to 99, higher goes first.
const REAL_TIME: &str = "10";
/// For work that nobody waits for; niceness goes from -20 to 19.
const LOW: i32 = 10;

impl Priority {
    /// Gives it to the calling thread.
    ///
    /// # Errors
    /// When the system does not permit it; the thread goes on as it was.
    pub fn give_to_this_thread(self) -> io::Result<()> {
        match self {
            Priority::Normal => Ok(()),
            Priority::RealTime => real_time(),
        }
    }

    /// The calling thread does work that nobody waits for.
    pub fn step_back() {
        // Of Linux's processes this names a thread: the calling one. It is only a wish: the work is done either way.
        let _: Result<(), _> = rustix::process::setpriority_process(None, LOW);
    }
}

/// By `chrt` of util-linux, which every Debian has: the system call has no safe wrapper among our crates,
/// and one process at the start costs nothing.
fn real_time() -> io::Result<()> {
    // `PID/task/TID`.
    let this = fs::read_link("/proc/thread-self")?;
    let thread = this.file_name().ok_or(io::ErrorKind::NotFound)?;
    let mut chrt = Command::new("chrt");
    chrt.args(["--rr", "--pid", REAL_TIME]).arg(thread).stdin(Stdio::null());
    let done = chrt.output().map_err(|error| io::Error::new(error.kind(), "chrt: not found"))?;
    if done.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&done.stderr);
    Err(io::Error::other(told.trim().to_owned()))
}
