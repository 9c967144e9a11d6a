//! Which configurations make a gate.

use crate::config::{GateConfig, GateConfigError};
use crate::decision::GateId;

/// The most samples a latency window may keep: 200 MB.
const MOST_SAMPLES: f64 = 4_194_304.0;

impl GateConfig {
    /// Checks the gate order and the range of every number.
    ///
    /// # Errors
    /// The first fault, with the key and what is allowed.
    pub fn validate(&self) -> Result<(), GateConfigError> {
        self.validate_order()?;
        let (health, trap, sprt) = (&self.health, &self.trap, &self.sprt);
        let (governance, switch) = (&self.governance, &self.kill_switch);
        let above_zero = |key, value: f64| within(key, value, 0.0 < value, "above 0");
        let not_negative = |key, value: f64| within(key, value, 0.0 <= value, "0 or above");
        let any = |key, value: f64| within(key, value, true, "that is finite");
        let up_to = |key, value: f64, most: f64, range| {
            within(key, value, (0.0..=most).contains(&value), range)
        };
        let count = |key, value: usize, most: f64| {
            let value = value as f64;
            within(key, value, (1.0..=most).contains(&value), "above 0 that fits in memory")
        };
        above_zero("guards.latency_ms_limit", self.latency_ms_limit)?;
        above_zero("aurora.latency_window_sec", health.window_s)?;
        above_zero("aurora.latency_guard_ms", health.guard_ms)?;
        not_negative("aurora.cooloff_base_sec", health.cooloff_base_s)?;
        count("aurora.halt_threshold_repeats", health.halt_repeats as usize, 1e4)?;
        count("aurora.latency_max_samples", health.max_samples, MOST_SAMPLES)?;
        above_zero("trap.window_s", trap.window_s)?;
        any("trap.z_threshold", trap.z_threshold)?;
        up_to("trap.cancel_pctl", trap.cancel_pctl, 100.0, "from 0 to 100")?;
        any("trap.score_threshold", trap.score_threshold)?;
        any("risk.pi_min_bps", self.pi_min_bps)?;
        not_negative("slippage.eta_fraction_of_b", self.slip_eta)?;
        any("risk.dd_day_pct", self.risk.dd_day_pct)?;
        up_to("risk.size_scale", self.risk.size_scale, 1.0, "from 0 to 1")?;
        above_zero("sprt.sigma", sprt.sigma)?;
        any("sprt.A", sprt.accept)?;
        any("sprt.B", sprt.reject)?;
        count("sprt.max_obs", sprt.max_obs, 1e9)?;
        for (key, rate) in [("sprt.alpha", sprt.alpha), ("sprt.beta", sprt.beta)] {
            let rate = rate.unwrap_or(0.5);
            within(key, rate, 0.0 < rate && rate < 1.0, "between 0 and 1")?;
        }
        above_zero("guards.spread_bps_limit", self.spread_bps_limit)?;
        not_negative("gates.reject_storm_pct", governance.reject_storm_pct)?;
        not_negative("gates.reject_storm_cooldown_s", governance.reject_storm_cooldown_s)?;
        any("gates.daily_dd_limit_pct", governance.daily_dd_limit_pct)?;
        any("gates.cvar_limit", governance.cvar_limit.unwrap_or(0.0))?;
        not_negative("gates.spread_bps_limit", governance.spread_bps_limit)?;
        not_negative("gates.latency_ms_limit", governance.latency_ms_limit)?;
        not_negative("gates.vol_guard_std_bps", governance.vol_guard_std_bps)?;
        not_negative("gates.max_concurrent_positions", governance.max_concurrent_positions)?;
        count("killswitch.window_trades", switch.window_trades, 1e6)?;
        up_to(
            "killswitch.max_reject_rate_pct",
            switch.max_reject_rate_pct,
            100.0,
            "from 0 to 100",
        )?;
        up_to(
            "killswitch.max_denied_rate_pct",
            switch.max_denied_rate_pct,
            100.0,
            "from 0 to 100",
        )?;
        count("gate.max_symbols", self.max_symbols, 65_536.0)
    }

    fn validate_order(&self) -> Result<(), GateConfigError> {
        if self.order.contains(&GateId::AntiChurn) {
            return Err(GateConfigError::AntiChurnListed);
        }
        for (at, gate) in self.order.iter().enumerate() {
            if self.order[..at].contains(gate) {
                return Err(GateConfigError::Repeated(gate.name()));
            }
        }
        match self.order.last() {
            Some(GateId::Governance) => Ok(()),
            _ => Err(GateConfigError::GovernanceNotLast),
        }
    }
}

fn within(
    key: &'static str,
    value: f64,
    is_within: bool,
    range: &'static str,
) -> Result<(), GateConfigError> {
    if is_within && value.is_finite() {
        return Ok(());
    }
    Err(GateConfigError::OutOfRange { key, value, range })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn governance_cannot_be_left_out_or_moved() {
        let order = |order: &[GateId]| {
            GateConfig { order: order.to_vec(), ..GateConfig::default() }.validate()
        };
        assert_eq!(order(&[GateId::Governance]), Ok(()));
        assert_eq!(order(&[]), Err(GateConfigError::GovernanceNotLast));
        let moved = [GateId::Governance, GateId::Spread];
        assert_eq!(order(&moved), Err(GateConfigError::GovernanceNotLast));
        let twice = [GateId::Spread, GateId::Spread, GateId::Governance];
        assert_eq!(order(&twice), Err(GateConfigError::Repeated("spread")));
        let listed = [GateId::AntiChurn, GateId::Governance];
        assert_eq!(order(&listed), Err(GateConfigError::AntiChurnListed));
    }

    #[test]
    fn a_number_out_of_range_is_named_with_its_range() {
        let mut config = GateConfig::default();
        config.trap.cancel_pctl = 900.0;
        assert_eq!(
            config.validate().unwrap_err().to_string(),
            "trap.cancel_pctl is 900: give a number from 0 to 100"
        );
        let mut config = GateConfig::default();
        config.sprt.sigma = f64::NAN;
        assert!(config.validate().unwrap_err().to_string().starts_with("sprt.sigma is NaN"));
        let mut config = GateConfig::default();
        config.sprt.alpha = Some(1.0);
        assert!(config.validate().is_err());
    }
}
