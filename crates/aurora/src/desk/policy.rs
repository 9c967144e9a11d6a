//! Which limits were in force: a name for them that goes with every denial.

use std::sync::Arc;

use aurora_config::Config;

/// Keys that say what is allowed.
const LIMITS: [&str; 9] = [
    "risk.",
    "runaway.",
    "limits.",
    "guards.",
    "gate.",
    "governance.",
    "execution.",
    "killswitch.",
    // What a signer refuses to sign.
    "signer.",
];

/// The first twelve digits of a BLAKE3 hash over every limit in force: the same limits have the same version.
pub(crate) fn version(config: &Config) -> Arc<str> {
    let settings = config
        .settings()
        .filter(|setting| LIMITS.iter().any(|prefix| setting.key.path.starts_with(prefix)));
    let lines: String =
        settings.map(|setting| format!("{}={}\n", setting.key.path, setting.value)).collect();
    blake3::hash(lines.as_bytes()).to_hex()[..12].into()
}

#[cfg(test)]
mod tests {
    use aurora_config::{Flag, Sources, load};

    use super::*;

    fn with(path: &'static str, value: &str) -> Arc<str> {
        let flag = Flag { name: "--test", path, value: value.to_owned() };
        let sources = Sources { flags: vec![flag], ..Sources::default() };
        version(&load(&sources).expect("a sound configuration"))
    }

    #[test]
    fn another_limit_is_another_version_and_another_seed_is_not() {
        let seed = with("market.seed", "1");
        assert_eq!(seed.len(), 12);
        assert_eq!(seed, with("market.seed", "2"));
        assert_ne!(seed, with("runaway.place_per_min", "599"));
        assert_ne!(seed, with("signer.order_notional", "4999"));
    }
}
