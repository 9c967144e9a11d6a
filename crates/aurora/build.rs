//! Which compiler built this, for the system page.

fn main() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = std::process::Command::new(rustc).arg("--version").output();
    let version =
        version.map(|v| String::from_utf8_lossy(&v.stdout).trim().to_owned()).unwrap_or_default();
    println!("cargo:rustc-env=BUILT_WITH_RUSTC={version}");
    println!("cargo:rerun-if-changed=build.rs");
}
