//! The layers a configuration is read from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::fault::{Fault, Faults};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody gave it.
    Default,
    /// A line of a YAML file; line zero is the file as a whole.
    File {
        /// The file as it was named.
        file: String,
        /// Counted from one.
        line: u64,
    },
    /// An environment variable.
    Env(String),
    /// A flag on the command line.
    Flag(String),
}

impl Origin {
    /// The layer in one word: `default`, `yaml`, `env` or `flag`.
    pub const fn layer(&self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::File { .. } => "yaml",
            Origin::Env(_) => "env",
            Origin::Flag(_) => "flag",
        }
    }

    /// The file and line, the variable or the flag; `None` for a default.
    pub fn place(&self) -> Option<String> {
        match self {
            Origin::Default => None,
            Origin::File { file, line: 0 } => Some(file.clone()),
            Origin::File { file, line } => Some(format!("{file}:{line}")),
            Origin::Env(name) | Origin::Flag(name) => Some(name.clone()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Env(name) => write!(f, "environment {name}"),
            Origin::Flag(name) => write!(f, "flag {name}"),
            origin => f.write_str(&origin.place().unwrap_or_else(|| String::from("default"))),
        }
    }
}

/// A YAML (or JSON) file that was read.
#[derive(Clone, Debug)]
pub struct File {
    /// As named by whoever asked for it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A value given on the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// As typed, `--listen`.
    pub name: &'static str,
    /// The key it sets.
    pub path: &'static str,
    /// Its text.
    pub value: String,
}

/// Everything a configuration is made of, weakest first: files in order, then environment, then flags.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A later file wins over an earlier one.
    pub files: Vec<File>,
    /// Names and values. An empty value counts as not given.
    pub env: BTreeMap<String, String>,
    /// Values from the command line.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// Reads these files and this process's environment; without files, the one `AURORA_CONFIG` names.
    ///
    /// # Errors
    /// When a file cannot be read: one fault each.
    pub fn of_process(files: &[PathBuf], flags: Vec<Flag>) -> Result<Sources, Faults> {
        let text = |s: std::ffi::OsString| s.to_string_lossy().into_owned();
        let env: BTreeMap<_, _> =
            std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        let named = env.get("AURORA_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from);
        let files: Vec<_> =
            if files.is_empty() { named.into_iter().collect() } else { files.to_vec() };
        let read: Vec<_> = files.iter().map(|path| read(path)).collect();
        let (good, bad): (Vec<_>, Vec<_>) = read.into_iter().partition(Result::is_ok);
        let faults: Vec<_> = bad.into_iter().filter_map(Result::err).collect();
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        Ok(Sources { files: good.into_iter().flatten().collect(), env, flags })
    }
}

fn read(path: &Path) -> Result<File, Fault> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(File { name, text }),
        Err(error) => Err(Fault {
            path: String::new(),
            origin: Origin::File { file: name, line: 0 },
            message: format!(
                "cannot be read ({error}): check the path given by --config or AURORA_CONFIG"
            ),
        }),
    }
}
