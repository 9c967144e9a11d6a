//! Spans of time as an alert says them: Russian, then English.

use aurora_model::Nanos;

use crate::desk::observer::show::comma;

/// `1,5 с`, `1.5 s`; whole seconds from ten on.
pub(super) fn seconds(span: Nanos) -> [String; 2] {
    let seconds = span.seconds();
    let text = if seconds < 10.0 { format!("{seconds:.1}") } else { format!("{seconds:.0}") };
    let text = text.strip_suffix(".0").unwrap_or(&text);
    [format!("{} с", comma(text)), format!("{text} s")]
}

/// `60 мин`, `60 min`; hours from two on.
pub(super) fn minutes_or_hours(span: Nanos) -> [String; 2] {
    let minutes = span.0 / 60_000_000_000;
    if minutes < 120 {
        [format!("{minutes} мин"), format!("{minutes} min")]
    } else {
        [format!("{} ч", minutes / 60), format!("{} h", minutes / 60)]
    }
}
