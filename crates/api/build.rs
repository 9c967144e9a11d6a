//! Embeds the console anew whenever `web/dist` changes.

use std::fs;
use std::path::Path;

fn main() {
    let pages = Path::new("../../web/dist");
    // A path that is missing counts as changed on every build.
    if let Err(error) = fs::create_dir_all(pages) {
        println!("cargo::warning=web/dist cannot be made ({error}): this build has no console");
    }
    println!("cargo::rerun-if-changed={}", pages.display());
}
