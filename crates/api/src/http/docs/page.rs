//! The documentation page: plain HTML, everything inside it.

use std::fmt::Write;

use super::Endpoint;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Aurora API</title><style>\
:root{color-scheme:light dark;--line:#8884;--dim:#888;--get:#2a7;--post:#36c}\
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.3rem 0}\
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.5rem .8rem}\
summary{cursor:pointer;font-family:ui-monospace,monospace}summary span{color:var(--dim);font-family:system-ui,sans-serif}\
b.GET{color:var(--get)}b.POST{color:var(--post)}.ru{color:var(--dim)}\
pre{overflow:auto;padding:.6rem;border:1px solid var(--line);border-radius:6px;font-size:13px}\
table{border-collapse:collapse;margin:.4rem 0}td{padding:.1rem .8rem .1rem 0;vertical-align:top}\
</style></head><body><h1>Aurora API</h1>\
<p>Machine-readable: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1).</p>\
<p class=\"ru\">Для программ: <a href=\"/openapi.json\">/openapi.json</a>.</p>";

/// The page for these endpoints, in their order, a heading before each new group.
pub(super) fn page<'a>(endpoints: impl Iterator<Item = &'a Endpoint>) -> String {
    let mut out = HEAD.to_owned();
    let mut group = "";
    for endpoint in endpoints {
        if endpoint.group != group {
            group = endpoint.group;
            write!(out, "<h2>{group}</h2>").expect("writing to memory");
        }
        one(endpoint, &mut out);
    }
    out.push_str("</body></html>");
    out
}

fn one(endpoint: &Endpoint, out: &mut String) {
    let Endpoint { method, path, ru, en, .. } = endpoint;
    let token = if endpoint.needs_token { " · X-OPS-TOKEN" } else { "" };
    write!(
        out,
        "<details><summary><b class=\"{method}\">{method}</b> {path} <span>{en}{token}</span></summary>\
         <p>{en}</p><p class=\"ru\" lang=\"ru\">{ru}</p>"
    )
    .expect("writing to memory");
    if let Some(body) = endpoint.body {
        let schema = serde_json::to_string_pretty(&body()).expect("a schema is JSON");
        write!(out, "<p>Body</p><pre>{}</pre>", escape(&schema)).expect("writing to memory");
    }
    out.push_str("<table>");
    for (status, meaning, _) in endpoint.answers {
        write!(out, "<tr><td>{status}</td><td>{}</td></tr>", escape(meaning))
            .expect("writing to memory");
    }
    out.push_str("</table></details>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
