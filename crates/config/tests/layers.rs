//! What a person gives, and what comes out: value, origin, warnings or faults.

use aurora_config::{Config, Faults, File, Flag, Sources, Value, load};
use expect_test::{Expect, expect};

fn sources(yaml: &str, env: &[(&str, &str)]) -> Sources {
    let file = File { name: "desk.yaml".to_owned(), text: yaml.to_owned() };
    let env = env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Sources { files: vec![file], env, flags: Vec::new() }
}

fn loaded(yaml: &str, env: &[(&str, &str)]) -> Result<Config, Faults> {
    load(&sources(yaml, env))
}

/// Everything that was given, then the warnings; or the faults.
fn check(yaml: &str, env: &[(&str, &str)], expected: &Expect) {
    let text = match loaded(yaml, env) {
        Err(faults) => format!("{faults}\n"),
        Ok(config) => {
            let given = config.settings().filter(|setting| setting.origin.place().is_some());
            let given = given.map(|setting| {
                format!("{} = {} ({})\n", setting.key.path, setting.value, setting.origin)
            });
            let warned = config.warnings().iter().map(|warning| format!("warning: {warning}\n"));
            given.chain(warned).collect()
        }
    };
    expected.assert_eq(&text);
}

#[test]
fn environment_wins_over_yaml_and_yaml_over_the_default() {
    let yaml = "risk:\n  pi_min_bps: 3\n  max_concurrent: 4\n";
    check(
        yaml,
        &[("AURORA_PI_MIN_BPS", "5"), ("AURORA__TRAP__LEVELS", "7")],
        &expect![[r#"
            risk.max_concurrent = 4 (desk.yaml:3)
            risk.pi_min_bps = 5 (environment AURORA_PI_MIN_BPS)
            trap.levels = 7 (environment AURORA__TRAP__LEVELS)
        "#]],
    );
}

#[test]
fn a_flag_wins_over_everything_and_a_later_file_over_an_earlier_one() {
    let mut sources = sources("server: {port: 1}\nmarket: {seed: 1}\n", &[("API_PORT", "2")]);
    let second = File { name: "more.yaml".to_owned(), text: "market: {seed: 2}\n".to_owned() };
    sources.files.push(second);
    sources.flags.push(Flag { name: "--port", path: "server.port", value: "3".to_owned() });
    let config = load(&sources).expect("no fault");
    assert_eq!((config.i64("server.port"), config.i64("market.seed")), (3, 2));
    assert_eq!(config.origin("market.seed").to_string(), "more.yaml:1");
}

#[test]
fn every_fault_is_told_at_once_with_its_line_and_range() {
    check(
        "gaurds:
  latency_ms_limit: 50
guards:
  latency_ms_limt: 50
  spread_bps_limit: wide
risk:
  pi_min_bps: .nan
  size_scale: 1.5
  max_concurrent: 2.5
sprt: 1
gate:
  compat: exact
execution:
  per_order_notional_cap: -1
trap:
  levels: [1, 2]
",
        &[("AURORA__TRAP__WINDOW", "2"), ("AURORA_SLIP_ETA", "inf"), ("TRAP_GUARD", "perhaps")],
        &expect![[r#"
            desk.yaml:1: gaurds: is no section of Aurora: did you mean `guards`?
            desk.yaml:4: guards.latency_ms_limt: is no key of Aurora: did you mean `guards.latency_ms_limit`?
            desk.yaml:5: guards.spread_bps_limit: is the text "wide": give a number above 0 to 100000
            desk.yaml:7: risk.pi_min_bps: is NaN: give a number from -10000 to 10000
            desk.yaml:8: risk.size_scale: is 1.5: give a number from 0 to 1
            desk.yaml:9: risk.max_concurrent: is 2.5: give a whole number from 0 to 1000000
            desk.yaml:10: sprt: is 1: it is a section, write keys below it
            desk.yaml:12: gate.compat: is exact: give one of strict, reference
            desk.yaml:14: execution.per_order_notional_cap: is -1: give an exact amount from 0 to 1000000000000
            desk.yaml:16: trap.levels: is a list: give a whole number from 1 to 1000
            environment AURORA_SLIP_ETA: slippage.eta_fraction_of_b: is inf: give a number from 0 to 1000000
            environment AURORA__TRAP__WINDOW: names no key of Aurora: did you mean AURORA__TRAP__WINDOW_S?
            environment TRAP_GUARD: guards.trap_guard_enabled: is the text "perhaps": give true or false
        "#]],
    );
}

#[test]
fn aliases_work_and_warn() {
    check(
        "gate: {latency_ms_limit: 40, trap: {enabled: off}}\n",
        &[("AURORA_SPREAD_MAX_BPS", "12")],
        &expect![[r#"
            guards.latency_ms_limit = 40 (desk.yaml:1)
            guards.spread_bps_limit = 12 (environment AURORA_SPREAD_MAX_BPS)
            guards.trap_guard_enabled = false (desk.yaml:1)
            warning: desk.yaml:1: `gate.latency_ms_limit` is an alias: write `guards.latency_ms_limit`
            warning: desk.yaml:1: `gate.trap.enabled` is an alias: write `guards.trap_guard_enabled`
            warning: environment AURORA_SPREAD_MAX_BPS is an alias: set AURORA_SPREAD_BPS_LIMIT
        "#]],
    );
}

#[test]
fn two_names_that_disagree_are_a_fault_and_two_that_agree_are_not() {
    check(
        "guards: {latency_ms_limit: 40}\ngate: {latency_ms_limit: 50}\n",
        &[("OPS_TOKEN", "one"), ("AURORA_OPS_TOKEN", "two")],
        &expect![[r#"
            environment OPS_TOKEN: OPS_TOKEN: is ***, and `AURORA_OPS_TOKEN` (environment AURORA_OPS_TOKEN) says *** for the same key: keep one of them
            desk.yaml:2: gate.latency_ms_limit: is 50, and `guards.latency_ms_limit` (desk.yaml:1) says 40 for the same key: keep one of them
        "#]],
    );
    assert!(loaded("guards: {latency_ms_limit: 40}\ngate: {latency_ms_limit: 40}\n", &[]).is_ok());
}

#[test]
fn governance_has_limits_of_its_own_that_guards_fall_back_to() {
    let config =
        loaded("gates: {latency_ms_limit: 70}\n", &[("AURORA_LMAX_MS", "60")]).expect("no fault");
    assert_eq!(config.setting("guards.latency_ms_limit").value, Value::Number(70.0));
    assert_eq!(config.origin("guards.latency_ms_limit").to_string(), "desk.yaml:1");
    let config = loaded("guards: {spread_bps_limit: 9}\n", &[]).expect("no fault");
    assert_eq!(config.setting("gates.spread_bps_limit").value, Value::Number(80.0));
}

#[test]
fn the_gate_contract_puts_the_latency_variable_below_yaml() {
    check(
        "guards: {latency_ms_limit: 40}\n",
        &[("AURORA_LMAX_MS", "60")],
        &expect![[r#"
            guards.latency_ms_limit = 40 (desk.yaml:1)
            warning: desk.yaml:1: `guards.latency_ms_limit` wins over environment AURORA_LMAX_MS, which counts only without it: AURORA__GUARDS__LATENCY_MS_LIMIT would win
        "#]],
    );
    check(
        "",
        &[("AURORA_LMAX_MS", "60")],
        &expect![[r#"
            guards.latency_ms_limit = 60 (environment AURORA_LMAX_MS)
        "#]],
    );
}

#[test]
fn a_secret_comes_from_the_environment_and_never_prints() {
    let config = loaded("ops: {token: \"${DESK_TOKEN}\"}\n", &[("DESK_TOKEN", "correct horse")])
        .expect("no fault");
    let token = config.secret("ops.token").expect("a token");
    assert_eq!(token.reveal(), "correct horse");
    let printed = format!("{config:?} {}", config.setting("ops.token").value);
    assert!(!printed.contains("horse"));
    assert!(
        loaded("ops: {token: \"${DESK_TOKEN}\"}\n", &[])
            .expect("no fault")
            .secret("ops.token")
            .is_none()
    );
}

#[test]
fn a_text_that_names_a_missing_variable_is_a_fault() {
    check(
        "server:\n  host: \"${DESK_HOST}\"\n  port: \"${DESK_PORT}\"\n",
        &[("DESK_PORT", "many")],
        &expect![[r#"
            desk.yaml:2: server.host: names ${DESK_HOST}, which is not set: set it, or write the value
            desk.yaml:3: server.port: is the text "many": give a whole number from 0 to 65535
        "#]],
    );
}

#[test]
fn what_nothing_reads_is_accepted_with_a_warning() {
    check(
        "venues: {okx: {secret: \"${OKX_SECRET}\"}}\nleader: {backend: sqlite}\n",
        &[("AURORA_LMAX", "1"), ("AURORA_CONFIG", "x"), ("HOME", "/")],
        &expect![[r#"
            leader = not read (desk.yaml:2)
            venues = not read (desk.yaml:1)
            warning: desk.yaml:1: `venues` is accepted, but nothing reads it in this version
            warning: desk.yaml:2: `leader` is accepted, but nothing reads it in this version
            warning: environment AURORA_LMAX is not read by Aurora
        "#]],
    );
}

#[test]
fn governance_stays_last_and_rules_between_keys_hold() {
    check(
        "gate: {order: [governance, spread]}\nsprt: {A: -3, alpha: 0.6, beta: 0.5}\nmarket: {speed: fast}\n",
        &[],
        &expect![[r#"
            desk.yaml:1: gate.order: must end with governance: it is the last word and cannot be removed
            desk.yaml:2: sprt.A: is -3, not above sprt.B (-2): acceptance lies above rejection
            desk.yaml:2: sprt.alpha: is 0.6 and sprt.beta is 0.5: together they must stay below 1
            desk.yaml:3: market.speed: is "fast": give max, or how many times real pace, above 0
        "#]],
    );
    check(
        "gate: {order: [spread, spread, governance]}\n",
        &[("AURORA__MARKET__TAPES", "a.gz, b.gz"), ("AURORA__MARKET__SOURCE", "tape")],
        &expect![[r#"
            desk.yaml:1: gate.order: names spread twice: name each gate once
        "#]],
    );
}

#[test]
fn a_broken_file_is_one_fault_with_its_line() {
    for yaml in ["risk:\n  a: [1\n", "risk: 1\nrisk: 2\n", "- a list\n", "\u{0}"] {
        let faults = loaded(yaml, &[]).expect_err("broken").0;
        assert_eq!(faults.len(), 1, "{yaml:?}");
    }
    assert!(loaded("", &[]).is_ok());
}

#[test]
fn money_is_exact() {
    let config =
        loaded("paper: {balance: 100000.01}\nexecution: {per_order_notional_cap: \"0.1\"}\n", &[])
            .expect("no fault");
    assert_eq!(config.money("paper.balance").to_string(), "100000.01");
    assert_eq!(config.money("execution.per_order_notional_cap").to_string(), "0.1");
}
