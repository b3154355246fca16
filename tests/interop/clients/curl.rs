//! curl.

use std::process::Command;

use mailproto_tests::tools;

use super::{CLIENT_NAME, Encryption, Job, JobFiles, Outcome, required, run};

pub(crate) fn send(job: &Job<'_>) -> Outcome {
    let files = JobFiles::new(job);
    let scheme = match job.encryption {
        Encryption::None | Encryption::StartTls => "smtp",
        Encryption::Implicit => "smtps",
    };
    let mut command = Command::new(required(tools::program("curl")));
    command
        .args(["--verbose", "--silent", "--show-error"])
        .arg(format!("{scheme}://{}/{CLIENT_NAME}", job.server))
        .arg("--upload-file")
        .arg(&files.message)
        .args(["--mail-from", job.from])
        .arg("--mail-rcpt-allowfails");
    for recipient in job.to {
        command.args(["--mail-rcpt", recipient]);
    }
    if job.encryption != Encryption::None {
        command.arg("--ssl-reqd").arg("--cacert").arg(&files.certificates.authority);
    }
    if let Some(login) = job.login {
        command
            .args(["--user", &format!("{}:{}", login.user, login.password)])
            .args(["--login-options", &format!("AUTH={}", login.mechanism)]);
    }
    run(&mut command)
}
