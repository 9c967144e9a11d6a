//! Public trades, from the stream and from the list alike.

use aurora_model::{Lots, Nanos, Side, Ticks};
use aurora_wire::DecodeError;
use aurora_wire::scan::{OBJECT, Scanner};

use super::{Steps, missing, moment};
use crate::frame::int;
use crate::wire;

/// One public trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicTrade {
    /// The venue's id; counts up within an instrument.
    pub id: u64,
    /// Who took.
    pub aggressor: Side,
    /// Its price.
    pub price: Ticks,
    /// Its size.
    pub qty: Lots,
    /// When.
    pub at: Nanos,
}

/// Reads one trade.
///
/// # Errors
/// [`DecodeError`] when it is mangled, something is missing, or a number is between two steps.
pub fn trade(scanner: &mut Scanner<'_>, steps: &Steps) -> Result<PublicTrade, DecodeError> {
    let (mut id, mut side, mut price, mut qty, mut at) = (None, None, None, None, None);
    let mut more = scanner.open(OBJECT)?;
    while more {
        match scanner.key()? {
            b"tradeId" => id = Some(int(scanner)?),
            b"side" => side = wire::side(scanner.string()?),
            b"px" => price = Some(steps.tick.read(scanner)?),
            b"sz" => qty = Some(steps.lot.read(scanner)?),
            b"ts" => at = Some(int(scanner)?),
            _ => scanner.skip()?,
        }
        more = scanner.more(OBJECT)?;
    }
    let id = id.ok_or(missing("tradeId"))?;
    Ok(PublicTrade {
        id: u64::try_from(id).map_err(|_| missing("tradeId"))?,
        aggressor: side.ok_or(missing("side"))?,
        price: match price.ok_or(missing("px"))? {
            price if 0 < price => Ticks(price),
            _ => return Err(DecodeError::NotAPrice { field: "px" }),
        },
        qty: Lots(qty.ok_or(missing("sz"))?),
        at: moment(at.ok_or(missing("ts"))?),
    })
}
