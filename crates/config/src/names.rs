//! Which key a name means, and what a misspelt name may have meant.

use crate::key::Key;
use crate::keys::KEYS;

/// A name that was understood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) key: &'static Key,
    /// The name is an older one: use the key's own.
    pub(crate) is_alias: bool,
    /// It counts only when YAML is silent.
    pub(crate) is_weak: bool,
}

/// The key of a YAML path.
pub(crate) fn of_path(path: &str) -> Option<Named> {
    let named = |key, is_alias| Named { key, is_alias, is_weak: false };
    KEYS.iter()
        .find(|key| key.path == path)
        .map(|key| named(key, false))
        .or_else(|| KEYS.iter().find(|key| key.aliases.contains(&path)).map(|key| named(key, true)))
}

/// The key of an environment variable.
pub(crate) fn of_env(name: &str) -> Option<Named> {
    KEYS.iter().find_map(|key| {
        let named = |is_alias, is_weak| Some(Named { key, is_alias, is_weak });
        if key.env.contains(&name) || key.env_name() == name {
            named(false, false)
        } else if key.env_when_absent.contains(&name) {
            named(false, true)
        } else if key.env_aliases.contains(&name) {
            // An alias stands for the first name, so it is as strong as that one.
            named(true, key.env.is_empty() && !key.env_when_absent.is_empty())
        } else {
            None
        }
    })
}

/// Whether some key lies below this path.
pub(crate) fn is_section(path: &str) -> bool {
    let below = |name: &str| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    KEYS.iter().any(|key| below(key.path) || key.aliases.iter().any(|alias| below(alias)))
}

/// The known path that looks most like this one.
pub(crate) fn nearest_path(path: &str) -> Option<&'static str> {
    let depth = path.split('.').count();
    let whole = KEYS.iter().map(|key| key.path);
    let heads = KEYS.iter().filter_map(|key| head(key.path, depth));
    nearest(path, whole.chain(heads)).or_else(|| {
        // The right name in the wrong section.
        let last = path.rsplit('.').next().unwrap_or(path);
        KEYS.iter().map(|key| key.path).find(|known| known.rsplit('.').next() == Some(last))
    })
}

/// The known environment name that looks most like this one.
pub(crate) fn nearest_env(name: &str) -> Option<String> {
    let own: Vec<String> = KEYS.iter().map(Key::env_name).collect();
    let extra = KEYS.iter().flat_map(|key| key.env.iter().chain(key.env_when_absent).copied());
    nearest(name, own.iter().map(String::as_str).chain(extra)).map(str::to_owned)
}

/// The first `depth` words of a path, when there are that many.
fn head(path: &str, depth: usize) -> Option<&str> {
    let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    ends.into_iter().nth(depth - 1).map(|end| &path[..end])
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = 1 + name.len() / 6;
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|&(distance, _)| distance <= near)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, byte_a) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, byte_b) in b.bytes().enumerate() {
            let replace = diagonal + usize::from(byte_a != byte_b);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(nearest_path("guards.latency_ms_limt"), Some("guards.latency_ms_limit"));
        assert_eq!(nearest_path("gaurds"), Some("guards"));
        assert_eq!(nearest_path("aurora.pi_min_bps"), Some("risk.pi_min_bps"));
        assert_eq!(nearest_path("nothing.like.it"), None);
        assert_eq!(
            nearest_env("AURORA__RISK__PI_MIN_BSP").as_deref(),
            Some("AURORA__RISK__PI_MIN_BPS")
        );
    }

    #[test]
    fn names_are_unique() {
        let mut paths: Vec<&str> =
            KEYS.iter().flat_map(|key| key.aliases.iter().copied().chain([key.path])).collect();
        let mut envs: Vec<String> = KEYS
            .iter()
            .flat_map(|key| {
                let lists = [key.env, key.env_when_absent, key.env_aliases];
                lists.into_iter().flatten().map(|&name| name.to_owned()).chain([key.env_name()])
            })
            .collect();
        let (paths_given, envs_given) = (paths.len(), envs.len());
        paths.sort_unstable();
        paths.dedup();
        envs.sort_unstable();
        envs.dedup();
        assert_eq!((paths.len(), envs.len()), (paths_given, envs_given));
    }

    #[test]
    fn no_key_is_a_section_of_another() {
        for key in KEYS.iter() {
            assert!(!is_section(key.path), "{} is both a key and a section", key.path);
        }
    }
}
