//! A PostgreSQL server of the Debian package, for one test: a free port of the loopback, a folder that goes away.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any start takes; reached only by a fault.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Postgres {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// Without the package the test is left out with a word, except in CI.
    pub(crate) fn start() -> Option<Postgres> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut programs = versions.map(|version| version.path().join("bin/postgres"));
        let Some(program) = programs.find(|program| program.exists()) else {
            let told = "postgres is missing: apt-get install postgresql";
            assert!(std::env::var_os("CI").is_none(), "{told}");
            eprintln!("left out, {told}");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let mut init = as_its_own_user(&program.with_file_name("initdb"));
        init.args(["--auth=trust", "--username=aurora", "--no-sync", "--encoding=UTF8", "-D"]);
        let output = init.arg(folder.path().join("data")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Postgres { program, folder, port, child: None };
        server.resume();
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://aurora@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again on the same data.
    pub(crate) fn resume(&mut self) {
        let mut command = as_its_own_user(&self.program);
        command.arg("-D").arg(self.folder.path().join("data"));
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-k"]);
        command.arg(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let begun = Instant::now();
        loop {
            let mut ask = Command::new(self.program.with_file_name("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ask.status().unwrap().success() {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not answer");
        }
    }

    /// SIGINT: at once, and cleanly.
    pub(crate) fn end(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let _ = child.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// PostgreSQL refuses root; `setpriv` stays the same process, so that it can be ended.
fn as_its_own_user(program: &PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}
