//! `aurora report exactly-once`: every order's only transmission, with the journal records that prove it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Context;
use aurora_journal::Reader;
use aurora_projection::Names;
use aurora_records::{Fate, Trace, Traces};
use clap::Args;

/// Every order's only transmission: how often it left, what became of it, and the records that say so.
#[derive(Debug, Args)]
#[command(before_help = "Example: aurora report exactly-once --data data/paper-binance")]
pub(super) struct ExactlyOnceArgs {
    /// The desk's data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the report goes.
    #[arg(long, value_name = "FILE", default_value = "reports/order_exactly_once.md")]
    out: PathBuf,
    /// How many traces of ordinary orders it shows; those in doubt, dead or sent twice are all shown.
    #[arg(long, value_name = "N", default_value_t = 10)]
    traces: usize,
}

pub(super) fn run(args: &ExactlyOnceArgs) -> anyhow::Result<()> {
    let names = Names::read(&args.data.join("instruments.txt"))?;
    let journal = args.data.join("journal");
    let mut traces = Traces::new(usize::MAX);
    let (mut last, mut touched) = (None, Vec::new());
    for record in Reader::open(&journal).with_context(|| journal.display().to_string())? {
        let record = record?;
        let stamped = aurora_records::decode(&record.payload)
            .with_context(|| format!("record {}", record.seq))?;
        traces.take(record.seq.0, &stamped, &mut touched);
        touched.clear();
        last = Some((record.seq.0, record.epoch));
    }
    let text = report(&traces, &names, (last, args.traces));
    super::write(&args.out, &text)?;
    super::show(&text)?;
    super::show(&format!("written to {}", args.out.display()))
}

/// What makes an order worth showing whole.
fn is_telling(trace: &Trace) -> bool {
    let adopted = trace.links.iter().any(|link| matches!(link.word, "held" | "absent"));
    sends(trace) != 1 && trace.fate != Fate::Withdrawn && trace.fate != Fate::Prepared
        || !trace.fate.is_settled()
        || trace.doubted_at.is_some()
        || trace.doubt.0 > 0
        || adopted
}

fn sends(trace: &Trace) -> usize {
    trace.links.iter().filter(|link| link.word == "sent").count()
}

fn report(traces: &Traces, names: &Names, (last, ordinary): (Option<(u64, u32)>, usize)) -> String {
    let (mut states, mut fates) = (BTreeMap::new(), BTreeMap::new());
    let (mut orders, mut twice, mut unsettled, mut gaps) = (0u64, 0u64, 0u64, 0u64);
    let mut longest = 0f64;
    for trace in traces.newest() {
        orders += 1;
        let (again, open) = (1 < sends(trace), !trace.fate.is_settled());
        twice += u64::from(again);
        unsettled += u64::from(open);
        gaps += u64::from(again || open);
        longest = longest.max(trace.doubt.seconds());
        *states.entry(trace.exactly_once_state()).or_insert(0u64) += 1;
        *fates.entry(trace.fate.code()).or_insert(0u64) += 1;
    }
    let (seq, epoch) = last.unwrap_or_default();
    let counts = |of: &BTreeMap<&str, u64>| {
        let each = of.iter().map(|(word, count)| format!("{word} {count}"));
        each.collect::<Vec<_>>().join(", ")
    };
    let mut text = format!(
        "# Orders, exactly once\n\nRead from the journal up to record {seq} of run {epoch}; nothing else was asked.\n\n\
         | what | count |\n|---|---|\n\
         | orders | {orders} |\n\
         | sent more than once | {twice} |\n\
         | fate not settled | {unsettled} |\n\
         | order_exactly_once_gaps_total | {gaps} |\n\
         | by state | {} |\n\
         | by fate | {} |\n\
         | longest doubt that ended | {longest:.3} s |\n\n",
        counts(&states),
        counts(&fates),
    );
    let telling: Vec<&Trace> = traces.newest().filter(|trace| is_telling(trace)).collect();
    section(&mut text, "Those that were in doubt, are, or were given up", &telling, names);
    let others: Vec<&Trace> =
        traces.newest().filter(|trace| !is_telling(trace)).take(ordinary).collect();
    section(&mut text, "The newest of the others", &others, names);
    text
}

