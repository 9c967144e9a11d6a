//! The desk under fault: the release binary in a folder of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::sims::Sims;

/// A scalper that trades at every chance: an order at every chance, a quarter of them filled.
const CONFIG: &str = include_str!("torture.yaml");

/// The desk that trades, and the one that only comes to rest.
const TRADING: &str = "torture.yaml";
const RESTING: &str = "rest.yaml";

/// How long the last starts are given, one after the other, in s: an order is given up only when two sources said so
/// twice, after its deadline.
const RESTS: [u32; 3] = [1, 13, 8];

/// Longer than any run here takes on a loaded machine, and than a venue's request budget can make a start wait.
const PATIENCE: Duration = Duration::from_secs(180);

/// Whether one process may trace another here.
pub(crate) fn may_trace() -> Result<()> {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let traced = traced.context("strace is missing: apt-get install strace")?;
    ensure!(traced.status.success(), "strace: {}", String::from_utf8_lossy(&traced.stderr).trim());
    Ok(())
}

/// A folder with its journal, and the venues it trades on.
#[derive(Debug)]
pub(crate) struct Scene {
    root: tempfile::TempDir,
    data: PathBuf,
    aurora: PathBuf,
    pub(crate) sims: Sims,
}

impl Scene {
    pub(crate) fn new(aurora: &Path) -> Result<Scene> {
        Scene::on(aurora, Sims::start(aurora)?)
    }

    /// On simulators that run already.
    pub(crate) fn on(aurora: &Path, sims: Sims) -> Result<Scene> {
        let root = tempfile::tempdir()?;
        std::fs::write(root.path().join(TRADING), CONFIG)?;
        let resting = CONFIG.replace("  scalper:\n", "  scalper:\n    enabled: false\n");
        std::fs::write(root.path().join(RESTING), resting)?;
        Ok(Scene { data: root.path().join("data"), root, aurora: aurora.to_owned(), sims })
    }

    /// Keeps the data elsewhere: on a filesystem that fails.
    pub(crate) fn keeping_data_in(mut self, folder: &Path) -> Scene {
        self.data = folder.join("data");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.data.join("journal")
    }

    /// `aurora run …`, started by `before`, as in `strace -e …`.
    pub(crate) fn run(&self, before: &[&str], market_time_s: u32) -> Command {
        self.run_with(TRADING, before, market_time_s)
    }

    /// The same under `strace`, which does to that system call what `inject` says, as in `signal=SIGKILL:when=3`,
    /// and writes what it saw, with its times and the names of threads, to `out`.
    pub(crate) fn run_injected(
        &self,
        (call, inject): (&str, &str),
        out: &Path,
        market_time_s: u32,
    ) -> Command {
        let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{inject}"));
        let out = out.display().to_string();
        // With --seccomp-bpf strace 6.1 injects at the first call only, whatever `when` says.
        let strace = ["strace", "-f", "-Y", "-qq", "-ttt", "-o"];
        let strace = [&strace[..], &[&out, "-e", &trace, "-e", &inject]].concat();
        self.run(&strace, market_time_s)
    }

    fn run_with(&self, config: &str, before: &[&str], market_time_s: u32) -> Command {
        let mut run = self.command(before);
        run.args(["run", "--headless", "--json", "--config", config, "--data"]).arg(&self.data);
        run.args(self.sims.arguments()).args(["--market-time", &market_time_s.to_string()]);
        run.stdout(Stdio::piped()).stderr(Stdio::piped());
        run
    }

    fn command(&self, before: &[&str]) -> Command {
        let words = before.iter().map(OsStr::new).chain([self.aurora.as_os_str()]);
        let mut words = words.map(OsStr::to_owned);
        let mut command = Command::new(words.next().expect("the binary at least"));
        command
            .args(words)
            .current_dir(self.path())
            .env("AURORA_SESSION_DIR", self.path().join("session"));
        command
    }

    /// Starts without any fault, as ever, until nothing is open or in doubt; it does not trade. How long that took.
    pub(crate) fn come_to_rest(&self) -> Result<Duration> {
        let began = Instant::now();
        for span in RESTS {
            let (status, said) = ended(self.run_with(RESTING, &[], span).spawn()?)?;
            if !status.success() {
                bail!("a start after the fault ended with {status}: {said}");
            }
            let replay = self.replay()?;
            if replay["in_doubt"] == 0 && replay["live_orders"] == 0 {
                break;
            }
        }
        Ok(began.elapsed())
    }

    /// Keeps a copy of the folder, for whoever looks into what went wrong.
    pub(crate) fn keep(&self) -> Result<PathBuf> {
        let kept = tempfile::Builder::new().prefix("aurora-torture-").tempdir()?.keep();
        let copied = Command::new("cp").arg("-a").arg(self.path()).arg(&kept).status()?;
        if !copied.success() {
            bail!("cp {} ended with {copied}", self.path().display());
        }
        Ok(kept)
    }

    /// What a replay of the journal comes to.
    pub(crate) fn replay(&self) -> Result<Value> {
        let answer = self.answer(&["replay", "--json"], &self.journal())?;
        serde_json::from_slice(&answer).context("aurora replay")
    }

    /// Every record of the journal: number, kind and content.
    pub(crate) fn records(&self) -> Result<Vec<(u64, Value)>> {
        let dump = self.answer(&["journal", "dump", "--json"], &self.journal())?;
        let text = String::from_utf8(dump)?;
        let record = |line: &str| {
            let line: Value = serde_json::from_str(line)?;
            Ok((line["seq"].as_u64().unwrap_or_default(), line["record"].clone()))
        };
        text.lines().map(record).collect()
    }

    /// The last record that was told to be durable.
    pub(crate) fn marked(&self) -> Result<u64> {
        let answer = self.answer(&["journal", "verify", "--json"], &self.journal())?;
        let answer: Value = serde_json::from_slice(&answer)?;
        Ok(answer["marked"].as_u64().unwrap_or_default())
    }

    /// The instruments by number: venue word, symbol of the pair, lot.
    pub(crate) fn instruments(&self) -> Result<Vec<(String, String)>> {
        let text = std::fs::read_to_string(self.data.join("instruments.txt"))?;
        let one = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                [id, "tick", _, "lot", lot] => Ok((id.to_owned(), lot.to_owned())),
                _ => bail!("instruments.txt: {line:?}"),
            }
        };
        text.lines().map(one).collect()
    }

    fn answer(&self, words: &[&str], path: &Path) -> Result<Vec<u8>> {
        let output = self.command(&[]).args(words).arg(path).stderr(Stdio::piped()).output()?;
        if !output.status.success() {
            bail!("aurora {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.stdout)
    }
}

/// Waits for the end; the status and what was said last on stderr.
pub(crate) fn ended(mut child: Child) -> Result<(ExitStatus, String)> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            let mut said = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                std::io::Read::read_to_string(&mut stderr, &mut said)?;
            }
            return Ok((status, said));
        }
        if PATIENCE < began.elapsed() {
            child.kill()?;
            child.wait()?;
            bail!("it did not end within {} s", PATIENCE.as_secs());
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// Sends a signal by name.
pub(crate) fn signal(pid: u32, name: &str) -> Result<()> {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status()?;
    if !sent.success() {
        bail!("kill {name} {pid} failed");
    }
    Ok(())
}
