//! The processes of a drill: nodes, simulated venues, the lease's server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::super::status::NodeStatus;

/// Longer than anything here takes on a slow machine; reached only by a fault.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a probe asks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A child that ends with the value.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    pub(super) fn signal(&self, name: &str) -> Result<()> {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status()?;
        if sent.success() { Ok(()) } else { bail!("kill {name} {pid} failed") }
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    pub(super) fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// This very program, as it is now: a later build in the same place is another.
fn aurora() -> PathBuf {
    PathBuf::from("/proc/self/exe").canonicalize().unwrap_or_else(|_| "aurora".into())
}

/// `aurora sim serve` with one venue, and its address.
pub(super) fn sim(folder: &Path, seed: u64) -> Result<(Process, SocketAddr)> {
    let mut serve = Command::new(aurora());
    serve.args(["sim", "serve", "--okx-rest", "127.0.0.1:0", "--seed", &seed.to_string()]);
    let log = std::fs::File::create(folder.join("sim.log"))?;
    let mut child = serve.current_dir(folder).stdout(Stdio::piped()).stderr(log).spawn()?;
    let mut line = String::new();
    let out = child.stdout.take().context("a pipe")?;
    BufReader::new(out).read_line(&mut line)?;
    let process = Process(child);
    let rest = line.split_once("rest=").context("the simulator tells its address")?.1;
    let address = rest.split(' ').next().unwrap_or_default().trim().parse()?;
    Ok((process, address))
}

/// A nats-server with JetStream, and its port.
pub(super) fn nats(folder: &Path) -> Result<(Process, u16)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut serve = Command::new("nats-server");
    serve.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(folder.join("nats"));
    let child = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.context(
        "nats-server is missing: apt-get install nats-server, or leave partition out of --kinds",
    )?;
    let process = Process(child);
    until("nats-server answers", || Ok(TcpStream::connect(("127.0.0.1", port)).is_ok()))?;
    Ok((process, port))
}

/// What the simulated venues take.
const KEYS: &[u8] =
    br#"{"keys":[{"venue":"OKX","key":"testkey","secret":"testsecret","passphrase":"testpass"}]}"#;

/// `aurora signer run`, with keys of its own: both nodes have their orders signed by it.
pub(super) fn signer(
    folder: &Path,
    socket: &Path,
    settings: &[(String, String)],
) -> Result<Process> {
    let command = |word: &str| {
        let mut command = Command::new(aurora());
        command.args(["signer", word]).current_dir(folder).env_clear();
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::null());
        command
    };
    let log = std::fs::File::create(folder.join("signer.log"))?;
    if !command("keygen").stderr(log.try_clone()?).status()?.success() {
        bail!("`aurora signer keygen` failed: see {}", folder.join("signer.log").display());
    }
    let mut seal = command("seal").stdin(Stdio::piped()).stderr(log.try_clone()?).spawn()?;
    seal.stdin.take().context("a pipe")?.write_all(KEYS)?;
    if !seal.wait()?.success() {
        bail!("`aurora signer seal` failed: see {}", folder.join("signer.log").display());
    }
    let process = Process(command("run").stderr(log).spawn()?);
    until("the signer answers", || Ok(UnixStream::connect(socket).is_ok()))?;
    Ok(process)
}

/// `aurora run` as a node.
pub(super) fn node(folder: &Path, venue: &str, settings: &[(String, String)]) -> Result<Process> {
    let mut run = Command::new(aurora());
    run.args(["run", "--listen", "127.0.0.1:0", "--venue", venue, "--data"]);
    run.arg(folder.join("data")).current_dir(folder).env_clear();
    run.env("AURORA_SESSION_DIR", folder.join("session"));
    run.envs(settings.iter().map(|(name, value)| (name, value)));
    let log = std::fs::File::options().create(true).append(true).open(folder.join("node.log"))?;
    Ok(Process(run.stdout(Stdio::null()).stderr(log).spawn()?))
}

/// Asks until it holds; how long that took.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<Duration> {
    let began = Instant::now();
    while !holds()? {
        if PATIENCE < began.elapsed() {
            bail!("waited in vain: {what}");
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
    Ok(began.elapsed())
}

/// How the node of that folder stands, by its file.
pub(super) fn status(folder: &Path) -> NodeStatus {
    NodeStatus::read(&folder.join("data/ha.json")).unwrap_or_default()
}

/// The JSON at a path; null when nobody answers.
pub(super) fn get(address: &str, path: &str) -> Value {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let exchanged = TcpStream::connect(address).and_then(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(request.as_bytes())?;
        stream.read_to_end(&mut answer)
    });
    let text = String::from_utf8_lossy(&answer);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    exchanged.ok().and_then(|_| serde_json::from_str(body).ok()).unwrap_or_default()
}
