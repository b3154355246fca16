//! Programs of others that fetch mail, each run once for one maildrop: they fetch everything and delete it.

pub(crate) mod curl;
pub(crate) mod fetchmail;
pub(crate) mod getmail;
pub(crate) mod mpop;
pub(crate) mod mutt;
pub(crate) mod node_pop3;
pub(crate) mod poplib;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::certificates::{CERTIFICATES, CertificateFiles};
use crate::clients::{Encryption, Outcome};

/// What a program has to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) server: SocketAddr,
    pub(crate) encryption: Encryption,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    /// Only curl must be told.
    pub(crate) messages: usize,
}

/// What came of it: how it ended, and every message that it wrote, in no order.
pub(crate) type Fetched = (Outcome, Vec<Vec<u8>>);

/// A folder for one run: certificates, settings, a script that takes a message on its input, and where it
/// puts messages.
struct Folder {
    folder: TempDir,
    certificates: CertificateFiles,
    inbox: PathBuf,
    take: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let inbox = folder.path().join("inbox");
        fs::create_dir(&inbox).expect("a folder can be made");
        let take = folder.path().join("take");
        let script = format!("#!/bin/sh\ncat > \"$(mktemp '{}/XXXXXXXX')\"\n", inbox.display());
        fs::write(&take, script).expect("a script can be written");
        fs::set_permissions(&take, fs::Permissions::from_mode(0o755)).expect("a script can be made to run");
        Self { certificates: CERTIFICATES.write_to(folder.path()), folder, inbox, take }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that only its owner may read: it holds a password.
    fn settings(&self, content: &str) -> PathBuf {
        let path = self.path().join("settings");
        fs::write(&path, content).expect("the settings can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the settings can be hidden");
        path
    }

    /// The job as a JSON file, for the scripts of this folder.
    fn json(&self, job: &Job<'_>) -> PathBuf {
        let settings = serde_json::json!({
            "host": job.server.ip(),
            "port": job.server.port(),
            "encryption": match job.encryption {
                Encryption::None => "none",
                Encryption::StartTls => "stls",
                Encryption::Implicit => "implicit",
            },
            "authority": self.certificates.authority,
            "user": job.user,
            "password": job.password,
            "inbox": self.inbox,
        });
        self.settings(&settings.to_string())
    }

    /// The messages that were written.
    fn fetched(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(&self.inbox).expect("the folder can be read");
        files.map(|file| fs::read(file.expect("a file can be found").path()).expect("a message can be read")).collect()
    }
}

/// Messages that were written with the line ends of the system, as they were on the wire.
fn with_whole_line_ends(messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let whole = |message: Vec<u8>| message.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    messages.into_iter().map(whole).collect()
}

/// A script of this folder.
fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/fetchers").join(name)
}
