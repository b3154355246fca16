//! smtplib, of Python's standard library.

use std::process::Command;

use mailproto_tests::tools;

use super::{Job, JobFiles, Outcome, required, run, script};

pub(crate) fn send(job: &Job<'_>) -> Outcome {
    let files = JobFiles::new(job);
    let mut command = Command::new(required(tools::program("python3")));
    command.arg(script("smtplib_send.py")).arg(files.settings(job));
    run(&mut command)
}
