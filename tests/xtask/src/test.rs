//! `cargo xtask test`: everything that must hold, step by step.
//!
//! Every step runs even when one before it failed, so that one run tells all.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::setup::{self, Need};
use crate::targets::{CORTEX_M0, CORTEX_M3, Library, Toolchain};
use crate::{bench, c, conformance, demo, diagrams, emulator, firmware, fuzz, npm, process, readme, sizes};

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Steps to run; all when none is named
    steps: Vec<String>,
    /// List the steps and end
    #[arg(long)]
    list: bool,
}

/// One thing that must hold.
struct Step {
    name: &'static str,
    about: &'static str,
    needs: &'static [Need],
    run: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "format", about: "the code is formatted", needs: &[], run: format },
    Step {
        name: "lint",
        about: "no warning from clippy, with all features and with no allocator",
        needs: &[],
        run: lint,
    },
    Step { name: "docs", about: "the docs build without a warning", needs: &[], run: docs },
    Step { name: "readme", about: "what the README quotes stands in the programs", needs: &[], run: readme::check },
    Step {
        name: "diagrams",
        about: "the diagrams in the docs are what the state tables say",
        needs: &[],
        run: diagrams::check,
    },
    Step {
        name: "workspace",
        about: "the tests of the workspace, also beside the mail programs of others",
        needs: &[],
        run: workspace,
    },
    Step {
        name: "bench",
        about: "every benchmark does its job; how fast is for `cargo xtask bench` to say",
        needs: &bench::NEEDS,
        run: bench::quick,
    },
    Step {
        name: "conformance",
        about: "messages are read as two of mail-parser, Python's email and gmime read them",
        needs: &conformance::NEEDS,
        run: conformance::check,
    },
    Step { name: "fuzz", about: "every input that the search has kept holds", needs: &[], run: fuzz::replay },
    Step {
        name: "bare",
        about: "the core builds without an allocator for Cortex-M0 and Cortex-M3",
        needs: &[],
        run: bare,
    },
    Step {
        name: "firmware",
        about: "the firmware cannot panic and does its job in the emulator",
        needs: &emulator::NEEDS,
        run: firmware::run,
    },
    Step {
        name: "c",
        about: "the C face: headers, symbols, memory, sanitizers, valgrind, packages",
        needs: &c::NEEDS,
        run: c::run,
    },
    Step {
        name: "npm",
        about: "the npm package in Node, beside the mail programs of others, packed and installed",
        needs: &npm::NODE,
        run: npm::test,
    },
    Step {
        name: "browser",
        about: "the npm package in Chromium: a client against a server inside the page",
        needs: &npm::BROWSER,
        run: npm::browser,
    },
    Step {
        name: "demo",
        about: "a Rust, a C, a Node program and a firmware send mail to mailproto serve, and it is read back",
        needs: &demo::NEEDS,
        run: demo::once,
    },
    Step {
        name: "sizes",
        about: "nothing is larger than its bound, or has grown",
        needs: &emulator::NEEDS,
        run: sizes::check,
    },
];

/// Runs the steps and sums them up.
pub fn run(arguments: &Arguments) -> Result<()> {
    let steps = chosen(&arguments.steps)?;
    if arguments.list {
        for step in steps {
            println!("{:<12} {}", step.name, step.about);
        }
        return Ok(());
    }
    let needs: Vec<_> = steps.iter().flat_map(|step| step.needs).copied().collect();
    setup::ensure(&needs)?;

    let begun = Instant::now();
    let outcomes: Vec<_> = steps.into_iter().map(perform).collect();
    summary(&outcomes, begun.elapsed())
}

struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result<()>,
}

fn chosen(names: &[String]) -> Result<Vec<&'static Step>> {
    if names.is_empty() {
        return Ok(STEPS.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            STEPS.iter().find(|step| step.name == name).ok_or_else(|| {
                let all: Vec<_> = STEPS.iter().map(|step| step.name).collect();
                anyhow::anyhow!("no step `{name}`; there are {}", all.join(", "))
            })
        })
        .collect()
}

fn perform(step: &'static Step) -> Outcome {
    println!("\n=== {}: {}", step.name, step.about);
    let begun = Instant::now();
    let result = (step.run)();
    let took = begun.elapsed();
    match &result {
        Ok(()) => println!("=== {}: passed in {:.1} s", step.name, took.as_secs_f64()),
        Err(error) => println!("=== {}: FAILED after {:.1} s: {error:#}", step.name, took.as_secs_f64()),
    }
    Outcome { name: step.name, took, result }
}

fn summary(outcomes: &[Outcome], took: Duration) -> Result<()> {
    println!("\n=== summary, {:.0} s in all", took.as_secs_f64());
    for outcome in outcomes {
        match &outcome.result {
            Ok(()) => println!("passed {:>7.1} s  {}", outcome.took.as_secs_f64(), outcome.name),
            Err(error) => println!("FAILED {:>7.1} s  {}: {error:#}", outcome.took.as_secs_f64(), outcome.name),
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    if failed > 0 {
        bail!("{failed} of {} steps failed", outcomes.len());
    }
    Ok(())
}

fn format() -> Result<()> {
    process::run(&mut process::cargo(&["fmt", "--all", "--check"]))?;
    process::run(&mut process::cargo(&["fmt", "--check", "--manifest-path", "tests/firmware/Cargo.toml"]))
}

fn lint() -> Result<()> {
    let warnings_fail = ["--", "-D", "warnings"];
    process::run(process::cargo(&["clippy", "--workspace", "--all-targets", "--all-features"]).args(warnings_fail))?;
    process::run(
        process::cargo(&["clippy", "-p", "mailproto", "--no-default-features"])
            .args(["--features", "smtp,pop3,client,server"])
            .args(warnings_fail),
    )
}

fn docs() -> Result<()> {
    process::run(
        process::cargo(&["doc", "--workspace", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn workspace() -> Result<()> {
    mailproto_tests::tools::ensure(&mut |what| eprintln!("  {what}"))?;
    process::run(&mut process::cargo(&["test", "--workspace"]))?;
    // The short ways that small programs take.
    process::run(&mut process::cargo(&["test", "-p", "mailproto", "--lib", "--features", "small"]))
}

fn bare() -> Result<()> {
    for target in [CORTEX_M0, CORTEX_M3] {
        process::run(
            Toolchain::of(target)?
                .cargo("build", Library::Core)
                .args(["-p", "mailproto", "--no-default-features"])
                .args(["--features", "smtp,pop3,message,client,server"]),
        )?;
    }
    Ok(())
}
