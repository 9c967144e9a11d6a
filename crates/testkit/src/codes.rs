//! The error codes that a venue's document lists with their fate.

/// Every code of the table under `## Error → fate`: numbers of at least `digits` digits, with `-` before them where
/// the venue's codes are negative; ranges are written out, `64xxx` is a thousand.
///
/// # Panics
/// When the document has no such table: then it proves nothing.
pub fn documented(document: &str, digits: usize) -> Vec<i64> {
    let table =
        document.split("## Error → fate").nth(1).expect("the document has a table of fates");
    let table = table.split("\n## ").next().unwrap_or(table);
    let mut codes = Vec::new();
    for row in table.lines().filter(|line| line.starts_with('|')) {
        let cell = row.split('|').nth(1).unwrap_or_default().replace("xxx", "000..999+");
        let mut before: Option<(i64, usize)> = None;
        for (at, text) in numbers(&cell) {
            if text.trim_start_matches('-').len() < digits {
                // The end of `64000..999+`: the rest of the thousand.
                if let (Some((first, end)), "999") = (before, text)
                    && cell[end..at].contains("..")
                {
                    codes.extend(first + 1..=first + 999);
                }
                before = None;
                continue;
            }
            let code: i64 = text.parse().expect("digits");
            match before {
                Some((first, end)) if matches!(&cell[end..at], ".." | "–" | "–-" | "..-") => {
                    codes.extend(first.min(code)..=first.max(code));
                }
                _ => codes.push(code),
            }
            before = Some((code, at + text.len()));
        }
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Numbers with where they begin; a minus belongs to one when nothing stands before it.
fn numbers(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_negative = 0 < at && bytes[at - 1] == b'-';
        let begin = if is_negative { at - 1 } else { at };
        found.push((begin, &text[begin..end]));
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_thousands_and_bold_numbers_are_read() {
        let document = "## Other\n| 12345 | no |\n## Error → fate\n| code | fate |\n|---|---|\n\
            | HTTP 503, -1000, **-1006** | a |\n| -1100..-1103, -4400..-4401 | b |\n## Next\n| -1 |";
        assert_eq!(
            documented(document, 4),
            [-4401, -4400, -1103, -1102, -1101, -1100, -1006, -1000]
        );
        let document =
            "## Error → fate\n| 50100..50102, 51027–51028 | a |\n| 64xxx WS, 60011/60012 | b |";
        let codes = documented(document, 5);
        assert_eq!(codes[..7], [50100, 50101, 50102, 51027, 51028, 60011, 60012]);
        assert_eq!((codes.len(), codes[7], codes[1006]), (1007, 64000, 64999));
    }
}
