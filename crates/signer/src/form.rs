//! Parameters of a query or form body, read strictly: known names only, each once, plain values.

use crate::fault::NotSigned;

/// The most parameters any call of ours has.
const MOST: usize = 24;

/// Names and values as they stand in the text.
#[derive(Debug)]
pub(crate) struct Form<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Form<'a> {
    /// Reads `a=1&b=2`; an empty text has no parameters. Of the names, `encoded` may carry percent-encoded values.
    pub(crate) fn read(
        text: &'a str,
        names: &[&str],
        encoded: &[&str],
    ) -> Result<Form<'a>, NotSigned> {
        let mut form = Form(Vec::with_capacity(12));
        if text.is_empty() {
            return Ok(form);
        }
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=').ok_or_else(|| NotSigned::unreadable(pair))?;
            if !names.contains(&name) || form.get(name).is_some() {
                return Err(NotSigned::unreadable(name));
            }
            let is_encoded = encoded.contains(&name);
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            if !value.bytes().all(|b| plain(b) || (is_encoded && b == b'%')) || form.0.len() == MOST
            {
                return Err(NotSigned::unreadable(name));
            }
            form.0.push((name, value));
        }
        Ok(form)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(have, _)| *have == name).map(|(_, value)| *value)
    }

    pub(crate) fn need(&self, name: &str) -> Result<&'a str, NotSigned> {
        self.get(name).ok_or_else(|| NotSigned::missing(name))
    }
}

/// Percent-decodes; `None` for a broken escape or what is no text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |b: Option<u8>| char::from(b?).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_once_each_with_plain_values_are_read() {
        let read = |text: &str| {
            Form::read(text, &["a", "b", "list"], &["list", "", "other"])
                .map(|form| form.0.len())
                .ok()
        };
        assert_eq!(read(""), Some(0));
        assert_eq!(read("a=1&b=2.5&list=%5B1%5D"), Some(3));
        for bad in [
            "a=1&a=2", "c=1", "a", "a=1&", "&a=1", "a=%41", "a=1 ", "a={}", "a=1;b=2", "A=1", "=1",
            "a=1&=%41", "other=1",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_broken_escape_is_no_text() {
        assert_eq!(decoded("%5B%22a%22%5D").as_deref(), Some("[\"a\"]"));
        for bad in ["%", "%4", "%zz", "%ff%fe"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }
}
