//! Servers of Debian packages, started for one test: a free port of the loopback, a folder that goes away.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aurora_lease::Place;

/// Longer than any start takes; reached only by a fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the program is; without it the test is left out with a word, except in CI.
fn program(name: &str, package: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    let folders = folders.chain(["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(PathBuf::from));
    let found = folders.map(|folder| folder.join(name)).find(|path| path.exists());
    if found.is_none() {
        let told = format!("{name} is missing: apt-get install {package}");
        assert!(std::env::var_os("CI").is_none(), "{told}");
        eprintln!("left out, {told}");
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// A nats-server with JetStream.
pub(crate) struct Nats {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Nats {
    pub(crate) fn start() -> Option<Nats> {
        let program = program("nats-server", "nats-server")?;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let child = Nats::spawn(&program, &folder, port);
        Some(Nats { program, folder, port, child })
    }

    fn spawn(program: &PathBuf, folder: &tempfile::TempDir, port: u16) -> Child {
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]);
        command.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        wait_until("nats-server answers", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        child
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn place(&self) -> Place {
        format!("nats://127.0.0.1:{}", self.port).parse().unwrap()
    }

    pub(crate) fn restart(&mut self) {
        self.end();
        self.child = Nats::spawn(&self.program, &self.folder, self.port);
    }

    fn end(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.end();
    }
}

/// A PostgreSQL server; it does not run as root, so root starts it as the package's own user.
pub(crate) struct Postgres {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Postgres {
    pub(crate) fn start() -> Option<Postgres> {
        let program = program("postgres", "postgresql")?;
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let data = folder.path().join("data");
        let mut init = as_nobody_special(&program.with_file_name("initdb"));
        init.args(["--auth=trust", "--username=aurora", "--no-sync", "--encoding=UTF8", "-D"]);
        let output = init.arg(&data).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let port = free_port();
        let child = Postgres::spawn(&program, &folder, port);
        Some(Postgres { program, folder, port, child })
    }

    fn spawn(program: &PathBuf, folder: &tempfile::TempDir, port: u16) -> Child {
        let mut command = as_nobody_special(program);
        command.arg("-D").arg(folder.path().join("data"));
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"]).arg(folder.path());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let ready = program.with_file_name("pg_isready");
        wait_until("PostgreSQL answers", || {
            let mut ask = Command::new(&ready);
            ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
            ask.status().unwrap().success()
        });
        child
    }

    pub(crate) fn place(&self) -> Place {
        format!("postgres://aurora@127.0.0.1:{}/postgres", self.port).parse().unwrap()
    }

    pub(crate) fn restart(&mut self) {
        self.end();
        self.child = Postgres::spawn(&self.program, &self.folder, self.port);
    }

    /// SIGINT: at once, and cleanly.
    fn end(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// The program; under the package's user when we are root. `setpriv` stays the same process, so it can be ended.
fn as_nobody_special(program: &PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// A way to a server that can be cut.
pub(crate) struct Proxy {
    port: u16,
    is_cut: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) fn start(to: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = is_cut.clone();
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(("127.0.0.1", to)) else { continue };
                pass(here.try_clone().unwrap(), there.try_clone().unwrap(), cut.clone());
                pass(there, here, cut.clone());
            }
        });
        Proxy { port, is_cut }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing gets through, and nobody is told.
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
    }

    pub(crate) fn mend(&self) {
        self.is_cut.store(false, Ordering::Relaxed);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, is_cut: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if is_cut.load(Ordering::Relaxed) {
                continue;
            }
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        // The other side learns that this one is gone.
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}
