//! `/pretrade/check`: from the bytes of a request to what the gate is asked, without copying.

use std::borrow::Cow;

use aurora_gate::{CheckRequest, Market, RecentStats};

use super::fields::{flag, number, numbers, object, text};
use super::malformed::{Malformed, Problem, at, whole};
use super::scan::{Kind, Scan};

/// The lists of a request; kept between requests so that reading one does not allocate.
#[derive(Debug, Default)]
pub struct Lists {
    cancel: Vec<f64>,
    add: Vec<f64>,
    sprt: Vec<f64>,
}

/// A request as it came: texts borrow from the body unless they had escapes.
#[derive(Debug, Default, PartialEq)]
pub struct Check<'a> {
    /// `req_id`.
    pub req_id: Option<Cow<'a, str>>,
    mode: Option<Cow<'a, str>>,
    symbol: Option<Cow<'a, str>>,
    side: Option<Cow<'a, str>>,
    qty: Option<f64>,
    price: Option<f64>,
    base_notional: Option<f64>,
    notional: Option<f64>,
    fees_bps: Option<f64>,
    market: Market<'static>,
    has_cancel: bool,
    has_add: bool,
    has_sprt: bool,
}

impl<'a> Check<'a> {
    /// Reads the body of a check request; its lists go to `lists`.
    ///
    /// # Errors
    /// [`Malformed`] names the first field that is not what it must be.
    pub fn read(body: &'a [u8], lists: &mut Lists) -> Result<Check<'a>, Malformed> {
        let text = std::str::from_utf8(body).map_err(|_| whole(Problem::NotUtf8))?;
        let mut scan = Scan::new(text);
        let mut check = Check::default();
        check.root(&mut scan, lists)?;
        scan.end()?;
        Ok(check)
    }

    /// What the gate is asked, with the lists that [`Check::read`] filled.
    pub fn request<'r>(&'r self, lists: &'r Lists) -> CheckRequest<'r> {
        CheckRequest {
            mode: self.mode.as_deref(),
            symbol: self.symbol.as_deref(),
            side: self.side.as_deref(),
            qty: self.qty,
            price: self.price,
            base_notional: self.base_notional,
            notional: self.notional,
            fees_bps: self.fees_bps,
            market: Market {
                trap_cancel_deltas: self.has_cancel.then_some(&lists.cancel),
                trap_add_deltas: self.has_add.then_some(&lists.add),
                sprt_samples: self.has_sprt.then_some(&lists.sprt),
                ..self.market
            },
        }
    }

    fn root(&mut self, scan: &mut Scan<'a>, lists: &mut Lists) -> Result<(), Malformed> {
        let (mut account, mut order, mut market) = (false, false, false);
        object(scan, "", |scan, key| {
            match key {
                "account" => {
                    self.account(scan)?;
                    account = true;
                }
                "order" => {
                    self.order(scan)?;
                    order = true;
                }
                "market" => {
                    self.market(scan, lists)?;
                    market = true;
                }
                "fees_bps" => self.fees_bps = number(scan, "", key)?,
                "req_id" => self.req_id = text(scan, "", key)?,
                "ts" => drop(number(scan, "", key)?),
                _ => scan.skip()?,
            }
            Ok(())
        })?;
        for (is_there, field) in [(account, "account"), (order, "order"), (market, "market")] {
            if !is_there {
                return Err(at("", field, Problem::Missing));
            }
        }
        Ok(())
    }

    fn account(&mut self, scan: &mut Scan<'a>) -> Result<(), Malformed> {
        self.mode = None;
        object(scan, "account", |scan, key| {
            match key {
                "mode" => self.mode = text(scan, "account", key)?,
                "account_id" | "subaccount" => drop(text(scan, "account", key)?),
                _ => scan.skip()?,
            }
            Ok(())
        })
    }

    fn order(&mut self, scan: &mut Scan<'a>) -> Result<(), Malformed> {
        const IN: &str = "order";
        (self.symbol, self.side) = (None, None);
        (self.qty, self.price, self.base_notional, self.notional) = (None, None, None, None);
        object(scan, IN, |scan, key| {
            match key {
                "symbol" => self.symbol = text(scan, IN, key)?,
                "side" => self.side = text(scan, IN, key)?,
                "qty" => self.qty = number(scan, IN, key)?,
                "price" => self.price = number(scan, IN, key)?,
                "base_notional" => self.base_notional = number(scan, IN, key)?,
                "notional" => self.notional = number(scan, IN, key)?,
                _ => scan.skip()?,
            }
            Ok(())
        })
    }

    fn market(&mut self, scan: &mut Scan<'a>, lists: &mut Lists) -> Result<(), Malformed> {
        const IN: &str = "market";
        self.market = Market::default();
        (self.has_cancel, self.has_add, self.has_sprt) = (false, false, false);
        let market = &mut self.market;
        object(scan, IN, |scan, key| {
            match key {
                "latency_ms" => market.latency_ms = number(scan, IN, key)?,
                "slip_bps_est" => market.slip_bps_est = number(scan, IN, key)?,
                "a_bps" => market.a_bps = number(scan, IN, key)?,
                "b_bps" => market.b_bps = number(scan, IN, key)?,
                "spread_bps" => market.spread_bps = number(scan, IN, key)?,
                "score" => market.score = number(scan, IN, key)?,
                "trap_cancel_deltas" => {
                    self.has_cancel = numbers(scan, IN, key, &mut lists.cancel)?;
                }
                "trap_add_deltas" => self.has_add = numbers(scan, IN, key, &mut lists.add)?,
                "sprt_samples" => self.has_sprt = numbers(scan, IN, key, &mut lists.sprt)?,
                "trap_trades_cnt" => market.trap_trades_cnt = number(scan, IN, key)?,
                "obi_sign" => market.obi_sign = number(scan, IN, key)?,
                "tfi_sign" => market.tfi_sign = number(scan, IN, key)?,
                "pnl_today_pct" => market.pnl_today_pct = number(scan, IN, key)?,
                "open_positions" => market.open_positions = number(scan, IN, key)?,
                "vol_std_bps" => market.vol_std_bps = number(scan, IN, key)?,
                "cvar_hist" => market.cvar_hist = number(scan, IN, key)?,
                "mode_regime" => drop(text(scan, IN, key)?),
                "dq" => quality(scan, market)?,
                "recent_stats" => market.recent_stats = recent_stats(scan)?,
                _ => scan.skip()?,
            }
            Ok(())
        })
    }
}

fn quality(scan: &mut Scan<'_>, market: &mut Market<'_>) -> Result<(), Malformed> {
    const IN: &str = "market.dq";
    (market.stale_book, market.crossed_book, market.abnormal_spread) = (false, false, false);
    if scan.kind()? == Kind::Null {
        return Ok(scan.word("null")?);
    }
    object(scan, IN, |scan, key| {
        match key {
            "stale_book" => market.stale_book = flag(scan, IN, key)?,
            "crossed_book" => market.crossed_book = flag(scan, IN, key)?,
            "abnormal_spread" => market.abnormal_spread = flag(scan, IN, key)?,
            _ => scan.skip()?,
        }
        Ok(())
    })
}

fn recent_stats(scan: &mut Scan<'_>) -> Result<Option<RecentStats>, Malformed> {
    const IN: &str = "market.recent_stats";
    if scan.kind()? == Kind::Null {
        scan.word("null")?;
        return Ok(None);
    }
    let mut stats = RecentStats::default();
    object(scan, IN, |scan, key| {
        match key {
            "total" => stats.total = number(scan, IN, key)?.unwrap_or(0.0),
            "rejects" => stats.rejects = number(scan, IN, key)?.unwrap_or(0.0),
            _ => scan.skip()?,
        }
        Ok(())
    })?;
    Ok(Some(stats))
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
