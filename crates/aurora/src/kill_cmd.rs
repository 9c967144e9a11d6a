//! `aurora kill`: stops a desk by its signer first, then by HTTP, and by its flag file when it does not answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use aurora_config::Flag;
use aurora_signer::{Ask, Client};
use serde_json::Value;

use crate::exit::{check_failed, config_fault};

/// A desk that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Kill a desk: nothing new leaves, everything open is cancelled, until a person re-arms it.
#[derive(Debug, clap::Args)]
#[command(before_help = "Example: aurora kill --reason \"prices look wrong\"")]
pub(crate) struct KillArgs {
    /// Configuration file (YAML) of the desk: its port and its flag file are there.
    #[arg(long, value_name = "FILE", env = "AURORA_CONFIG")]
    config: Option<PathBuf>,
    /// Where the desk listens, when it is not where the configuration says.
    #[arg(long, value_name = "HOST:PORT")]
    at: Option<String>,
    /// The signer's socket, when it is not where the configuration says.
    #[arg(long, value_name = "SOCKET")]
    signer: Option<PathBuf>,
    /// Why, for the journal and whoever reads it.
    #[arg(long, default_value = "aurora kill")]
    reason: String,
}

pub(crate) fn run(args: &KillArgs) -> Result<()> {
    let signer = args.signer.as_ref().map(|path| Flag {
        name: "--signer",
        path: "signer.socket",
        value: path.display().to_string(),
    });
    let config = crate::load_config(args.config.as_deref(), signer.into_iter().collect())?;
    let signer = config.opt_text("signer.socket").map(kill_signer);
    if let Some(Ok(told) | Err(told)) = &signer {
        writeln!(std::io::stdout(), "{told}")?;
    }
    let canceled_anyway = matches!(signer, Some(Ok(_)));
    let at = match &args.at {
        Some(at) => at.clone(),
        None => format!("{}:{}", config.text("server.host"), config.i64("server.port")),
    };
    let flag = Path::new(config.text("killswitch.flag_file"));
    match ask(&at, &args.reason) {
        Ok(answer) if answer["state"] == "KILLED" => {
            let canceled = answer["canceled"].as_u64().unwrap_or(0);
            let told = format!("{at} is KILLED; {canceled} open orders are being cancelled");
            writeln!(std::io::stdout(), "{told}")?;
            if let Some(warning) = answer["warning"]["en"].as_str() {
                // What its journal may forget the flag remembers.
                raise(flag, &args.reason)?;
                writeln!(std::io::stdout(), "{warning}. {} is written", flag.display())?;
            }
            Ok(())
        }
        Ok(answer) => {
            raise(flag, &args.reason)?;
            let told = answer["error"]["message_en"].as_str().unwrap_or("no reason given");
            Err(check_failed(format!(
                "{at} did not say KILLED ({told}); {} is written, a desk that runs there reads it within 0.2 s",
                flag.display()
            )))
        }
        Err(why) if canceled_anyway => {
            raise(flag, &args.reason)?;
            let told = format!(
                "{at} does not answer ({why}); its signer cancels without it, and {} is written",
                flag.display()
            );
            Ok(writeln!(std::io::stdout(), "{told}")?)
        }
        Err(why) => {
            raise(flag, &args.reason)?;
            Err(check_failed(format!(
                "{at} does not answer ({why}); {} is written: a desk started in this folder reads it within 0.2 s, and a \
                 frozen one's orders are cancelled by the venues after execution.dead_man_s",
                flag.display()
            )))
        }
    }
}

/// The signer needs no desk: it signs nothing but cancels from now on, and cancels everything itself.
fn kill_signer(path: &str) -> Result<String, String> {
    let killed = Client::connect(Path::new(path)).and_then(|mut client| client.change(&Ask::Kill));
    match killed {
        Ok(_) => Ok(format!("the signer at {path} is KILLED and cancels everything itself")),
        Err(told) => Err(told.to_string()),
    }
}

/// The flag stays until a person removes it.
fn raise(flag: &Path, reason: &str) -> Result<()> {
    std::fs::write(flag, format!("{reason}\n"))
        .with_context(|| format!("the flag {} cannot be written", flag.display()))
}

/// The desk's answer to the button of the console.
fn ask(at: &str, reason: &str) -> Result<Value> {
    let address = at
        .to_socket_addrs()
        .ok()
        .and_then(|mut found| found.next())
        .filter(|address: &SocketAddr| address.port() != 0)
        .ok_or_else(|| config_fault(format!("--at {at:?} must be a host and a port")))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let body = serde_json::json!({ "action": "kill", "reason": reason }).to_string();
    write!(
        stream,
        "POST /api/ui/control HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("the answer is no HTTP")?;
    serde_json::from_str(body).context("the answer is no JSON")
}
