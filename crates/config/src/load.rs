//! Laying the layers over each other: the later one wins, and every fault is reported.

use std::collections::BTreeMap;

use crate::config::{Config, Setting};
use crate::fault::{Fault, Faults};
use crate::key::{Key, Kind};
use crate::keys::KEYS;
use crate::names::{self, Named};
use crate::rules;
use crate::sources::{File, Origin, Sources};
use crate::value::Value;
use crate::yaml::{self, Node};

/// Names beginning with `AURORA_` that mean something without being a key.
const NOT_KEYS: [&str; 3] = ["AURORA_BIN", "AURORA_CONFIG", "AURORA_SHARED"];

/// Reads every layer.
///
/// # Errors
/// Every fault of every layer; then nothing should start.
pub fn load(sources: &Sources) -> Result<Config, Faults> {
    let mut loading = Loading { env: &sources.env, faults: Vec::new(), warnings: Vec::new() };
    let files: Vec<_> = sources.files.iter().map(|file| loading.file(file)).collect();
    let (weak, strong) = loading.environment();
    let flags = loading.flags(sources);

    let mut settings = defaults();
    loading.lay(&mut settings, weak);
    for layer in files.into_iter().chain([strong, flags]) {
        loading.lay(&mut settings, layer);
    }
    loading.fall_back(&mut settings);

    let Loading { mut faults, warnings, .. } = loading;
    let config = Config { settings, warnings };
    if faults.is_empty() {
        faults = rules::check(&config);
    }
    if faults.is_empty() { Ok(config) } else { Err(Faults(faults)) }
}

fn defaults() -> BTreeMap<&'static str, Setting> {
    let unset = |key: &'static Key| Setting {
        key,
        value: Value::from(key.default),
        origin: Origin::Default,
    };
    KEYS.iter().map(|key| (key.path, unset(key))).collect()
}

/// A value some layer gives, under the name it was given.
struct Given {
    name: String,
    key: &'static Key,
    value: Value,
    origin: Origin,
}

struct Loading<'a> {
    env: &'a BTreeMap<String, String>,
    faults: Vec<Fault>,
    warnings: Vec<String>,
}

