//! What a key is: its type, range, default, names and meaning.

/// One configuration key. Its environment name is `AURORA__SECTION__KEY`; older names stand in `env`.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted path in YAML.
    pub path: &'static str,
    /// Type and range.
    pub kind: Kind,
    /// The value when nobody gives one.
    pub default: DefaultValue,
    /// Environment names beside `AURORA__SECTION__KEY`; they win over YAML.
    pub env: &'static [&'static str],
    /// Environment names that count only when YAML is silent.
    pub env_when_absent: &'static [&'static str],
    /// Older environment names: they work like `env` and warn.
    pub env_aliases: &'static [&'static str],
    /// Other YAML paths: they work and warn.
    pub aliases: &'static [&'static str],
    /// A key whose given value counts here when this one has none.
    pub fallback: Option<&'static str>,
    /// Whether any part of this version reads it.
    pub is_read: bool,
    /// What it means, in English.
    pub en: &'static str,
    /// What it means, in Russian.
    pub ru: &'static str,
}

/// Type and range of a value. Ranges include their ends unless they say otherwise.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A finite number.
    Number {
        /// The least it may be.
        least: f64,
        /// The most it may be.
        most: f64,
        /// The least itself is not allowed.
        above: bool,
    },
    /// A whole number.
    Whole {
        /// The least it may be.
        least: i64,
        /// The most it may be.
        most: i64,
    },
    /// An exact decimal from zero up to this many.
    Money {
        /// The most it may be.
        most: i64,
    },
    /// Yes or no.
    Flag,
    /// Any text.
    Text,
    /// Text that is never printed.
    Secret,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of words, from these when there are any.
    Words(&'static [&'static str]),
    /// Whatever YAML allows; kept unread.
    Any,
}

/// What a key is worth when nobody gives a value.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// Nothing: the key is optional.
    Unset,
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// An exact decimal.
    Money(&'static str),
    /// Yes or no.
    Flag(bool),
    /// A text or a choice.
    Text(&'static str),
    /// A list of words.
    Words(&'static [&'static str]),
}

impl Key {
    const fn new(path: &'static str, kind: Kind, default: DefaultValue) -> Key {
        Key {
            path,
            kind,
            default,
            env: &[],
            env_when_absent: &[],
            env_aliases: &[],
            aliases: &[],
            fallback: None,
            is_read: true,
            en: "",
            ru: "",
        }
    }

    pub(crate) const fn number(path: &'static str, default: f64, least: f64, most: f64) -> Key {
        Key::new(path, Kind::Number { least, most, above: false }, DefaultValue::Number(default))
    }

    /// A number above zero.
    pub(crate) const fn positive(path: &'static str, default: f64, most: f64) -> Key {
        Key::new(
            path,
            Kind::Number { least: 0.0, most, above: true },
            DefaultValue::Number(default),
        )
    }

    pub(crate) const fn whole(path: &'static str, default: i64, least: i64, most: i64) -> Key {
        Key::new(path, Kind::Whole { least, most }, DefaultValue::Whole(default))
    }

    pub(crate) const fn money(path: &'static str, default: &'static str) -> Key {
        Key::new(path, Kind::Money { most: 1_000_000_000_000 }, DefaultValue::Money(default))
    }

    pub(crate) const fn flag(path: &'static str, default: bool) -> Key {
        Key::new(path, Kind::Flag, DefaultValue::Flag(default))
    }

    pub(crate) const fn text(path: &'static str, default: &'static str) -> Key {
        Key::new(path, Kind::Text, DefaultValue::Text(default))
    }

    pub(crate) const fn secret(path: &'static str) -> Key {
        Key::new(path, Kind::Secret, DefaultValue::Unset)
    }

    pub(crate) const fn choice(
        path: &'static str,
        words: &'static [&'static str],
        default: &'static str,
    ) -> Key {
        Key::new(path, Kind::Choice(words), DefaultValue::Text(default))
    }

    pub(crate) const fn words(
        path: &'static str,
        among: &'static [&'static str],
        default: &'static [&'static str],
    ) -> Key {
        Key::new(path, Kind::Words(among), DefaultValue::Words(default))
    }

    /// A key that the contract names and no part of this version reads.
    pub(crate) const fn unread(path: &'static str) -> Key {
        let mut key = Key::new(path, Kind::Any, DefaultValue::Unset);
        key.is_read = false;
        key.en = "Named by the contract; nothing reads it in this version.";
        key.ru = "Есть в контракте; в этой версии не читается.";
        key
    }

    /// The key without its default.
    pub(crate) const fn optional(mut self) -> Key {
        self.default = DefaultValue::Unset;
        self
    }

    pub(crate) const fn env(mut self, names: &'static [&'static str]) -> Key {
        self.env = names;
        self
    }

    pub(crate) const fn env_when_absent(mut self, names: &'static [&'static str]) -> Key {
        self.env_when_absent = names;
        self
    }

    pub(crate) const fn env_alias(mut self, names: &'static [&'static str]) -> Key {
        self.env_aliases = names;
        self
    }

    pub(crate) const fn alias(mut self, paths: &'static [&'static str]) -> Key {
        self.aliases = paths;
        self
    }

    pub(crate) const fn fallback(mut self, path: &'static str) -> Key {
        self.fallback = Some(path);
        self
    }

    pub(crate) const fn means(mut self, en: &'static str, ru: &'static str) -> Key {
        self.en = en;
        self.ru = ru;
        self
    }

    /// The environment name every key has: `guards.latency_ms_limit` is `AURORA__GUARDS__LATENCY_MS_LIMIT`.
    pub fn env_name(&self) -> String {
        format!("AURORA__{}", self.path.to_ascii_uppercase().replace('.', "__"))
    }
}
