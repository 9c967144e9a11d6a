//! `aurora ha`: how a node stands, a person's word to it, and the drill.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};

use super::control::{Wish, ask};
use super::drill::{self, DrillArgs};
use super::status::NodeStatus;
use crate::exit::check_failed;

/// Leader and follower: how a node stands, who is to lead, and the failover drill.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora ha status --data data/a --data data/b")]
pub(crate) struct HaArgs {
    #[command(subcommand)]
    command: HaCommand,
}

#[derive(Debug, Subcommand)]
enum HaCommand {
    /// How nodes stand; exit code 1 when one does not answer or may not take over.
    Status(NodeArgs),
    /// Have a node lead as soon as the lease is free; with --from, ask the leader to give it up first.
    Promote(PromoteArgs),
    /// Have a node come to rest and leave leading to others.
    Demote(NodeArgs),
    Drill(DrillArgs),
}

/// Which nodes.
#[derive(Debug, Args)]
struct NodeArgs {
    /// The node's data folder; several are asked in turn.
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    /// In which language.
    #[arg(long, value_parser = ["ru", "en"], default_value = "en")]
    lang: String,
}

#[derive(Debug, Args)]
struct PromoteArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// The data folder of the leader.
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

pub(crate) fn run(args: &HaArgs) -> Result<()> {
    match &args.command {
        HaCommand::Status(nodes) => tell(nodes, Wish::Status),
        HaCommand::Demote(nodes) => tell(nodes, Wish::Demote),
        HaCommand::Promote(promote) => {
            tell(&promote.node, Wish::Promote)?;
            promote.from.as_deref().map_or(Ok(()), |from| ask(from, Wish::Demote).map(drop))
        }
        HaCommand::Drill(args) => drill::run(args),
    }
}

fn tell(nodes: &NodeArgs, wish: Wish) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let mut trouble = None;
    for data in &nodes.data {
        match ask(data, wish) {
            Ok(status) if nodes.json => writeln!(out, "{}", serde_json::to_string(&status)?)?,
            Ok(status) => {
                write!(out, "{}", page(&status, &nodes.lang))?;
                if let Some(broken) = &status.broken {
                    trouble = Some(format!("{} may not take over: {broken}", status.node));
                }
            }
            Err(error) => trouble = Some(silent(data, &nodes.lang, &error)),
        }
    }
    trouble.map_or(Ok(()), |trouble| Err(check_failed(trouble)))
}

fn silent(data: &Path, lang: &str, error: &anyhow::Error) -> String {
    match lang {
        "ru" => format!("узел {} не отвечает: {error:#}", data.display()),
        _ => format!("the node of {} does not answer: {error:#}", data.display()),
    }
}

fn page(status: &NodeStatus, lang: &str) -> String {
    let is_ru = lang == "ru";
    let word = |ru: &'static str, en: &'static str| if is_ru { ru } else { en };
    let role = if is_ru { &status.role_ru } else { &status.role_en };
    let mut page =
        format!("{}: {role}, {} {}\n", status.node, word("эпоха", "epoch"), status.epoch);
    let mut line = |name: &str, value: String| page += &format!("  {name:<22}{value}\n");
    if let (Some(token), Some(left)) = (status.token, status.lease_left_ms) {
        let left = format!("{} {token}, {left} {}", word("номер", "token"), word("мс", "ms"));
        line(word("аренда", "lease"), left);
    } else if let Some(holder) = &status.holder {
        line(word("аренда у", "lease held by"), holder.clone());
    }
    let at_end = match (status.is_at_end, is_ru) {
        (true, true) => "всё скопировано",
        (true, false) => "everything copied",
        (false, true) => "копирует",
        (false, false) => "copying",
    };
    line(
        word("журнал", "journal"),
        format!("{} {}, {at_end}", word("запись", "record"), status.seq),
    );
    if !status.fingerprint.is_empty() {
        let mark = format!("{} @ {}", status.fingerprint, status.fingerprint_seq);
        line(word("отпечаток", "fingerprint"), mark);
    }
    if let Some(took) = status.takeover_ms {
        line(word("замена заняла", "takeover took"), format!("{:.2} s", took / 1e3));
    }
    if let Some(console) = &status.console {
        line(word("консоль", "console"), format!("http://{console}"));
    }
    if let Some(broken) = &status.broken {
        line(word("НЕ МОЖЕТ ЗАМЕНИТЬ", "MAY NOT TAKE OVER"), broken.clone());
    }
    if let Some(last) = status.notices.last() {
        line(word("последнее", "last"), last.clone());
    }
    page
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_node_is_told_in_both_languages() {
        let status = NodeStatus {
            node: "b".to_owned(),
            role: "FOLLOWER".to_owned(),
            role_ru: "ведомый".to_owned(),
            role_en: "follower".to_owned(),
            epoch: 17,
            holder: Some("a/812-3".to_owned()),
            seq: 4_012,
            is_at_end: true,
            fingerprint: "9f31".to_owned(),
            fingerprint_seq: 4_000,
            ..NodeStatus::default()
        };
        expect![[r#"
            b: follower, epoch 17
              lease held by         a/812-3
              journal               record 4012, everything copied
              fingerprint           9f31 @ 4000
        "#]]
        .assert_eq(&page(&status, "en"));
        expect![[r#"
            b: ведомый, эпоха 17
              аренда у              a/812-3
              журнал                запись 4012, всё скопировано
              отпечаток             9f31 @ 4000
        "#]]
        .assert_eq(&page(&status, "ru"));
    }
}
