//! The reference pages of reason and event codes are made from the code, and stay current.

use aurora_model::{EventCode, Lang, ReasonCode};
use expect_test::expect_file;

#[test]
fn the_page_of_reason_codes_is_current() {
    let mut page = String::from(
        "# Reason codes\n\n\
         Why an order was refused or what was noted about it. Codes are frozen: logs, metrics, the API and the console \
         share them. `{value}` is what was seen, `{limit}` what was allowed, with so many decimals.\n\n\
         | code | English | Русский |\n|---|---|---|\n",
    );
    for reason in ReasonCode::ALL {
        let (en, ru) = (reason.template(Lang::En), reason.template(Lang::Ru));
        page += &format!("| `{}` | {en} | {ru} |\n", reason.code());
    }
    expect_file!["../../../docs/reference/reasons.md"].assert_eq(&page);
}

#[test]
fn the_page_of_event_codes_is_current() {
    let mut page = String::from(
        "# Event codes\n\nThe `event_code` of every record in `aurora_events.jsonl`. `ORDER_X` is written as `ORDER.X`.\n\n",
    );
    for code in EventCode::ALL {
        page += &format!("- `{}`\n", code.as_str());
    }
    expect_file!["../../../docs/reference/events.md"].assert_eq(&page);
}
