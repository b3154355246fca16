//! `cargo xtask fuzz`: searches for inputs that break a parser or an endpoint, or
//! replays the ones that are committed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::setup::{self, Need};
use crate::{process, project};

const FOLDER: &str = "tests/fuzz";
const VERSION: &str = "0.13.2";

/// What building the targets needs: libFuzzer is C++.
pub const NEEDS: [Need; 1] = [Need::Program("c++", "g++")];

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// The target to search with; all, one after the other, when none is named
    target: Option<String>,
    /// How long to search with each target
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Search for nothing new: replay the committed inputs
    #[arg(long)]
    replay: bool,
}

/// Searches or replays.
pub fn run(arguments: &Arguments) -> Result<()> {
    let all = targets()?;
    let chosen = match &arguments.target {
        None => all,
        Some(name) if all.contains(name) => vec![name.clone()],
        Some(name) => bail!("no target `{name}` in {FOLDER}; there are {}", all.join(", ")),
    };
    if arguments.replay {
        return replay();
    }
    setup::ensure(&NEEDS)?;
    let fuzzer = Fuzzer { program: cargo_fuzz()?, nightly: nightly() };
    chosen.iter().try_for_each(|target| fuzzer.search(target, arguments.seconds))
}

/// Replays the committed inputs of every target. That needs no search engine: the targets are
/// functions of a library, and a test calls them.
pub fn replay() -> Result<()> {
    let manifest = project::path(FOLDER).join("Cargo.toml");
    process::run(
        process::cargo(&["test", "--locked", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(project::target().join("fuzz")),
    )
}

/// The program `cargo-fuzz` and the compiler it is to use.
struct Fuzzer {
    program: PathBuf,
    nightly: bool,
}

impl Fuzzer {
    /// What is found goes below the target folder; the committed inputs are where it starts.
    fn search(&self, target: &str, seconds: u64) -> Result<()> {
        let folder = project::path(FOLDER);
        let found = project::target().join("fuzz-corpus").join(target);
        fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
        let mut command = self.command();
        command
            .arg(target)
            .arg(found)
            .arg(folder.join("corpus").join(target))
            .args(["--", "-max_len=2048", "-timeout=10"])
            .arg(format!("-max_total_time={seconds}"));
        // A target is named after its protocol, and so is the file of the protocol's words.
        let protocol = target.split('_').next().unwrap_or_default();
        let words = folder.join(format!("{protocol}.dict"));
        if words.is_file() {
            command.arg(format!("-dict={}", words.display()));
        }
        process::run(&mut command)
            .with_context(|| format!("fuzz target {target}: the input that breaks it is named above"))
    }

    /// `cargo-fuzz run`, up to the name of the target.
    fn command(&self) -> Command {
        let mut command = process::command(&self.program);
        command.args(["run", "--features", "search", "--fuzz-dir", FOLDER, "--target-dir"]);
        command.arg(project::target().join("fuzz-search"));
        if self.nightly {
            // The variables of the toolchain that runs this program would win over the name.
            command.env("RUSTUP_TOOLCHAIN", "nightly").env_remove("CARGO").env_remove("RUSTC");
        } else {
            eprintln!(
                "no nightly Rust here: searching without the address sanitizer; \
                 `rustup toolchain install nightly` brings it"
            );
            command.args(["--sanitizer", "none"]);
        }
        command
    }
}

fn targets() -> Result<Vec<String>> {
    let folder = project::path(FOLDER).join("fuzz_targets");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .with_context(|| format!("no fuzz targets in {}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// `cargo-fuzz` as the machine has it, else built for this project alone.
fn cargo_fuzz() -> Result<PathBuf> {
    if let Some(there) = process::find("cargo-fuzz") {
        return Ok(there);
    }
    let root = project::tools().join(format!("cargo-fuzz-{VERSION}"));
    let program = root.join("bin/cargo-fuzz");
    if !program.exists() {
        process::run(
            process::cargo(&["install", "cargo-fuzz", "--locked", "--version", VERSION]).arg("--root").arg(&root),
        )
        .context("cargo-fuzz is missing: `cargo install cargo-fuzz --locked` brings it")?;
    }
    Ok(program)
}

fn nightly() -> bool {
    process::output(process::command("rustc").arg("+nightly").arg("--version")).is_ok()
}
