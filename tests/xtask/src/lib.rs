//! The chores of mailproto.
//!
//! ```text
//! cargo xtask demo [--once]     every face sends a message to `mailproto serve`, and mail is read back
//! cargo xtask test [STEP]...    everything that must hold
//! cargo xtask bench             speed beside the peers
//! cargo xtask fuzz [TARGET]     search for inputs that break a parser
//! cargo xtask conformance       what we make of messages beside what others make of them
//! cargo xtask diagrams          draw the state tables into the docs
//! cargo xtask header            write include/mailproto.h
//! cargo xtask install           put the C face where C programs look for it
//! cargo xtask sizes             flash, RAM, wasm and C sizes against their bounds
//! ```
//!
//! Each command installs what it needs and is not there, or says in one line
//! what is missing and how to get it.

pub mod bench;
pub mod c;
pub mod conformance;
pub mod demo;
pub mod diagrams;
pub mod emulator;
pub mod firmware;
pub mod fuzz;
pub mod header;
pub mod image;
pub mod npm;
pub mod process;
pub mod project;
pub mod readme;
pub mod serve;
pub mod setup;
pub mod sizes;
pub mod targets;
pub mod test;
pub mod wasm;

use anyhow::Result;
use clap::Subcommand;

/// What can be asked of this program.
#[derive(Subcommand)]
pub enum Chore {
    /// Send a message from each kind of host to `mailproto serve`, and show what happens
    Demo(demo::Arguments),
    /// Run everything that must hold
    Test(test::Arguments),
    /// Time mailproto side by side with its peers
    Bench(bench::Arguments),
    /// Search for inputs that break a parser or an endpoint
    Fuzz(fuzz::Arguments),
    /// Compare what we make of messages with what others agree on
    Conformance(conformance::Arguments),
    /// Draw the state tables of the core into its docs
    Diagrams(diagrams::Arguments),
    /// Write include/mailproto.h from the Rust of the C face
    Header(header::Arguments),
    /// Install the C face: libraries, headers, pkg-config file, CMake package
    Install(c::install::Arguments),
    /// Measure flash, RAM, wasm and C sizes and hold them to their bounds
    Sizes(sizes::Arguments),
    /// Build the firmware, check it and run it in the emulator
    #[command(hide = true)]
    Firmware,
    /// Build the WebAssembly face into the npm package
    #[command(hide = true)]
    Wasm,
}

impl Chore {
    /// Does it.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Demo(arguments) => demo::run(&arguments),
            Self::Test(arguments) => test::run(&arguments),
            Self::Bench(arguments) => bench::run(&arguments),
            Self::Fuzz(arguments) => fuzz::run(&arguments),
            Self::Conformance(arguments) => conformance::run(&arguments),
            Self::Diagrams(arguments) => diagrams::run(&arguments),
            Self::Header(arguments) => header::run(&arguments),
            Self::Install(arguments) => c::install::run(&arguments),
            Self::Sizes(arguments) => sizes::run(&arguments),
            Self::Wasm => wasm::run(),
            Self::Firmware => firmware::run(),
        }
    }
}
