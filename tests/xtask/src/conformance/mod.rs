//! `cargo xtask conformance`: what we make of messages beside what others make of them.
//!
//! ```text
//! corpora ─▶ ours  ────────────────────────────┐
//!        ├─▶ mail-parser ─┐                     ├─▶ compare ─▶ report
//!        ├─▶ Python email ├─ two that agree ────┘      ▲
//!        └─▶ gmime ───────┘                  differences that are known,
//!                                            each with its reason
//! ```
//!
//! Where two of the others agree, we agree with them, or the difference stands in
//! `tests/conformance/differences.md`.

mod answer;
mod compare;
mod corpora;
mod known;
mod ours;
mod peers;

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::project;
use crate::setup::{self, Need};
use compare::{Comparison, Difference, Outcome};

/// What the comparison needs on the machine: three others, and their test messages.
pub const NEEDS: [Need; 5] = [
    Need::Program("cc", "gcc"),
    Need::Program("pkg-config", "pkg-config"),
    Need::Program("python3", "python3"),
    Need::Library("gmime-3.0", "libgmime-3.0-dev"),
    Need::File(corpora::PYTHON, "libpython3.11-testsuite"),
];

/// What `cargo xtask conformance` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Print each difference that is not known, with all that was said
    #[arg(long)]
    verbose: bool,
}

/// Compares, writes the report and says where it is.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&NEEDS)?;
    compare_all(arguments.verbose)
}

/// The same as a step of the tests.
pub fn check() -> Result<()> {
    compare_all(false)
}

fn compare_all(verbose: bool) -> Result<()> {
    let folder = project::target().join("conformance");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let peers = peers::all(&folder)?;
    let messages = corpora::messages()?;
    let mut answers = Vec::new();
    for peer in &peers {
        answers.push((peer.name, peer.ask(&messages)?));
    }
    let mut comparison = Comparison::default();
    for (index, message) in messages.iter().enumerate() {
        let bytes = fs::read(&message.path).with_context(|| format!("cannot read {}", message.path.display()))?;
        let others: Vec<_> = answers.iter().map(|(name, answers)| (*name, &answers[index])).collect();
        comparison.add(&message.name, &ours::answer(&bytes), &others);
    }
    let known = known::read()?;
    let outcome = comparison.outcome(&known);
    let report = folder.join("report.md");
    fs::write(&report, written(&comparison, &outcome, messages.len()))
        .with_context(|| format!("cannot write {}", report.display()))?;
    println!("{}", summary(&comparison, &outcome, messages.len()));
    println!("report: {}", report.display());
    for difference in outcome.unknown.iter().filter(|_| verbose) {
        println!("{difference}");
    }
    if !outcome.unknown.is_empty() || !outcome.stale.is_empty() {
        bail!(
            "{} differences are not known, and {} that are known are none any more; see {}",
            outcome.unknown.len(),
            outcome.stale.len(),
            report.display()
        );
    }
    Ok(())
}

fn summary(comparison: &Comparison, outcome: &Outcome<'_>, messages: usize) -> String {
    let mut text = format!("{messages} messages\n");
    for (kind, count) in &comparison.counts {
        let _ = writeln!(
            text,
            "{kind:<8} {:>5} the same, {:>3} different, {:>4} on which no two agree",
            count.same, count.different, count.open
        );
    }
    let _ = write!(text, "{} of the differences are known and have a reason", outcome.explained.len());
    text
}

fn written(comparison: &Comparison, outcome: &Outcome<'_>, messages: usize) -> String {
    let mut text = format!(
        "# Conformance\n\nWhat mailproto makes of {messages} messages, beside what two of mail-parser, Python's email and gmime \
         agree on.\n\n| what | the same | different | no two agree |\n|---|---:|---:|---:|\n"
    );
    for (kind, count) in &comparison.counts {
        let _ = writeln!(text, "| {kind} | {} | {} | {} |", count.same, count.different, count.open);
    }
    let mut section = |title: &str, differences: &[(&Difference, &str)]| {
        if differences.is_empty() {
            return;
        }
        let _ = write!(text, "\n## {title}\n");
        for (difference, reason) in differences {
            let _ = write!(text, "\n```text\n{difference}\n```\n");
            if !reason.is_empty() {
                let _ = writeln!(text, "{reason}");
            }
        }
    };
    let unknown: Vec<_> = outcome.unknown.iter().map(|difference| (*difference, "")).collect();
    section("Differences without a reason", &unknown);
    section("Differences and their reasons", &outcome.explained);
    let open: Vec<_> = comparison.open.iter().map(|difference| (difference, "")).collect();
    section("What no two agree on", &open);
    if !outcome.stale.is_empty() {
        let _ = write!(text, "\n## Known differences that are none\n\n");
        outcome.stale.iter().for_each(|key| _ = writeln!(text, "- {key}"));
    }
    text
}
