//! poplib, of Python's standard library.

use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job, script};
use crate::clients::{Outcome, required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    let outcome = run(python().arg(script("poplib_fetch.py")).arg(folder.json(job)));
    (outcome, folder.fetched())
}

/// Asks for everything that poplib knows, of a maildrop of three messages.
pub(crate) fn ask_for_everything(job: &Job<'_>) -> Outcome {
    let folder = Folder::new();
    run(python().arg(script("poplib_everything.py")).arg(folder.json(job)))
}

fn python() -> Command {
    Command::new(required(tools::program("python3")))
}
