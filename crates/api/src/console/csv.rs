//! The blotter, the decisions and the profit curve as CSV.

use std::fmt::Write;

use super::view::View;

/// The rows of one export; `None` when there is no such export.
pub(super) fn export(name: &str, view: &View) -> Option<String> {
    match name {
        "orders.csv" => Some(orders(view)),
        "decisions.csv" => Some(decisions(view)),
        "pnl.csv" => Some(pnl(view)),
        _ => None,
    }
}

fn orders(view: &View) -> String {
    let mut out = String::from(
        "id,t_ms,instrument,side,tif,price,qty,filled,avg_price,state,purpose,exit_reason,pnl\n",
    );
    for (_, row) in &view.orders {
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{}",
            row.id,
            row.t_ms,
            row.instrument,
            row.terms.side,
            row.terms.tif,
            row.terms.price,
            row.terms.qty,
            row.terms.filled,
            row.avg_price.as_deref().unwrap_or_default(),
            row.state,
            row.purpose,
            row.exit_reason.unwrap_or_default(),
            row.pnl.as_deref().unwrap_or_default(),
        );
    }
    out
}

fn decisions(view: &View) -> String {
    let mut out = String::from("id,t_ms,instrument,side,qty,price,allow,reason,ns,source\n");
    for row in &view.decisions {
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{}",
            row.id,
            row.t_ms,
            row.instrument,
            row.side,
            row.qty,
            row.price,
            row.allow,
            row.reason,
            row.ns,
            row.source
        );
    }
    out
}

fn pnl(view: &View) -> String {
    let mut out = String::from("t_ms,net,drawdown\n");
    for (t, net, drawdown) in view.pnl_points.iter() {
        let _ = writeln!(out, "{t},{net},{drawdown}");
    }
    out
}
