use super::*;
use crate::okx::auth::{Known, Signed};

const KNOWN: Known<'static> = Known { secret: "testsecret", passphrase: "testpass" };

#[test]
fn every_worked_example_of_a_signature_comes_out_the_same() {
    let Some(vectors) = sample("signature_vectors") else { return };
    for vector in vectors.as_array().unwrap() {
        let field = |name: &str| vector[name].as_str().unwrap();
        let signed = Signed {
            key: field("key"),
            sign: field("signature"),
            timestamp: field("timestamp"),
            passphrase: field("passphrase"),
            method: field("method"),
            target: field("request_path"),
            body: field("body").as_bytes(),
        };
        assert_eq!(signed.check_key(Some(KNOWN)), Ok(()), "{}", field("note"));
        let wrong = Known { secret: "othersecret", ..KNOWN };
        assert_eq!(signed.check_key(Some(wrong)).unwrap_err().code, 50113);
    }
}

/// One captured REST request.
struct Capture {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Every captured REST request.
fn captures() -> Vec<Capture> {
    let mut found = Vec::new();
    for (_, text) in shared::json_files("venues/samples/okx").unwrap_or_default() {
        let capture: Value = serde_json::from_str(&text).unwrap_or_default();
        if !capture["target"].is_string() {
            continue;
        }
        let text = |name: &str| capture[name].as_str().unwrap().to_owned();
        let headers = capture["headers"].as_object().unwrap().iter();
        let headers =
            headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        let headers = headers.collect();
        let (method, target, body) = (text("method"), text("target"), text("body"));
        found.push(Capture { method, target, headers, body });
    }
    found
}

#[test]
fn what_real_clients_sent_is_understood_and_their_signatures_hold() {
    let mut signed = 0;
    for Capture { method, target, headers, body } in captures() {
        let mut stage = Stage::new();
        let borrowed: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        if let Some((_, at)) = borrowed.iter().find(|(name, _)| *name == "OK-ACCESS-TIMESTAMP") {
            let at: jiff::Timestamp = at.parse().unwrap();
            stage.now = Nanos::from_millis(at.as_millisecond());
            signed += 1;
        }
        let (status, answer) = stage.request(&method, &target, &borrowed, &body);
        // The orders they ask about never existed here; everything else is answered well.
        let code = answer["code"].as_str().unwrap();
        let item = answer["data"][0]["sCode"].as_str().unwrap_or_default();
        let is_absent = code == "51603" || ["51400", "51503"].contains(&item);
        assert!(status == 200 && (code == "0" || is_absent), "{method} {target}: {answer}");

        stage.now = stage.now + Nanos::SECOND * 40;
        if borrowed.iter().any(|(name, _)| *name == "OK-ACCESS-SIGN") {
            let (status, answer) = stage.request(&method, &target, &borrowed, &body);
            assert_eq!((status, answer["code"].as_str()), (401, Some("50102")), "{answer}");
        }
    }
    let is_absent = shared::path("venues/samples/okx").is_none();
    assert!(is_absent || 10 <= signed, "{signed}");
}

#[test]
fn a_touched_request_is_refused() {
    for Capture { method, target, headers, body } in captures() {
        let Some((_, at)) = headers.iter().find(|(name, _)| name == "OK-ACCESS-TIMESTAMP") else {
            continue;
        };
        let at: jiff::Timestamp = at.parse().unwrap();
        let code = |target: &str, body: &str, change: &dyn Fn(&str, &str) -> String| {
            let mut stage = Stage::new();
            stage.now = Nanos::from_millis(at.as_millisecond());
            let changed: Vec<(&str, String)> =
                headers.iter().map(|(name, value)| (&**name, change(name, value))).collect();
            let borrowed: Vec<(&str, &str)> =
                changed.iter().map(|(name, value)| (*name, &**value)).collect();
            let (status, answer) = stage.request(&method, target, &borrowed, body);
            assert_eq!(status, 401, "{answer}");
            answer["code"].as_str().unwrap().to_owned()
        };
        let same = |_: &str, value: &str| value.to_owned();
        let instead = |field: &'static str, with: &'static str| {
            move |name: &str, value: &str| {
                if name == field { with.to_owned() } else { value.to_owned() }
            }
        };
        assert_eq!(code(&target, &format!("{body} "), &same), "50113");
        assert_eq!(code(&target, &body, &instead("OK-ACCESS-KEY", "nobody")), "50111");
        assert_eq!(code(&target, &body, &instead("OK-ACCESS-PASSPHRASE", "wrong")), "50105");
        assert_eq!(code(&target, &body, &instead("OK-ACCESS-SIGN", "AAAA")), "50113");
        assert_eq!(code(&target, &body, &instead("OK-ACCESS-TIMESTAMP", "yesterday")), "50112");
        assert_eq!(code(&target, &body, &instead("OK-ACCESS-KEY", "")), "50103");
        assert_eq!(code(&target, &body, &instead("OK-ACCESS-SIGN", "")), "50106");
    }
}

#[test]
fn a_captured_login_opens_the_private_address_for_half_a_minute() {
    // The second one was signed with a wrong secret.
    for (name, right) in
        [("capture_ccxt_wsframe_login", "login"), ("capture_ccxt_wsframe_login_2", "error")]
    {
        let Some(capture) = sample(name) else { return };
        let frame: Value = serde_json::from_str(capture["frame"].as_str().unwrap()).unwrap();
        let seconds: i64 = frame["args"][0]["timestamp"].as_str().unwrap().parse().unwrap();
        for (later, want) in [(0, right), (31, "error")] {
            let mut stage = Stage::new();
            stage.now = Nanos::SECOND * (seconds + later);
            let socket = stage.open("private");
            stage.say(socket, capture["frame"].as_str().unwrap());
            let heard = stage.heard(socket);
            assert_eq!(heard[0]["event"], want, "{heard:?}");
            let wrong = frame.to_string().replace("testpass", "wrong");
            let socket = stage.open("private");
            stage.say(socket, &wrong);
            assert_eq!(stage.heard(socket)[0]["code"], if later == 0 { "60024" } else { "60006" });
        }
    }
}
