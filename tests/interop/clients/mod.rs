//! Mail clients of others, each run once for one message.

pub(crate) mod curl;
pub(crate) mod gsasl;
pub(crate) mod msmtp;
pub(crate) mod nodemailer;
pub(crate) mod smtplib;
pub(crate) mod swaks;

use std::fs;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mailproto_tests::tools::Missing;
use tempfile::{NamedTempFile, TempDir};

use crate::certificates::{CERTIFICATES, CertificateFiles};

/// The name by which clients introduce themselves, where they can be told.
pub(crate) const CLIENT_NAME: &str = "client.test";

/// A client that hangs is ended after so many seconds.
const PATIENCE: &str = "300";

/// What a client has to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) server: SocketAddr,
    pub(crate) encryption: Encryption,
    pub(crate) login: Option<Login<'a>>,
    pub(crate) from: &'a str,
    pub(crate) to: &'a [&'a str],
    pub(crate) message: &'a [u8],
}

/// How the connection is protected; the certificate is always checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    None,
    StartTls,
    Implicit,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Login<'a> {
    pub(crate) mechanism: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
}

/// What a client made of its job.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Whether it reported success.
    pub(crate) success: bool,
    /// All that it printed.
    pub(crate) transcript: String,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn assert_success(&self) {
        assert!(self.success, "the client failed:\n{}", self.transcript);
    }
}

/// A client: its name, and what does a job with it.
pub(crate) type Client = (&'static str, fn(&Job<'_>) -> Outcome);

/// All clients.
pub(crate) const ALL: [Client; 5] = [
    ("swaks", swaks::send),
    ("smtplib", smtplib::send),
    ("nodemailer", nodemailer::send),
    ("msmtp", msmtp::send),
    ("curl", curl::send),
];

/// The job as files, for clients that take paths.
struct JobFiles {
    folder: TempDir,
    certificates: CertificateFiles,
    message: PathBuf,
}

impl JobFiles {
    fn new(job: &Job<'_>) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let message = folder.path().join("message.eml");
        fs::write(&message, job.message).expect("a message can be written");
        Self { certificates: CERTIFICATES.write_to(folder.path()), message, folder }
    }

    /// The job as a JSON file, for the scripts of this folder.
    fn settings(&self, job: &Job<'_>) -> PathBuf {
        let settings = serde_json::json!({
            "host": job.server.ip(),
            "port": job.server.port(),
            "encryption": match job.encryption {
                Encryption::None => "none",
                Encryption::StartTls => "starttls",
                Encryption::Implicit => "implicit",
            },
            "authority": self.certificates.authority,
            "login": job.login.map(|login| serde_json::json!({
                "mechanism": login.mechanism,
                "user": login.user,
                "password": login.password,
            })),
            "name": CLIENT_NAME,
            "from": job.from,
            "to": job.to,
            "message": self.message,
        });
        let path = self.folder.path().join("settings.json");
        fs::write(&path, settings.to_string()).expect("the settings can be written");
        path
    }
}

/// Runs a client to its end.
pub(crate) fn run(client: &mut Command) -> Outcome {
    let output = NamedTempFile::new().expect("a temporary file can be made");
    let handle = || output.reopen().expect("a temporary file can be opened");
    // The two streams share one place in the file.
    let (first, mut read) = (handle(), handle());
    let second = first.try_clone().expect("a file can be shared");
    let mut command = Command::new("timeout");
    command.args(["--kill-after", "5", PATIENCE]);
    command.arg(client.get_program()).args(client.get_args());
    for (name, value) in client.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let status = command.stdin(Stdio::null()).stdout(first).stderr(second).status().expect("an installed program runs");
    let mut transcript = Vec::new();
    read.read_to_end(&mut transcript).expect("what a client printed can be read");
    Outcome { success: status.success(), transcript: String::from_utf8_lossy(&transcript).into_owned() }
}

/// The path, or a failed test that says in one line what to install.
#[track_caller]
pub(crate) fn required<T>(tool: Result<T, Missing>) -> T {
    crate::servers::required(tool)
}

/// A script of this folder.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/clients").join(name)
}
