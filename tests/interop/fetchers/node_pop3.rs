//! node-pop3, from npm.

use std::process::Command;

use mailproto_tests::tools;

use super::{Fetched, Folder, Job, script};
use crate::clients::{required, run};

pub(crate) fn fetch(job: &Job<'_>) -> Fetched {
    let folder = Folder::new();
    let mut command = Command::new(required(tools::program("node")));
    command
        .env("NODE_PATH", required(tools::node_modules()))
        .env("NODE_EXTRA_CA_CERTS", &folder.certificates.authority)
        .arg(script("node_pop3_fetch.js"))
        .arg(folder.json(job));
    let outcome = run(&mut command);
    (outcome, folder.fetched())
}
