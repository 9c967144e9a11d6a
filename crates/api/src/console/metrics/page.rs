//! The text format of Prometheus.

use std::fmt::{Display, Write};

use super::histogram::Histogram;

/// A page of metrics that grows family by family.
#[derive(Debug, Default)]
pub(super) struct Page {
    out: String,
    name: &'static str,
}

impl Page {
    /// The values that follow go up and down.
    pub(super) fn gauge(&mut self, name: &'static str, help: &str) {
        self.family(name, "gauge", help);
    }

    /// The values that follow only go up.
    pub(super) fn counter(&mut self, name: &'static str, help: &str) {
        self.family(name, "counter", help);
    }

    /// Distributions follow.
    pub(super) fn histogram(&mut self, name: &'static str, help: &str) {
        self.family(name, "histogram", help);
    }

    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("memory");
    }

    /// One value of the family.
    pub(super) fn value(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.line("", labels, None, value);
    }

    /// One distribution of the family.
    pub(super) fn distribution(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        for (bound, under) in histogram.under() {
            self.line("_bucket", labels, Some(&bound.to_string()), under);
        }
        self.line("_bucket", labels, Some("+Inf"), histogram.count());
        self.line("_sum", labels, None, histogram.sum_ms());
        self.line("_count", labels, None, histogram.count());
    }

    fn line(
        &mut self,
        suffix: &str,
        labels: &[(&str, &str)],
        bound: Option<&str>,
        value: impl Display,
    ) {
        self.out.push_str(self.name);
        self.out.push_str(suffix);
        let bound = bound.map(|bound| ("le", bound));
        let mut begin = '{';
        for (name, text) in labels.iter().copied().chain(bound) {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            write!(self.out, "{begin}{name}=\"{text}\"").expect("memory");
            begin = ',';
        }
        if begin == ',' {
            self.out.push('}');
        }
        writeln!(self.out, " {value}").expect("memory");
    }

    pub(super) fn text(self) -> String {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_page_has_families_labels_and_buckets_that_add_up() {
        let mut page = Page::default();
        page.gauge("up", "1 while it is");
        page.value(&[], 1);
        page.value(&[("path", "a \"b\""), ("venue", "okx")], 0.5);
        page.histogram("took_ms", "What it took");
        let mut took = Histogram::default();
        [0.2, 3.0, 20_000.0].into_iter().for_each(|ms| took.record(ms));
        page.distribution(&[("venue", "okx")], &took);
        let text = page.text();
        let kept = text.lines().filter(|line| {
            !line.contains("le=")
                || line.contains("0.25")
                || line.contains("\"5\"")
                || line.contains("Inf")
        });
        expect![[r#"
            # HELP up 1 while it is
            # TYPE up gauge
            up 1
            up{path="a \"b\"",venue="okx"} 0.5
            # HELP took_ms What it took
            # TYPE took_ms histogram
            took_ms_bucket{venue="okx",le="0.25"} 1
            took_ms_bucket{venue="okx",le="5"} 2
            took_ms_bucket{venue="okx",le="+Inf"} 3
            took_ms_sum{venue="okx"} 20003.2
            took_ms_count{venue="okx"} 3"#]]
        .assert_eq(&kept.collect::<Vec<_>>().join("\n"));
    }
}
