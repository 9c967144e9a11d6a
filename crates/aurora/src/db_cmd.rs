//! `aurora db`: the orders of a journal as a table of SQLite or PostgreSQL.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use aurora_projection::{Names, Place, Table, rebuild};
use clap::{Args, Subcommand};

/// The journal's orders as a table: `order_journal`, in SQLite or PostgreSQL.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora db rebuild --data data/paper-binance")]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    /// Fill the table from the journal anew; a desk may be writing that, and other journals' rows stay.
    #[command(
        before_help = "Example: aurora db rebuild --data data/paper-binance --url postgres://aurora@127.0.0.1/aurora"
    )]
    Rebuild(Target),
    /// Make the table (--up), or take it away (--down); the journal keeps everything.
    #[command(before_help = "Example: aurora db migrate --up --data data/paper-binance")]
    Migrate {
        #[command(flatten)]
        target: Target,
        /// To the newest version.
        #[arg(long, required_unless_present = "down", conflicts_with = "down")]
        up: bool,
        /// Back to none.
        #[arg(long)]
        down: bool,
    },
}

#[derive(Debug, Args)]
struct Target {
    /// The desk's data folder: the one with `journal` and `instruments.txt` in it.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// sqlite:FILE or postgres://USER@HOST/DATABASE; without it orders.db in the data folder.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Target {
    fn place(&self) -> anyhow::Result<Place> {
        Ok(Place::read(&url_in(self.url.as_deref().unwrap_or("sqlite"), &self.data))?)
    }
}

/// What the configuration says, as an address: `sqlite` is a file in the data folder.
pub(crate) fn url_in(configured: &str, data: &Path) -> String {
    match configured {
        "sqlite" => format!("sqlite:{}", data.join("orders.db").display()),
        other => other.to_owned(),
    }
}

/// Runs the command.
///
/// # Errors
/// When the data folder or the database cannot be used.
pub(crate) fn run(args: &DbArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut out = std::io::stdout().lock();
    match &args.command {
        DbCommand::Rebuild(target) => {
            let place = target.place()?;
            let journal = target.data.join("journal");
            ensure!(
                journal.is_dir(),
                "{} has no folder `journal`: give a desk's data folder with --data",
                target.data.display()
            );
            let names = Names::read(&target.data.join("instruments.txt"))?;
            let done = runtime.block_on(async {
                let table = Table::open(&place).await?;
                rebuild(&table, &journal, names).await
            })?;
            writeln!(out, "{} records read, {} rows written to {place}", done.records, done.rows,)?;
        }
        DbCommand::Migrate { target, up, .. } => {
            let place = target.place()?;
            runtime
                .block_on(async {
                    let table = Table::open(&place).await?;
                    if *up { table.migrate_up().await } else { table.migrate_down().await }
                })
                .with_context(|| place.to_string())?;
            let done = if *up {
                "order_journal is there"
            } else {
                "order_journal is gone; the journal has everything"
            };
            writeln!(out, "{done}: {place}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_file_in_the_data_folder_and_an_address_is_itself() {
        let told = |url: Option<&str>| {
            let target = Target { data: "data".into(), url: url.map(str::to_owned) };
            target.place().unwrap().to_string()
        };
        assert_eq!(told(None), "sqlite:data/orders.db");
        assert_eq!(told(Some("sqlite:x.db")), "sqlite:x.db");
        assert_eq!(told(Some("postgres://u:S3cret@h/d")), "postgres://h:5432");
    }
}
