//! The closed table of what can be signed: path, how its bytes are read, and nothing else.
//!
//! Binance signs neither path nor method, Bybit neither; a signature given for one path is good for every other that
//! takes the same parameters. So the names matter more than the paths: no row lists a name by which money could leave,
//! and what a row does not list is not signed.

mod binance;
mod bybit;
mod okx;

use std::str::FromStr;

use aurora_authority::{Operation, Policy, Refusal, Terms};
use aurora_model::{ClientOrderId, Venue};
use aurora_wire::{Auth, Call, Method, Urgency};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::fault::NotSigned;
use crate::form::Form;

/// Takes everything that a request asks at once.
pub(crate) type Verdict<'v> = &'v mut dyn FnMut(&[Operation<'_>]) -> Result<(), Refusal>;

/// What is read: the bytes to be signed, and the list of instruments.
pub(crate) struct Bytes<'a> {
    pub(crate) query: &'a str,
    pub(crate) body: &'a str,
    pub(crate) policy: &'a Policy,
}

/// One row: something that can be signed.
pub struct SignedPath {
    /// Where.
    pub venue: Venue,
    /// The method.
    pub method: Method,
    /// The path.
    pub path: &'static str,
    /// What it needs of the key.
    pub auth: Auth,
    /// How urgent it is; venues' deadlines go by it.
    pub urgency: Urgency,
    /// Every parameter it may carry.
    pub names: &'static [&'static str],
    /// Reads the bytes and has them judged.
    pub(crate) read: fn(&SignedPath, &Bytes<'_>, Verdict<'_>) -> Result<(), NotSigned>,
}

impl std::fmt::Debug for SignedPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.venue.code(), self.method.word(), self.path)
    }
}

/// Every row; a request names its place here.
pub const PATHS: [&[SignedPath]; 3] = [binance::PATHS, okx::PATHS, bybit::PATHS];

/// The row with that number, counted through all of [`PATHS`].
pub(crate) fn path(no: u16) -> Option<&'static SignedPath> {
    let mut no = usize::from(no);
    for rows in PATHS {
        if let Some(row) = rows.get(no) {
            return Some(row);
        }
        no -= rows.len();
    }
    None
}

/// The number of a call's row; `None` when such a call cannot be signed.
pub fn path_no(venue: Venue, call: &Call) -> Option<u16> {
    let rows = PATHS.into_iter().flatten();
    let at = rows.into_iter().position(|row| {
        row.venue == venue
            && row.method == call.method
            && row.path == call.path
            && row.auth == call.auth
            && row.urgency == call.urgency
    })?;
    u16::try_from(at).ok()
}

/// How a row's bytes are read.
pub(crate) type Read = fn(&SignedPath, &Bytes<'_>, Verdict<'_>) -> Result<(), NotSigned>;

/// A read with its parameters in the query; where a page is named, the venue made the name.
pub(crate) fn reads(
    row: &SignedPath,
    bytes: &Bytes<'_>,
    verdict: Verdict<'_>,
) -> Result<(), NotSigned> {
    if !bytes.body.is_empty() {
        return Err(NotSigned::unreadable(bytes.body));
    }
    Form::read(bytes.query, row.names, &["cursor"])?;
    Ok(verdict(&[Operation::Read(row.venue)])?)
}

/// What a JSON body says; there is no query beside it.
pub(crate) fn json<'a, T: Deserialize<'a>>(bytes: &Bytes<'a>) -> Result<T, NotSigned> {
    if !bytes.query.is_empty() {
        return Err(NotSigned::unreadable(bytes.query));
    }
    serde_json::from_str(bytes.body).map_err(|fault| NotSigned::unreadable(&fault.to_string()))
}

/// Everything that a batch asks, at once.
pub(crate) fn all<'a>(
    operations: impl Iterator<Item = Result<Operation<'a>, NotSigned>>,
    verdict: Verdict<'_>,
) -> Result<(), NotSigned> {
    let operations: Vec<_> = operations.collect::<Result<_, _>>()?;
    Ok(verdict(&operations)?)
}

/// A number as we write them: digits and one point, exact.
pub(crate) fn number(name: &str, text: &str) -> Result<Decimal, NotSigned> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = if plain { Decimal::from_str_exact(text).ok() } else { None };
    value.ok_or_else(|| NotSigned::unreadable(name))
}

/// One of some words.
pub(crate) fn one_of(name: &str, text: &str, words: &[&str]) -> Result<(), NotSigned> {
    if words.contains(&text) { Ok(()) } else { Err(NotSigned::unreadable(name)) }
}

/// An order's terms; `qty` in the venue's own units.
pub(crate) fn terms<'a>(
    venue: Venue,
    symbol: &'a str,
    id: &str,
    (qty, price): (&str, Option<&str>),
    policy: &Policy,
) -> Result<Terms<'a>, NotSigned> {
    // What is not listed is refused by the authority, whatever its unit.
    let unit = policy.find(venue, symbol).map_or(Decimal::ONE, |listed| listed.unit);
    let qty = number("quantity", qty)?.checked_mul(unit);
    let price = price.map(|price| number("price", price)).transpose()?;
    let id = ClientOrderId::from_str(id).ok();
    let qty = qty.ok_or_else(|| NotSigned::unreadable("quantity"))?;
    Ok(Terms { venue, symbol, id, qty, price })
}
