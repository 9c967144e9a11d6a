//! `aurora config`: what the configuration is, whether a file is sound, what may be configured.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aurora_config::{Config, Fault, Faults, Origin, Setting, Sources};
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use serde_json::json;

use crate::exit;

/// Show the configuration, check a file, or describe every key.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora config show --origin")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every key with its effective value; secrets are masked.
    Show(ShowArgs),
    /// Tell every fault of a file with its line; exit code 3 when there is one.
    Check(CheckArgs),
    /// Print the reference of all keys (Markdown), or write it to a file.
    Reference(ReferenceArgs),
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// Configuration file (YAML).
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG")]
    config: Option<PathBuf>,
    /// Say where each value came from: default, file and line, variable.
    #[arg(long)]
    origin: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// The file to check (YAML or JSON), with this environment laid over it.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ReferenceArgs {
    /// Where to write; nothing prints it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &ConfigArgs) -> Result<()> {
    match &args.command {
        ConfigCommand::Show(args) => show(args),
        ConfigCommand::Check(args) => check(args),
        ConfigCommand::Reference(args) => reference(args.out.as_deref()),
    }
}

fn show(args: &ShowArgs) -> Result<()> {
    let config = crate::load_config(args.config.as_deref(), Vec::new())?;
    let shown = config
        .settings()
        .filter(|setting| setting.key.is_read || setting.origin != Origin::Default);
    if args.json {
        let rows: Vec<_> = shown.map(row).collect();
        return print(&serde_json::to_string_pretty(&rows)?);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for setting in shown {
        let mut cells = vec![setting.key.path.to_owned(), setting.value.to_string()];
        cells.extend(args.origin.then(|| setting.origin.to_string()));
        table.add_row(cells);
    }
    print(&table.trim_fmt())
}

fn row(setting: &Setting) -> serde_json::Value {
    json!({
        "path": setting.key.path,
        "value": setting.value.to_string(),
        "origin": setting.origin.layer(),
        "where": setting.origin.place(),
    })
}

fn check(args: &CheckArgs) -> Result<()> {
    let loaded = Sources::of_process(std::slice::from_ref(&args.file), Vec::new())
        .and_then(|sources| aurora_config::load(&sources));
    if args.json {
        let faults = loaded.as_ref().err().map_or(&[][..], |faults| &faults.0);
        let warnings = loaded.as_ref().map_or(&[][..], Config::warnings);
        let errors: Vec<_> = faults.iter().map(error).collect();
        let answer = json!({ "valid": loaded.is_ok(), "errors": errors, "warnings": warnings });
        print(&serde_json::to_string_pretty(&answer)?)?;
    }
    let config = loaded.map_err(|faults| refusal(&args.file, &faults))?;
    if !args.json {
        for warning in config.warnings() {
            eprintln!("warning: {warning}");
        }
        let given = config.settings().filter(|setting| setting.origin != Origin::Default).count();
        print(&format!("{}: no faults; {given} values given", args.file.display()))?;
    }
    Ok(())
}

fn error(fault: &Fault) -> serde_json::Value {
    json!({ "path": fault.path, "where": fault.origin.place(), "msg": fault.message })
}

fn refusal(file: &Path, faults: &Faults) -> anyhow::Error {
    let count = match faults.0.len() {
        1 => "1 fault".to_owned(),
        count => format!("{count} faults"),
    };
    exit::config_fault(format!("{}: {count}\n{faults}", file.display()))
}

fn reference(out: Option<&Path>) -> Result<()> {
    let page = aurora_config::reference();
    match out {
        Some(file) => {
            fs::write(file, page).with_context(|| format!("{} cannot be written", file.display()))
        }
        None => print(page.trim_end()),
    }
}

/// Prints to standard output. A reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
