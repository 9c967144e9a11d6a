//! `/pretrade/check`: from the bytes of a request to what the gate is asked, without copying.

use std::borrow::Cow;

use aurora_gate::{CheckRequest, Market, RecentStats};

use super::scan::{Kind, NotJson, Scan};

/// Why a request is not answered: the client's fault, named by field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Malformed {
    /// The path of the field, such as `market.latency_ms`; `body` for the whole text.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The body is not JSON, or nests too deep.
    #[error("not valid JSON at byte {0}: send one JSON object, at most 32 levels deep")]
    NotJson(usize),
    /// The body is not UTF-8.
    #[error("not UTF-8: send JSON in UTF-8")]
    NotUtf8,
    /// A required object is absent.
    #[error("missing: this object is required")]
    Missing,
    /// Not an object.
    #[error("must be an object")]
    NotObject,
    /// Not a number.
    #[error("must be a finite number")]
    NotNumber,
    /// Not a list of numbers.
    #[error("must be a list of finite numbers")]
    NotNumbers,
    /// Not a text.
    #[error("must be a string")]
    NotText,
    /// Not a flag.
    #[error("must be true or false")]
    NotFlag,
    /// Not a number that can be a cap.
    #[error("must be a finite number, zero or above")]
    NotCap,
}

impl Problem {
    /// The sentence in Russian.
    pub fn ru(self) -> String {
        match self {
            Problem::NotJson(at) => format!(
                "не JSON, ошибка на байте {at}: пришлите один объект JSON, не глубже 32 уровней"
            ),
            Problem::NotUtf8 => "не UTF-8: пришлите JSON в UTF-8".into(),
            Problem::Missing => "нет обязательного объекта".into(),
            Problem::NotObject => "нужен объект".into(),
            Problem::NotNumber => "нужно конечное число".into(),
            Problem::NotNumbers => "нужен список конечных чисел".into(),
            Problem::NotText => "нужна строка".into(),
            Problem::NotFlag => "нужно true или false".into(),
            Problem::NotCap => "нужно конечное число не меньше нуля".into(),
        }
    }
}

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

/// Reads an object, handing each key to `each`, which must read the value.
fn object<'a>(
    scan: &mut Scan<'a>,
    section: &str,
    mut each: impl FnMut(&mut Scan<'a>, &str) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    if scan.kind()? != Kind::Object {
        let field = if section.is_empty() { "body" } else { section };
        return Err(at("", field, Problem::NotObject));
    }
    scan.expect(b'{')?;
    let mut is_first = true;
    while let Some(key) = scan.key(is_first)? {
        each(scan, &key)?;
        is_first = false;
    }
    Ok(())
}

/// A number, a decimal in a string, or `null` for none.
fn number(scan: &mut Scan<'_>, section: &str, key: &str) -> Result<Option<f64>, Malformed> {
    let refuse = || at(section, key, Problem::NotNumber);
    match scan.kind()? {
        Kind::Number => scan.number()?.map(Some).ok_or_else(refuse),
        Kind::Null => {
            scan.word("null")?;
            Ok(None)
        }
        Kind::Text => decimal(&scan.string()?).map(Some).ok_or_else(refuse),
        _ => Err(refuse()),
    }
}

/// A decimal written as text, the way venues write quantities; nothing but a JSON number inside.
fn decimal(text: &str) -> Option<f64> {
    let mut scan = Scan::new(text);
    let value = matches!(scan.kind(), Ok(Kind::Number)).then(|| scan.number().ok()).flatten()?;
    scan.end().ok()?;
    value
}

/// A list of numbers into `list`; whether there was one (`null` is none).
fn numbers(
    scan: &mut Scan<'_>,
    section: &str,
    key: &str,
    list: &mut Vec<f64>,
) -> Result<bool, Malformed> {
    list.clear();
    match scan.kind()? {
        Kind::Array => {}
        Kind::Null => {
            scan.word("null")?;
            return Ok(false);
        }
        _ => return Err(at(section, key, Problem::NotNumbers)),
    }
    scan.expect(b'[')?;
    while scan.element(list.is_empty())? {
        let value = match scan.kind()? {
            Kind::Number => scan.number()?,
            Kind::Text => decimal(&scan.string()?),
            _ => None,
        };
        let place = list.len();
        list.push(
            value.ok_or_else(|| at(section, &format!("{key}[{place}]"), Problem::NotNumber))?,
        );
    }
    Ok(true)
}

fn text<'a>(
    scan: &mut Scan<'a>,
    section: &str,
    key: &str,
) -> Result<Option<Cow<'a, str>>, Malformed> {
    match scan.kind()? {
        Kind::Text => Ok(Some(scan.string()?)),
        Kind::Null => {
            scan.word("null")?;
            Ok(None)
        }
        _ => Err(at(section, key, Problem::NotText)),
    }
}

/// A flag; `null` and 0 are false, 1 is true.
fn flag(scan: &mut Scan<'_>, section: &str, key: &str) -> Result<bool, Malformed> {
    let refuse = || at(section, key, Problem::NotFlag);
    match scan.kind()? {
        Kind::True => scan.word("true").map(|()| true).map_err(Malformed::from),
        Kind::False => scan.word("false").map(|()| false).map_err(Malformed::from),
        Kind::Null => scan.word("null").map(|()| false).map_err(Malformed::from),
        Kind::Number => match scan.number()? {
            Some(0.0) => Ok(false),
            Some(1.0) => Ok(true),
            _ => Err(refuse()),
        },
        _ => Err(refuse()),
    }
}

#[cold]
fn at(section: &str, key: &str, problem: Problem) -> Malformed {
    let field = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
    Malformed { field, problem }
}

#[cold]
fn whole(problem: Problem) -> Malformed {
    Malformed { field: "body".into(), problem }
}

impl From<NotJson> for Malformed {
    fn from(fault: NotJson) -> Malformed {
        whole(Problem::NotJson(fault.at))
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
