//! What no single key can say: rules between keys.

use crate::config::Config;
use crate::fault::Fault;

/// Every broken rule.
pub(crate) fn check(config: &Config) -> Vec<Fault> {
    let rules = [gate_order, sprt_bounds, sprt_rates, speed];
    rules
        .iter()
        .filter_map(|rule| rule(config))
        .map(|(path, message)| Fault {
            path: path.to_owned(),
            origin: config.origin(path).clone(),
            message,
        })
        .collect()
}

type Broken = Option<(&'static str, String)>;

fn gate_order(config: &Config) -> Broken {
    let order = config.list("gate.order");
    let twice = order.iter().enumerate().find(|(at, gate)| order[..*at].contains(gate));
    if let Some((_, gate)) = twice {
        return Some(("gate.order", format!("names {gate} twice: name each gate once")));
    }
    if order.last().is_some_and(|last| last == "governance") {
        return None;
    }
    let message = "must end with governance: it is the last word and cannot be removed";
    Some(("gate.order", message.to_owned()))
}

fn sprt_bounds(config: &Config) -> Broken {
    let (accept, reject) = (config.f64("sprt.A"), config.f64("sprt.B"));
    let message =
        format!("is {accept}, not above sprt.B ({reject}): acceptance lies above rejection");
    (accept <= reject).then_some(("sprt.A", message))
}

fn sprt_rates(config: &Config) -> Broken {
    match (config.opt_f64("sprt.alpha"), config.opt_f64("sprt.beta")) {
        (Some(alpha), Some(beta)) if 1.0 <= alpha + beta => {
            let message =
                format!("is {alpha} and sprt.beta is {beta}: together they must stay below 1");
            Some(("sprt.alpha", message))
        }
        _ => None,
    }
}

fn speed(config: &Config) -> Broken {
    let speed = config.text("market.speed");
    let is_factor = speed.parse().is_ok_and(|factor: f64| 0.0 < factor && factor.is_finite());
    let message = format!("is {speed:?}: give max, or how many times real pace, above 0");
    (speed != "max" && !is_factor).then_some(("market.speed", message))
}
