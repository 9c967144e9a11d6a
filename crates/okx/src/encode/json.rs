//! A JSON object, field by field in the order given.

/// An object being written.
#[derive(Clone, Debug)]
pub(crate) struct Json(String);

impl Json {
    pub(crate) fn object() -> Json {
        let mut text = String::with_capacity(256);
        text.push('{');
        Json(text)
    }

    /// A field with a text.
    pub(crate) fn text(&mut self, key: &str, value: &str) -> &mut Json {
        self.key(key);
        self.0.push('"');
        for symbol in value.chars() {
            match symbol {
                '"' => self.0 += "\\\"",
                '\\' => self.0 += "\\\\",
                control if control < ' ' => {
                    self.0 += &format!("\\u{:04x}", u32::from(control));
                }
                _ => self.0.push(symbol),
            }
        }
        self.0.push('"');
        self
    }

    /// A field with a value that is JSON already.
    pub(crate) fn raw(&mut self, key: &str, value: &str) -> &mut Json {
        self.key(key);
        self.0 += value;
        self
    }

    fn key(&mut self, key: &str) {
        if 1 < self.0.len() {
            self.0.push(',');
        }
        self.0.push('"');
        self.0 += key;
        self.0 += "\":";
    }

    pub(crate) fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_text_is_escaped() {
        let mut json = Json::object();
        json.text("a", "q\"\\\n").raw("b", "true");
        assert_eq!(json.close(), r#"{"a":"q\"\\\u000a","b":true}"#);
    }
}
