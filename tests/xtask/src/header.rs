//! `cargo xtask header`: the C header, written from the Rust of the C face.

use std::fs;

use anyhow::{Context, Result, anyhow, bail};

use crate::project;

const CRATE: &str = "bindings/c";
const HEADER: &str = "include/mailproto.h";

/// What `cargo xtask header` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Change nothing; fail if the committed header is not what would be written
    #[arg(long)]
    check: bool,
}

/// Writes the header, or checks it.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        check()
    } else {
        let path = project::path(HEADER);
        fs::write(&path, generate()?).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Fails if the committed header is not what the Rust says.
pub fn check() -> Result<()> {
    let committed = fs::read(project::path(HEADER)).with_context(|| format!("cannot read {HEADER}"))?;
    if committed != generate()? {
        bail!("{HEADER} is not what {CRATE} says: run `cargo xtask header` and commit it");
    }
    Ok(())
}

fn generate() -> Result<Vec<u8>> {
    let folder = project::path(CRATE);
    let settings = cbindgen::Config::from_file(folder.join("cbindgen.toml"))
        .map_err(|error| anyhow!("{CRATE}/cbindgen.toml: {error}"))?;
    let mut header = Vec::new();
    cbindgen::Builder::new()
        .with_crate(&folder)
        .with_config(settings)
        .generate()
        .with_context(|| format!("no header can be made of {CRATE}"))?
        .write(&mut header);
    Ok(header)
}
