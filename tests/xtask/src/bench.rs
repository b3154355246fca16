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

/// Runs the benchmarks.
pub fn run(arguments: &Arguments) -> Result<()> {
    run_with(&["--features", "slow-peers"], &arguments.arguments)
}

fn run_with(features: &[&str], arguments: &[String]) -> Result<()> {
    setup::ensure(&NEEDS)?;
    let mut cargo = process::cargo(&["run", "--release", "-p", "mailproto-bench"]);
    process::run(cargo.args(features).arg("--").args(arguments))
}

/// Runs every benchmark once on small inputs, without the peers that take minutes to compile: each must
/// do the whole job, however long it takes.
pub fn quick() -> Result<()> {
    run_with(&[], &["--quick".to_owned()])
}