impl Loading<'_> {
    fn fault(&mut self, path: &str, origin: Origin, message: impl Into<String>) {
        self.faults.push(Fault { path: path.to_owned(), origin, message: message.into() });
    }

    fn file(&mut self, file: &File) -> Vec<Given> {
        let at = |line| Origin::File { file: file.name.clone(), line };
        let mut given = Vec::new();
        match yaml::parse(&file.text) {
            Ok(Node::Map(entries)) => self.section("", entries, &at, &mut given),
            Ok(Node::Null) => {}
            Ok(node) => {
                let message = format!("is {}: write sections such as `risk:`", node.describe());
                self.fault("", at(1), message);
            }
            Err((line, message)) => self.fault("", at(line), format!("is not YAML: {message}")),
        }
        given
    }

    fn section(
        &mut self,
        above: &str,
        entries: Vec<yaml::Entry>,
        at: &impl Fn(u64) -> Origin,
        given: &mut Vec<Given>,
    ) {
        for yaml::Entry { name, line, node } in entries {
            let path = if above.is_empty() { name } else { format!("{above}.{name}") };
            if let Some(named) = names::of_path(&path) {
                given.extend(self.leaf(path, named, &node, at(line)));
                continue;
            }
            match node {
                node if !names::is_section(&path) => {
                    let hint = names::nearest_path(&path)
                        .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
                    let what = if matches!(node, Node::Map(_)) { "section" } else { "key" };
                    self.fault(&path, at(line), format!("is no {what} of Aurora{hint}"));
                }
                Node::Map(entries) => self.section(&path, entries, at, given),
                Node::Null => {}
                node => {
                    let message =
                        format!("is {}: it is a section, write keys below it", node.describe());
                    self.fault(&path, at(line), message);
                }
            }
        }
    }

    /// One value of a file. An explicit null gives nothing.
    fn leaf(&mut self, name: String, named: Named, node: &Node, origin: Origin) -> Option<Given> {
        let Named { key, is_alias, .. } = named;
        if is_alias {
            self.warnings.push(format!("{origin}: `{name}` is an alias: write `{}`", key.path));
        }
        if !key.is_read {
            self.warnings.push(format!(
                "{origin}: `{name}` is accepted, but nothing reads it in this version"
            ));
        }
        let value = match node {
            Node::Null => return None,
            Node::Text(text) if text.contains("${") => match self.expand(text) {
                Ok(text) if text.is_empty() => return None,
                Ok(text) => key.kind.read_text(&text),
                // A key nobody holds is no fault in a file that every profile shares.
                Err(_) if matches!(key.kind, Kind::Secret | Kind::Any) => return None,
                Err(missing) => Err(format!(
                    "names ${{{missing}}}, which is not set: set it, or write the value"
                )),
            },
            node => key.kind.read_node(node),
        };
        self.given(name, key, value, origin)
    }

    fn given(
        &mut self,
        name: String,
        key: &'static Key,
        value: Result<Value, String>,
        origin: Origin,
    ) -> Option<Given> {
        match value {
            Ok(value) => Some(Given { name, key, value, origin }),
            Err(message) => {
                self.fault(&name, origin, message);
                None
            }
        }
    }

    /// Puts environment values in the place of `${NAME}`; the error is the name that is not set.
    fn expand(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split("${");
        let mut expanded = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').ok_or_else(|| part.to_owned())?;
            expanded += self.env.get(name).ok_or_else(|| name.to_owned())?;
            expanded += rest;
        }
        Ok(expanded)
    }

    /// The variables that count below YAML, and those that count above it.
    fn environment(&mut self) -> (Vec<Given>, Vec<Given>) {
        let (mut weak, mut strong) = (Vec::new(), Vec::new());
        for (name, text) in self.env.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let origin = Origin::Env(name.clone());
            let Some(Named { key, is_alias, is_weak }) = names::of_env(name) else {
                self.unknown_variable(name);
                continue;
            };
            if is_alias {
                let own =
                    key.env.first().or(key.env_when_absent.first()).copied().unwrap_or_default();
                self.warnings.push(format!("{origin} is an alias: set {own}"));
            }
            let value = key.kind.read_text(text);
            let layer = if is_weak { &mut weak } else { &mut strong };
            if let Some(mut given) = self.given(key.path.to_owned(), key, value, origin) {
                given.name.clone_from(name);
                layer.push(given);
            }
        }
        (weak, strong)
    }

    fn unknown_variable(&mut self, name: &str) {
        if NOT_KEYS.contains(&name) || !name.starts_with("AURORA_") {
            return;
        }
        let hint = names::nearest_env(name)
            .map_or_else(String::new, |near| format!(": did you mean {near}?"));
        if name.starts_with("AURORA__") {
            self.fault("", Origin::Env(name.to_owned()), format!("names no key of Aurora{hint}"));
        } else {
            self.warnings.push(format!("environment {name} is not read by Aurora{hint}"));
        }
    }

    fn flags(&mut self, sources: &Sources) -> Vec<Given> {
        let mut given = Vec::new();
        for flag in &sources.flags {
            let origin = Origin::Flag(flag.name.to_owned());
            match names::of_path(flag.path) {
                Some(named) => {
                    let value = named.key.kind.read_text(&flag.value);
                    given.extend(self.given(flag.path.to_owned(), named.key, value, origin));
                }
                None => self.fault(flag.path, origin, "is no key of Aurora"),
            }
        }
        given
    }

    /// Puts a layer on top. Two names for one key in one layer must agree.
    fn lay(&mut self, settings: &mut BTreeMap<&'static str, Setting>, layer: Vec<Given>) {
        let mut names: BTreeMap<&'static str, (String, Origin, Value)> = BTreeMap::new();
        for Given { name, key, value, origin } in layer {
            if let Some((other, place, first)) = names.get(key.path) {
                if *first != value {
                    let message = format!(
                        "is {value}, and `{other}` ({place}) says {first} for the same key: keep one of them"
                    );
                    self.fault(&name, origin, message);
                }
                continue;
            }
            if let Some(setting) = settings.get_mut(key.path) {
                if let (Origin::Env(weak), Origin::File { .. }) = (&setting.origin, &origin) {
                    self.warnings.push(format!(
                        "{origin}: `{}` wins over environment {weak}, which counts only without it: {} would win",
                        key.path,
                        key.env_name()
                    ));
                }
                setting.value = value.clone();
                setting.origin = origin.clone();
            }
            names.insert(key.path, (name, origin, value));
        }
    }

    /// A key that nobody gave takes the given value of the key it falls back to.
    fn fall_back(&mut self, settings: &mut BTreeMap<&'static str, Setting>) {
        for key in KEYS.iter() {
            let Some(other) = key.fallback.and_then(|other| settings.get(other)) else { continue };
            let Setting { value, origin, .. } = other.clone();
            let Some(setting) = settings.get_mut(key.path) else { continue };
            let is_given = match &setting.origin {
                Origin::Default => false,
                Origin::Env(name) => !key.env_when_absent.contains(&name.as_str()),
                Origin::File { .. } | Origin::Flag(_) => true,
            };
            if is_given || origin == Origin::Default {
                continue;
            }
            match key.kind.admit(value) {
                Ok(value) => (setting.value, setting.origin) = (value, origin),
                Err(message) => {
                    let message = format!("counts for `{}` too, and there it {message}", key.path);
                    self.fault(key.fallback.unwrap_or_default(), origin, message);
                }
            }
        }
    }
}
