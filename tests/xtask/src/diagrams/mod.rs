//! `cargo xtask diagrams`: draws the state tables of the core into its docs.
//!
//! A table is data in the core; a plan says where its states stand and which way its arrows
//! take. What is written on cards and arrows comes from the table alone, and a plan that does not
//! fit its table is refused: the drawing cannot say what the code does not do.
//!
//! Each diagram is written twice: as a file of its own, for the README, and as a piece of a page, for
//! the docs, where it takes the colours of the page around it.

mod plan;
mod pop3;
mod smtp;
mod svg;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project;
use plan::{Plan, Table};
use svg::Surroundings;

/// What `cargo xtask diagrams` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Change nothing; fail if a committed diagram is not what would be drawn
    #[arg(long)]
    check: bool,
}

/// A table of the core, and where its drawing goes.
struct Diagram {
    /// The path of the drawing, without the end of its name.
    path: &'static str,
    plan: &'static Plan,
    table: fn() -> Table,
}

const DIAGRAMS: &[Diagram] = &[
    Diagram { path: "core/src/smtp/smtp", plan: &smtp::PLAN, table: smtp::table },
    Diagram { path: "core/src/pop3/pop3", plan: &pop3::PLAN, table: pop3::table },
];

impl Diagram {
    /// The files, by name.
    fn files(&self) -> Result<[(String, String); 2]> {
        let table = (self.table)();
        self.plan.must_fit(&table).with_context(|| format!("the plan of {}", self.path))?;
        let draw = |surroundings| svg::draw(self.plan, &table, surroundings);
        Ok([
            (format!("{}.svg", self.path), draw(Surroundings::File)),
            // Markdown takes what stands between such lines as it is.
            (format!("{}.svg.md", self.path), format!("<div>\n{}</div>\n", draw(Surroundings::Page))),
        ])
    }
}

/// Draws the diagrams, or checks them.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check();
    }
    for diagram in DIAGRAMS {
        for (name, text) in diagram.files()? {
            fs::write(project::path(&name), text).with_context(|| format!("cannot write {name}"))?;
        }
    }
    Ok(())
}

/// Fails if a committed diagram is not what the table says.
pub fn check() -> Result<()> {
    for diagram in DIAGRAMS {
        for (name, text) in diagram.files()? {
            let committed = fs::read_to_string(project::path(&name)).with_context(|| format!("cannot read {name}"))?;
            if committed != text {
                bail!("{name} is not what its table says: run `cargo xtask diagrams` and commit it");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition_of_every_table_stands_in_its_drawing() {
        for diagram in DIAGRAMS {
            let table = (diagram.table)();
            for (name, text) in diagram.files().expect("a plan that fits") {
                for row in &table.rows {
                    let titles = text.split("<title>").filter_map(|rest| rest.split_once("</title>"));
                    let said = titles.map(|(title, _)| title).any(|title| {
                        title.starts_with(&format!("{} ", row.from))
                            && title.ends_with(&format!(" {}", row.to))
                            && title.contains(&row.label)
                    });
                    assert!(said, "{name}: {row:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_committed_is_what_the_tables_say() {
        check().expect("committed diagrams");
    }
}
