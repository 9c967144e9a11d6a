//! The Python client's own tests, against this binary.

use std::path::Path;
use std::process::Command;

#[test]
fn the_python_client_agrees_with_the_gate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = Command::new("python3")
        .args(["-m", "unittest", "-q", "test_aurora_gate"])
        .current_dir(root.join("clients/python"))
        .env("AURORA_BIN", env!("CARGO_BIN_EXE_aurora"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output();
    let Ok(run) = run else {
        assert!(std::env::var_os("CI").is_none(), "python3 is needed for the client's tests");
        eprintln!("skipped: python3 is not installed");
        return;
    };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
