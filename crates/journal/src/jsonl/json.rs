//! Writing JSON into a byte buffer without a tree in between.

/// Appends a string with its quotes.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut start = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        if ESCAPED[byte as usize] {
            out.extend_from_slice(&bytes[start..i]);
            escape(out, byte);
            start = i + 1;
        }
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// Appends a number in the shortest form that reads back the same; `null` when it is not finite.
pub fn number(out: &mut Vec<u8>, value: f64) {
    // Most numbers here are small and whole, and an integer is printed in a fraction of the time.
    #[expect(clippy::cast_possible_truncation, reason = "what was cut off is noticed")]
    let whole = value as i32;
    if f64::from(whole).to_bits() == value.to_bits() {
        integer(out, whole);
        out.extend_from_slice(b".0");
    } else if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// Appends an integer.
pub fn integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends `true` or `false`.
pub fn boolean(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Appends a string, or `null`.
pub fn string_or_null(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends a number, or `null`.
pub fn number_or_null(out: &mut Vec<u8>, value: Option<f64>) {
    number(out, value.unwrap_or(f64::NAN));
}

const ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

#[cold]
fn escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        byte => {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_reads_back_the_same_whatever_is_in_it() {
        for text in ["", "BTC/USDT", "a\"b\\c\n\r\t\u{1}\u{1f}", "цена", "🙂\u{7f}"] {
            let mut out = Vec::new();
            string(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn a_number_reads_back_the_same_and_never_breaks_the_line() {
        for value in
            [0.0, -0.0, 1.0, -17.0, 2_147_483_648.0, 0.1, 1e300, 5e-324, 5.930999999999999, -4.0]
        {
            let mut out = Vec::new();
            number(&mut out, value);
            let back: f64 = serde_json::from_slice(&out).unwrap();
            assert_eq!(back.to_bits(), value.to_bits(), "{}", String::from_utf8_lossy(&out));
        }
        let mut out = Vec::new();
        number(&mut out, f64::NAN);
        number(&mut out, f64::INFINITY);
        assert_eq!(out, b"nullnull");
    }
}
