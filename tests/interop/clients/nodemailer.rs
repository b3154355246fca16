//! Nodemailer, from npm.

use std::process::Command;

use mailproto_tests::tools;

use super::{Job, JobFiles, Outcome, required, run, script};

pub(crate) fn send(job: &Job<'_>) -> Outcome {
    let files = JobFiles::new(job);
    let mut command = Command::new(required(tools::program("node")));
    command
        .env("NODE_PATH", required(tools::node_modules()))
        .arg(script("nodemailer_send.js"))
        .arg(files.settings(job));
    run(&mut command)
}
