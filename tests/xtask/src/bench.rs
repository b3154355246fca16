//! `cargo xtask bench`: the benchmarks of `tests/bench`, optimised.

use anyhow::Result;

use crate::process;
use crate::setup::{self, Need};

/// What building the benchmarks needs: a peer is a C library.
pub const NEEDS: [Need; 3] =
    [Need::Program("cc", "gcc"), Need::Program("pkg-config", "pkg-config"), Need::Library("libetpan", "libetpan-dev")];

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Passed on to the benchmarks; `cargo xtask bench -- --help` tells what they take
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs the benchmarks, with every peer: those that take minutes to compile, and those that ask for a newer
/// compiler than this project does and are compiled all the same.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&NEEDS)?;
    let mut cargo = process::cargo(&["run", "--release", "--ignore-rust-version", "-p", "mailproto-bench"]);
    cargo.env("RUSTFLAGS", "--cfg newer_peers").args(["--features", "slow-peers", "--"]);
    process::run(cargo.args(&arguments.arguments))
}

/// Runs every benchmark once on small inputs, without those peers: each must do the whole job, however long
/// it takes.
pub fn quick() -> Result<()> {
    setup::ensure(&NEEDS)?;
    process::run(&mut process::cargo(&["run", "--release", "-p", "mailproto-bench", "--", "--quick"]))
}
