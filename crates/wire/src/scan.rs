//! A scanner over one JSON frame: borrowed, allocation-free, forgiving about fields it does not know.

use rust_decimal::Decimal;

use crate::error::DecodeError;

/// How deep unknown values may nest; ours nest four deep.
const MAX_DEPTH: usize = 32;

/// A place in a frame.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// At the frame's first byte.
    pub const fn new(bytes: &'a [u8]) -> Scanner<'a> {
        Scanner { bytes, at: 0 }
    }

    /// How many bytes lie behind.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The byte here, spaces included.
    #[inline]
    pub fn byte(&self) -> Result<u8, DecodeError> {
        self.bytes.get(self.at).copied().ok_or(DecodeError::Truncated { at: self.at })
    }

    /// The byte here, if there is one.
    #[inline]
    pub fn here(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// What lies ahead.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Steps over so many bytes of [`Scanner::rest`], which the caller has looked at.
    #[inline]
    pub fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Steps over the byte here.
    #[inline]
    pub fn bump(&mut self) {
        self.at += 1;
    }

    /// The next byte that is no space.
    #[inline]
    pub fn peek(&mut self) -> Result<u8, DecodeError> {
        loop {
            match self.byte()? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Ok(byte),
            }
        }
    }

    /// Steps over spaces and that byte; `wanted` is its name in the error.
    #[inline]
    pub fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), DecodeError> {
        if self.peek()? != byte {
            return Err(self.unexpected(wanted));
        }
        self.at += 1;
        Ok(())
    }

    /// The error for what stands here.
    pub const fn unexpected(&self, wanted: &'static str) -> DecodeError {
        DecodeError::Unexpected { at: self.at, wanted }
    }

    /// Steps over `{`, or over `[`, and says whether anything follows before the closing one.
    #[inline]
    pub fn open(&mut self, brackets: Brackets) -> Result<bool, DecodeError> {
        self.expect(brackets.open, brackets.open_name)?;
        if self.peek()? == brackets.close {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Steps over a comma (`true`) or over the closing bracket (`false`).
    #[inline]
    pub fn more(&mut self, brackets: Brackets) -> Result<bool, DecodeError> {
        let byte = self.peek()?;
        if byte != b',' && byte != brackets.close {
            return Err(self.unexpected(brackets.more_name));
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// A field's name and the colon after it.
    #[inline]
    pub fn key(&mut self) -> Result<&'a [u8], DecodeError> {
        let key = self.string()?;
        self.expect(b':', "':'")?;
        Ok(key)
    }

    /// What stands between the quotes, escapes left as they are.
    ///
    /// Control characters, escapes that JSON does not know and bytes that are not UTF-8 are refused.
    #[inline]
    pub fn string(&mut self) -> Result<&'a [u8], DecodeError> {
        self.expect(b'"', "a string")?;
        let rest = self.rest();
        let plain = plain_length(rest);
        if rest.get(plain) == Some(&b'"') {
            self.at += plain + 1;
            return Ok(&rest[..plain]);
        }
        self.special_string(plain)
    }

    /// The rest of a string that has more in it than plain ASCII, or is broken.
    #[cold]
    fn special_string(&mut self, plain: usize) -> Result<&'a [u8], DecodeError> {
        let from = self.at;
        self.at += plain;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => self.escape()?,
                ..0x20 => return Err(self.unexpected("no control character")),
                _ => self.at += 1,
            }
        }
        let text = &self.bytes[from..self.at];
        if let Err(error) = std::str::from_utf8(text) {
            self.at = from + error.valid_up_to();
            return Err(self.unexpected("UTF-8"));
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self) -> Result<(), DecodeError> {
        self.at += 1;
        match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                for _ in 0..4 {
                    self.at += 1;
                    if !self.byte()?.is_ascii_hexdigit() {
                        return Err(self.unexpected("a hexadecimal digit"));
                    }
                }
                self.at += 1;
            }
            _ => return Err(self.unexpected("an escape that JSON knows")),
        }
        Ok(())
    }

    /// A string or `null`.
    pub fn maybe_string(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        match self.peek()? {
            b'n' => self.word(b"null").map(|()| None),
            _ => self.string().map(Some),
        }
    }

    /// A whole number without sign.
    #[inline]
    pub fn uint(&mut self) -> Result<u64, DecodeError> {
        self.peek()?;
        let from = self.at;
        let mut value = 0_u64;
        while let Some(digit) = self.digit() {
            value = value.wrapping_mul(10).wrapping_add(digit);
        }
        let digits = self.at - from;
        if digits == 0 {
            return Err(self.unexpected("a whole number"));
        }
        if 1 < digits && self.bytes[from] == b'0' {
            self.at = from;
            return Err(self.unexpected("a whole number without leading zeros"));
        }
        if 19 < digits {
            // Twenty digits may still fit.
            return checked_uint(&self.bytes[from..self.at])
                .ok_or(DecodeError::TooLarge { at: from });
        }
        Ok(value)
    }

    /// A whole number without sign, bare or in quotes.
    #[inline]
    pub fn uint_or_quoted(&mut self) -> Result<u64, DecodeError> {
        if self.peek()? != b'"' {
            return self.uint();
        }
        self.at += 1;
        let value = self.uint()?;
        if self.byte()? != b'"' {
            return Err(self.unexpected("a digit or '\"'"));
        }
        self.at += 1;
        Ok(value)
    }

    /// The text of a number, bare or in quotes; `None` for `null` and for empty quotes.
    #[inline]
    pub fn number(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let is_quoted = match self.peek()? {
            b'"' => true,
            b'n' => return self.word(b"null").map(|()| None),
            _ => false,
        };
        self.at += usize::from(is_quoted);
        if is_quoted && self.byte()? == b'"' {
            self.at += 1;
            return Ok(None);
        }
        let from = self.at;
        self.skip_number()?;
        let text = &self.bytes[from..self.at];
        if is_quoted {
            if self.byte()? != b'"' {
                return Err(self.unexpected("a digit or '\"'"));
            }
            self.at += 1;
        }
        Ok(Some(text))
    }

    /// The same as an exact decimal.
    pub fn decimal(&mut self) -> Result<Option<Decimal>, DecodeError> {
        let Some(text) = self.number()? else { return Ok(None) };
        decimal(text).map(Some).ok_or(DecodeError::TooLarge { at: self.at - text.len() })
    }

    /// The digit here, stepped over.
    #[inline]
    pub fn digit(&mut self) -> Option<u64> {
        let digit = self.bytes.get(self.at)?.wrapping_sub(b'0');
        if 9 < digit {
            return None;
        }
        self.at += 1;
        Some(u64::from(digit))
    }

    /// Nothing but spaces may follow.
    #[inline]
    pub fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Ok(_) => Err(self.unexpected("nothing more")),
            Err(_) => Ok(()),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        match self.peek()? {
            b't' => self.word(b"true").map(|()| true),
            b'f' => self.word(b"false").map(|()| false),
            _ => Err(self.unexpected("true or false")),
        }
    }

    /// Steps over any value.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        self.skip_nested(0)
    }

    fn skip_nested(&mut self, depth: usize) -> Result<(), DecodeError> {
        if depth == MAX_DEPTH {
            return Err(self.unexpected("a value nested less deep"));
        }
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => {
                let mut more = self.open(OBJECT)?;
                while more {
                    self.key()?;
                    self.skip_nested(depth + 1)?;
                    more = self.more(OBJECT)?;
                }
                Ok(())
            }
            b'[' => {
                let mut more = self.open(ARRAY)?;
                while more {
                    self.skip_nested(depth + 1)?;
                    more = self.more(ARRAY)?;
                }
                Ok(())
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.skip_number(),
        }
    }

    /// Steps over a number as JSON writes it, no looser.
    #[inline]
    fn skip_number(&mut self) -> Result<(), DecodeError> {
        if self.byte()? == b'-' {
            self.at += 1;
        }
        let from = self.at;
        match self.skip_digits() {
            0 => return Err(self.unexpected("a value")),
            1 => {}
            _ if self.bytes[from] == b'0' => {
                self.at = from;
                return Err(self.unexpected("a number without leading zeros"));
            }
            _ => {}
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(())
    }

    #[inline]
    fn skip_digits(&mut self) -> usize {
        let rest = &self.bytes[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    #[inline]
    fn some_digits(&mut self) -> Result<(), DecodeError> {
        if self.skip_digits() == 0 {
            self.byte()?;
            return Err(self.unexpected("a digit"));
        }
        Ok(())
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), DecodeError> {
        let rest = &self.bytes[self.at..];
        if rest.len() < word.len() && word.starts_with(rest) {
            return Err(DecodeError::Truncated { at: self.bytes.len() });
        }
        if !rest.starts_with(word) {
            return Err(self.unexpected("true, false or null"));
        }
        self.at += word.len();
        Ok(())
    }
}

/// How many bytes at the beginning stand for themselves in a string; looks at eight at once.
#[inline]
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let mut at = 0;
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let window = u64::from_le_bytes(*chunk);
        let (quote, backslash) = (window ^ (ONES * 0x22), window ^ (ONES * 0x5c));
        // In each, the first byte with its upper bit set is one that matches; later ones may be borrowed from it.
        let is_quote = quote.wrapping_sub(ONES) & !quote;
        let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
        let is_control = window.wrapping_sub(ONES * 0x20) & !window;
        let special = (is_quote | is_backslash | is_control | window) & (ONES << 7);
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + text[at..].iter().take_while(|byte| PLAIN[usize::from(**byte)]).count()
}

/// Bytes that stand for themselves in a string: ASCII without control characters, quotes and backslashes.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x20;
    while byte < 0x80 {
        plain[byte] = byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

fn checked_uint(digits: &[u8]) -> Option<u64> {
    digits
        .iter()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

/// A number's text as an exact decimal; `None` when it is none, or has more digits than we can hold.
pub fn decimal(text: &[u8]) -> Option<Decimal> {
    let text = std::str::from_utf8(text).ok()?;
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).ok()
}

/// A pair of brackets, with the words for what is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Brackets {
    open: u8,
    close: u8,
    open_name: &'static str,
    more_name: &'static str,
}

/// An object's brackets.
pub const OBJECT: Brackets =
    Brackets { open: b'{', close: b'}', open_name: "'{'", more_name: "',' or '}'" };
/// An array's brackets.
pub const ARRAY: Brackets =
    Brackets { open: b'[', close: b']', open_name: "'['", more_name: "',' or ']'" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_stepped_over() {
        let text = br#" {"a":[1,-2.5e3,{"b":"\"}"}],"c":null,"d":true} 7"#;
        let mut scanner = Scanner::new(text);
        scanner.skip().unwrap();
        assert_eq!(scanner.uint(), Ok(7));
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let text = br#"{"a":[1,{"b":"c"}],"d":true}"#;
        for end in 0..text.len() {
            assert!(Scanner::new(&text[..end]).skip().is_err(), "{end}");
        }
        assert!(Scanner::new(br#""abc\"#).skip().is_err());
    }

    #[test]
    fn eight_bytes_at_once_find_what_one_by_one_finds() {
        for odd in 0..=u8::MAX {
            for place in 0..20 {
                for second in [b'!', b'#', 0x1f, 0x7f, 0x80, b'"'] {
                    let mut text = [b'a'; 24];
                    (text[place], text[place + 1]) = (odd, second);
                    let slow = text.iter().take_while(|b| PLAIN[usize::from(**b)]).count();
                    assert_eq!(plain_length(&text), slow, "{odd:#x} at {place}");
                }
            }
        }
    }

    #[test]
    fn a_tower_of_brackets_does_not_fall_on_us() {
        let tower = vec![b'['; 100_000];
        assert!(matches!(Scanner::new(&tower).skip(), Err(DecodeError::Unexpected { .. })));
    }

    #[test]
    fn only_json_is_stepped_over() {
        for text in [
            "01",
            "-",
            "1.",
            ".5",
            "+1",
            "1e",
            "1e+",
            "-01",
            "--1",
            "1.e3",
            "nul",
            "tru",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "\"\\",
            "[1,]",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":1,}",
            "",
        ] {
            assert!(Scanner::new(text.as_bytes()).skip().is_err(), "{text}");
        }
        assert!(Scanner::new(b"\"\xff\"").skip().is_err());
        for text in [
            "0",
            "-0.50",
            "1e5",
            "1E-05",
            "\"\\u00e9\\\\ \u{e9}\"",
            "[]",
            "{}",
            " [ 1 , {} ] ",
            "12.30e+1",
        ] {
            let mut scanner = Scanner::new(text.as_bytes());
            assert_eq!(scanner.skip().and_then(|()| scanner.end()), Ok(()), "{text}");
        }
        let mut scanner = Scanner::new(b"{} x");
        assert!(scanner.skip().and_then(|()| scanner.end()).is_err());
    }

    #[test]
    fn a_number_is_the_same_in_quotes_and_without() {
        for (text, want) in [
            ("\"-1.50\"", Some("-1.50")),
            ("-1.50", Some("-1.50")),
            ("1e-3", Some("0.001")),
            ("null", None),
            ("\"\"", None),
        ] {
            let got = Scanner::new(text.as_bytes()).decimal().unwrap();
            assert_eq!(got.map(|number| number.to_string()).as_deref(), want, "{text}");
        }
        assert!(Scanner::new(b"\"1.5").decimal().is_err());
        assert!(Scanner::new(b"\"1.5 \"").decimal().is_err());
        assert!(Scanner::new(b"\"0.00000000000000000000000000001\"").decimal().is_err());
        assert_eq!(Scanner::new(b"\"42\"").uint_or_quoted(), Ok(42));
        assert_eq!(Scanner::new(b"42").uint_or_quoted(), Ok(42));
        assert!(Scanner::new(b"\"\"").uint_or_quoted().is_err());
        assert!(Scanner::new(b"042").uint().is_err());
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        assert_eq!(Scanner::new(b"18446744073709551615,").uint(), Ok(u64::MAX));
        assert_eq!(
            Scanner::new(b"18446744073709551616,").uint(),
            Err(DecodeError::TooLarge { at: 0 })
        );
    }
}
