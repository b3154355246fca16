//! The chores of mailproto: `cargo xtask --help`.

use std::process::ExitCode;

use clap::Parser;
use mailproto_xtask::Chore;

/// The chores of mailproto.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

fn main() -> ExitCode {
    match Arguments::parse().chore.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
