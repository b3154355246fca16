//! GNU SASL's program, which logs in and sends nothing.

use std::process::Command;

use mailproto_tests::tools;

use super::{Encryption, Job, JobFiles, Outcome, required, run};
use crate::certificates::HOST;

/// Logs in by the mechanism of the job.
pub(crate) fn log_in(job: &Job<'_>) -> Outcome {
    let files = JobFiles::new(job);
    let login = job.login.expect("a login to try");
    assert_eq!(job.encryption, Encryption::StartTls, "it knows no other");
    run(Command::new(required(tools::program("gsasl")))
        // Told to begin TLS it does so before EHLO; left alone it does so when that is offered.
        .args(["--smtp", "--verbose"])
        .arg(format!("--connect={}", job.server))
        .arg(format!("--hostname={HOST}"))
        .arg(format!("--x509-ca-file={}", files.certificates.authority.display()))
        .arg(format!("--mechanism={}", login.mechanism))
        .arg(format!("--authentication-id={}", login.user))
        .arg(format!("--password={}", login.password)))
}
