//! Cores and processor time, as the kernel accounts them.

use std::process::{Child, Command, Stdio};

use anyhow::Context;

/// A process pinned to a core, ended when dropped.
#[derive(Debug)]
pub(crate) struct Pinned(Child);

impl Pinned {
    /// Starts `command` on `core`.
    pub(crate) fn start(core: usize, command: &Command) -> anyhow::Result<Pinned> {
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", &core.to_string()]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => pinned.env(name, value),
                None => pinned.env_remove(name),
            };
        }
        pinned.stdout(Stdio::null());
        Ok(Pinned(pinned.spawn().context("taskset (package util-linux) is needed")?))
    }

    /// Processor seconds it has used so far, all its threads together.
    pub(crate) fn cpu_secs(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let fields: Vec<&str> =
            stat.rsplit(") ").next().unwrap_or_default().split_ascii_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).context("/proc/PID/stat reads otherwise")?;
        // USER_HZ is 100 on every architecture Linux runs on today.
        Ok((user + system) / 100.0)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Pins this process to a core.
pub(crate) fn pin_self(core: usize) -> anyhow::Result<()> {
    let pid = std::process::id().to_string();
    let status = Command::new("taskset")
        .args(["-a", "-c", "-p", &core.to_string(), &pid])
        .stdout(Stdio::null())
        .status()
        .context("taskset (package util-linux) is needed")?;
    anyhow::ensure!(status.success(), "cannot pin to core {core}: this needs two cores");
    Ok(())
}
