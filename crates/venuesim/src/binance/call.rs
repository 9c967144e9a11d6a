//! One request on its way through the dialect.

use aurora_matching::exchange::{AccountNo, Command, OrderSnapshot, Outcome};
use aurora_model::{InstrumentNo, Nanos};

use super::Binance;
use super::code::{Answer, ApiError, Attempt, refused};
use super::listed::Listed;
use super::params::Params;
use crate::dialect::World;

/// What a handler works with.
pub(super) struct Call<'a, 'w> {
    pub(super) venue: &'a mut Binance,
    pub(super) world: &'a mut World<'w>,
    /// Whose request; account zero, which has nothing, for public ones.
    pub(super) account: AccountNo,
    pub(super) params: &'a Params<'a>,
}

/// What answers a request.
pub(super) type Handler = fn(&mut Call<'_, '_>) -> Answer;

impl Call<'_, '_> {
    pub(super) fn now(&self) -> Nanos {
        self.world.now
    }

    /// The instrument that `symbol` names.
    pub(super) fn symbol(&self) -> Result<InstrumentNo, ApiError> {
        self.named(self.params.need("symbol")?)
    }

    /// The same, or every instrument when there is no `symbol`.
    pub(super) fn symbols(&self) -> Result<Vec<InstrumentNo>, ApiError> {
        if self.params.has("symbol") {
            return Ok(vec![self.symbol()?]);
        }
        Ok(self.venue.numbers().collect())
    }

    pub(super) fn named(&self, symbol: &str) -> Result<InstrumentNo, ApiError> {
        self.venue.no_of(symbol).ok_or_else(|| ApiError::new(-1121, "Invalid symbol."))
    }

    pub(super) fn listed(&self, no: InstrumentNo) -> &Listed {
        &self.venue.listed[no.index()]
    }

    pub(super) fn apply(
        &mut self,
        command: &Command,
        attempt: Attempt,
    ) -> Result<Outcome, ApiError> {
        let done = self.world.apply(self.account, command);
        done.map_err(|refusal| refused(refusal, attempt))
    }

    /// A command that is answered with an order.
    pub(super) fn order(
        &mut self,
        command: &Command,
        attempt: Attempt,
    ) -> Result<OrderSnapshot, ApiError> {
        match self.apply(command, attempt)? {
            Outcome::Order(order) => Ok(order),
            _ => {
                Err(ApiError::new(-1000, "An unknown error occurred while processing the request."))
            }
        }
    }
}
