//! The chores of mailproto.
//!
//! ```text
//! cargo xtask demo [--once]     every face sends a message to `mailproto serve`
//! cargo xtask test [STEP]...    everything that must hold
//! cargo xtask bench             speed beside the peers
//! cargo xtask fuzz [TARGET]     search for inputs that break a parser
//! cargo xtask diagrams          draw the state tables into the docs
//! cargo xtask header            write include/mailproto.h
//! cargo xtask sizes             flash, RAM, wasm and C sizes against their bounds
//! ```
//!
//! Each command installs what it needs and is not there, or says in one line
//! what is missing and how to get it.

pub mod emulator;
pub mod firmware;
pub mod image;
pub mod process;
pub mod project;
pub mod setup;
pub mod targets;
pub mod test;

use anyhow::Result;
use clap::Subcommand;

/// What can be asked of this program.
#[derive(Subcommand)]
pub enum Chore {
    /// Run everything that must hold
    Test(test::Arguments),
    /// Build the firmware, check it and run it in the emulator
    #[command(hide = true)]
    Firmware,
}

impl Chore {
    /// Does it.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Test(arguments) => test::run(&arguments),
            Self::Firmware => firmware::run(),
        }
    }
}