fn section(text: &mut String, title: &str, traces: &[&Trace], names: &Names) {
    let _ = writeln!(text, "## {title}\n");
    if traces.is_empty() {
        text.push_str("None.\n\n");
    }
    for trace in traces {
        let (uid, qty, price) =
            names.words(trace.intent.instrument, trace.intent.qty, trace.intent.limit);
        let _ = writeln!(
            text,
            "### {}\n\n{} {} {} at {}, {} {}, filled {}{}\n\n| run:record | after | what |\n|---|---|---|",
            trace.id,
            trace.intent.side.word(),
            qty,
            uid,
            price,
            trace.exactly_once_state(),
            trace.fate.code(),
            names.words(trace.intent.instrument, trace.filled, trace.intent.limit).1,
            trace.venue_id.map(|id| format!(", venue id {id}")).unwrap_or_default(),
        );
        for link in &trace.links {
            let after = (link.at - trace.decided_at).0 as f64 / 1e6;
            let _ =
                writeln!(text, "| {}:{} | {after:.3} ms | {} |", link.epoch, link.seq, link.word);
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use aurora_engine::{Record, Stamped};
    use aurora_exec::Purpose;
    use aurora_model::{
        ClientOrderId, InstrumentNo, Lots, Nanos, OrderIntent, OrderNo, ReportKind, Side, Ticks,
        TimeInForce, VenueReport,
    };
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_doubt_and_a_second_sending_stand_out() {
        let names = Names::parse("OKX:PERP:BTC-USDT tick 0.1 lot 0.001\n").unwrap();
        let ids = [1, 2, 3].map(|no| ClientOrderId::new(0, 1, OrderNo(no)));
        let intent = OrderIntent {
            instrument: InstrumentNo(0),
            side: Side::Buy,
            limit: Ticks(600_000),
            qty: Lots(3),
            time_in_force: TimeInForce::PostOnly,
            reduce_only: false,
        };
        let mut records = vec![Record::Epoch { epoch: 1 }];
        for id in ids {
            let purpose = Purpose::Entry;
            records
                .extend([Record::Intent { id, intent, purpose, decision: 7 }, Record::Sent { id }]);
        }
        let ack = ReportKind::Ack { id: ids[0], venue_id: 5 };
        records.push(Record::Report(VenueReport { venue_at: Nanos(0), kind: ack }));
        records.push(Record::Doubted { id: ids[1] });
        records.push(Record::Sent { id: ids[2] });
        let mut traces = Traces::new(10);
        for (seq, record) in (1..).zip(records) {
            let at = Nanos::MILLI * i64::try_from(seq).unwrap();
            traces.take(seq, &Stamped { at, record }, &mut Vec::new());
        }
        expect![[r#"
            # Orders, exactly once

            Read from the journal up to record 10 of run 1; nothing else was asked.

            | what | count |
            |---|---|
            | orders | 3 |
            | sent more than once | 1 |
            | fate not settled | 2 |
            | order_exactly_once_gaps_total | 2 |
            | by state | CONFIRMED 1, SENT 1, UNKNOWN 1 |
            | by fate | ACKED 1, SENT 1, UNKNOWN 1 |
            | longest doubt that ended | 0.000 s |

            ## Those that were in doubt, are, or were given up

            ### A000000100000003S8

            buy 0.003 OKX:PERP:BTC-USDT at 60000, SENT SENT, filled 0

            | run:record | after | what |
            |---|---|---|
            | 1:6 | 0.000 ms | intent |
            | 1:7 | 1.000 ms | sent |
            | 1:10 | 4.000 ms | sent |

            ### A000000100000002S7

            buy 0.003 OKX:PERP:BTC-USDT at 60000, UNKNOWN UNKNOWN, filled 0

            | run:record | after | what |
            |---|---|---|
            | 1:4 | 0.000 ms | intent |
            | 1:5 | 1.000 ms | sent |
            | 1:9 | 5.000 ms | doubted |

            ## The newest of the others

            ### A000000100000001S6

            buy 0.003 OKX:PERP:BTC-USDT at 60000, CONFIRMED ACKED, filled 0, venue id 5

            | run:record | after | what |
            |---|---|---|
            | 1:2 | 0.000 ms | intent |
            | 1:3 | 1.000 ms | sent |
            | 1:8 | 6.000 ms | ack |

        "#]]
        .assert_eq(&report(&traces, &names, (Some((10, 1)), 5)));
    }
}
