//! A few worlds in every run of the tests: many more with `aurora simulate`.

use std::path::Path;

use aurora_world::cli::{SimulateArgs, run};

fn args(seeds: (u64, u64), steps: u64) -> SimulateArgs {
    SimulateArgs {
        seeds,
        threads: 1,
        steps,
        trace: false,
        json: false,
        teeth: false,
        plant: None,
        out: None,
        keep: None,
    }
}

/// What a run prints, after what it says about its speed was taken out.
fn told(args: &SimulateArgs) -> (bool, String) {
    let mut out = Vec::new();
    let held = run(args, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines = text.lines().filter(|line| !line.contains("seeds/s"));
    (held, lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn three_hundred_worlds_break_no_invariant() {
    let (held, text) = told(&args((1, 300), 400));
    assert!(held, "{text}");
}

#[test]
fn every_seed_that_once_showed_something_is_lived_through_again() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/seeds/world.txt");
    let text = std::fs::read_to_string(file).unwrap();
    let mut seeds = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ').map(str::parse::<u64>);
        let (seed, steps) = (words.next().unwrap().unwrap(), words.next().unwrap().unwrap());
        let (held, text) = told(&args((seed, seed), steps));
        assert!(held, "{line}\n{text}");
        seeds += 1;
    }
    assert!(10 <= seeds);
}

#[test]
fn the_same_seed_is_the_same_world() {
    let trace = SimulateArgs { trace: true, ..args((11, 13), 400) };
    let (first, again) = (told(&trace), told(&trace));
    assert!(first == again && 100 < first.1.lines().count());
}

#[test]
fn what_ships_has_no_planted_bugs() {
    let teeth = SimulateArgs { teeth: true, ..args((1, 1), 10) };
    let refused = run(&teeth, &mut Vec::new());
    assert_eq!(refused.is_err(), !aurora_planted::CAN_PLANT);
}
