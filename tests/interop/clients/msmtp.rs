//! msmtp.

use std::process::Command;

use mailproto_tests::tools;

use super::{CLIENT_NAME, Encryption, Job, JobFiles, Outcome, required, run};

pub(crate) fn send(job: &Job<'_>) -> Outcome {
    send_by("smtp", job)
}

/// The same by LMTP.
pub(crate) fn send_lmtp(job: &Job<'_>) -> Outcome {
    send_by("lmtp", job)
}

fn send_by(protocol: &str, job: &Job<'_>) -> Outcome {
    let files = JobFiles::new(job);
    let switch = |on: bool| if on { "on" } else { "off" };
    // It reads the message from its input only.
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"input=$1; shift; exec "$@" < "$input""#, "sh"])
        .arg(&files.message)
        .arg(required(tools::program("msmtp")))
        .arg("--debug")
        .arg(format!("--protocol={protocol}"))
        .arg(format!("--host={}", job.server.ip()))
        .arg(format!("--port={}", job.server.port()))
        .arg(format!("--domain={CLIENT_NAME}"))
        .arg(format!("--from={}", job.from))
        .arg(format!("--tls={}", switch(job.encryption != Encryption::None)))
        .arg(format!("--tls-starttls={}", switch(job.encryption == Encryption::StartTls)));
    if job.encryption != Encryption::None {
        let authority = files.certificates.authority.display();
        command.arg(format!("--tls-trust-file={authority}"));
    }
    if let Some(login) = job.login {
        command
            .arg(format!("--auth={}", login.mechanism.to_lowercase()))
            .arg(format!("--user={}", login.user))
            .arg("--passwordeval=printf '%s\\n' \"$PASSWORD\"")
            .env("PASSWORD", login.password);
    }
    run(command.arg("--").args(job.to))
}
