//! `cargo xtask sizes`: what the core costs on a small machine and over a wire,
//! against an absolute bound and against the figures that are committed.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{c, firmware, npm, project, wasm};

const COMMITTED: &str = "tests/sizes.json";

/// What `cargo xtask sizes` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Write the figures to tests/sizes.json, to be committed
    #[arg(long)]
    update: bool,
}

/// One figure.
pub struct Measure {
    /// What was measured; its name in the committed file.
    pub name: &'static str,
    /// The figure.
    pub bytes: u64,
    /// What it must never pass.
    pub bound: Option<u64>,
    /// Where the standard library in it comes from: only figures that agree in
    /// this can show growth.
    pub library: &'static str,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Figure {
    bytes: u64,
    library: String,
}

type Figures = BTreeMap<String, Figure>;

/// Measures, then compares or writes.
pub fn run(arguments: &Arguments) -> Result<()> {
    let measures = measure()?;
    let committed = if arguments.update { figures(&measures) } else { read()? };
    let complaints = compare(&measures, &committed);
    if !complaints.is_empty() {
        bail!("{}", complaints.join("; "));
    }
    if arguments.update {
        write(&committed)?;
    }
    Ok(())
}

/// Measures and compares with what is committed.
pub fn check() -> Result<()> {
    run(&Arguments { update: false })
}

/// Who measures; each builds what it measures, unless that is built already.
const MEASURERS: &[fn() -> Result<Vec<Measure>>] = &[firmware::sizes, wasm::sizes, npm::sizes, c::sizes];

fn measure() -> Result<Vec<Measure>> {
    let mut measures = Vec::new();
    for measurer in MEASURERS {
        measures.extend(measurer()?);
    }
    Ok(measures)
}

/// Prints every figure and tells what is wrong with it.
fn compare(measures: &[Measure], committed: &Figures) -> Vec<String> {
    println!("{:<44} {:>8} {:>9} {:>8}", "", "bytes", "committed", "bound");
    let mut complaints = Vec::new();
    for measure in measures {
        let before = committed.get(measure.name);
        let number = |number: Option<u64>| number.map_or("-".to_owned(), |some| some.to_string());
        println!(
            "{:<44} {:>8} {:>9} {:>8}",
            measure.name,
            measure.bytes,
            number(before.map(|figure| figure.bytes)),
            number(measure.bound)
        );
        complaints.extend(complaint(measure, before));
    }
    complaints
}

fn complaint(measure: &Measure, before: Option<&Figure>) -> Option<String> {
    let Measure { name, bytes, .. } = *measure;
    if let Some(bound) = measure.bound.filter(|bound| bytes > *bound) {
        return Some(format!("{name}: {bytes} bytes, the bound is {bound}"));
    }
    let Some(before) = before else {
        return Some(format!("{name}: no figure in {COMMITTED}; run `cargo xtask sizes --update` and commit it"));
    };
    if before.library != measure.library {
        println!(
            "{name}: not compared, its standard library was {} then and is {} now",
            before.library, measure.library
        );
        return None;
    }
    // Five per cent, and no quarrel over a few bytes of padding.
    let most = before.bytes + (before.bytes / 20).max(16);
    (bytes > most).then(|| {
        format!(
            "{name}: grew from {} to {bytes} bytes; make it smaller, or say why and run \
             `cargo xtask sizes --update`",
            before.bytes
        )
    })
}

fn figures(measures: &[Measure]) -> Figures {
    let figure = |measure: &Measure| {
        let figure = Figure { bytes: measure.bytes, library: measure.library.to_owned() };
        (measure.name.to_owned(), figure)
    };
    measures.iter().map(figure).collect()
}

fn read() -> Result<Figures> {
    let text = fs::read_to_string(project::path(COMMITTED))
        .with_context(|| format!("{COMMITTED} cannot be read; `cargo xtask sizes --update` writes it"))?;
    serde_json::from_str(&text).with_context(|| COMMITTED.to_owned())
}

fn write(figures: &Figures) -> Result<()> {
    let mut text = serde_json::to_string_pretty(figures)?;
    text.push('\n');
    fs::write(project::path(COMMITTED), text).with_context(|| format!("cannot write {COMMITTED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(bytes: u64) -> Measure {
        Measure { name: "firmware", bytes, bound: Some(12_288), library: "installed" }
    }

    fn committed(bytes: u64, library: &str) -> Figure {
        Figure { bytes, library: library.to_owned() }
    }

    #[test]
    fn growth_of_five_per_cent_passes_and_more_is_refused() {
        let before = committed(10_000, "installed");
        assert_eq!(complaint(&measured(10_500), Some(&before)), None);
        assert!(complaint(&measured(10_501), Some(&before)).is_some());
    }

    #[test]
    fn the_bound_holds_whatever_is_committed() {
        let before = committed(13_000, "installed");
        assert_eq!(complaint(&measured(12_288), Some(&before)), None);
        assert!(complaint(&measured(12_289), Some(&before)).is_some());
    }

    #[test]
    fn a_figure_that_was_never_committed_is_refused() {
        assert!(complaint(&measured(1), None).is_some());
    }

    #[test]
    fn figures_with_another_standard_library_show_no_growth() {
        let before = committed(1_000, "built with the program");
        assert_eq!(complaint(&measured(10_000), Some(&before)), None);
    }
}
