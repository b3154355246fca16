//! OpenSMTPD, from its Debian package unpacked beside the system.
//!
//! The build of Debian 12 has no working TLS: it offers STARTTLS, says go
//! ahead, and fails the handshake. It offers AUTH only over TLS.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use mailproto_tests::process::with_mounts;
use mailproto_tests::tools;

use super::{
    DOMAIN, MAILBOXES, MESSAGE_SIZE, MailServer, Workplace, free_address, lines, required, user_number, users_with,
    wait_for,
};

/// The users that the package makes when it is installed.
const USERS: [&str; 2] = ["opensmtpd", "opensmtpq"];

/// An OpenSMTPD that keeps mail for the domain of the tests.
pub(crate) fn start() -> MailServer {
    required(tools::root_for("OpenSMTPD"));
    let root = required(tools::unpacked("opensmtpd"));
    let workplace = Workplace::new("opensmtpd");
    let [smtp, submission] = [free_address(), free_address()];
    let maildirs = workplace.folder_of_nobody("mail");
    workplace.secret_file("secret-key.pem", &crate::certificates::CERTIFICATES.server_key);
    workplace.file("mailboxes", &lines(&MAILBOXES, |(name, _)| format!("{name}@{DOMAIN} nobody")));
    let settings = workplace.file("smtpd.conf", &settings(&workplace, smtp, submission));

    let mut mounts = users_with(&workplace, &USERS);
    // The places of its helpers, queue and control socket are built in.
    mounts.push((root.join("usr/libexec"), "/usr/libexec"));
    mounts.push((spool(&workplace), "/var/spool"));
    workplace.folder("lib/opensmtpd/empty");
    mounts.push((workplace.path("lib"), "/var/lib"));
    workplace.folder("run");
    mounts.push((workplace.path("run"), "/run"));

    let mut command = Command::new(root.join("usr/sbin/smtpd"));
    command.args(["-d", "-v", "-f"]).arg(settings);
    let process = workplace.start(with_mounts(&mounts, &command));
    wait_for(&process, &[smtp, submission]);
    MailServer {
        name: "OpenSMTPD",
        smtp,
        submission,
        submissions: None,
        trace: &["Return-Path", "Delivered-To", "Received"],
        maildirs,
        _processes: vec![process],
        folder: workplace.folder,
    }
}

fn settings(workplace: &Workplace, smtp: SocketAddr, submission: SocketAddr) -> String {
    let folder = workplace.folder.path().display();
    let certificate = workplace.certificates.server.display();
    let (smtp, submission) = (smtp.port(), submission.port());
    format!(
        "pki tests cert \"{certificate}\"
pki tests key \"{folder}/secret-key.pem\"
table mailboxes file:{folder}/mailboxes
smtp max-message-size {MESSAGE_SIZE}
listen on 127.0.0.1 port {smtp} hostname opensmtpd.{DOMAIN}
listen on 127.0.0.1 port {submission} tls pki tests hostname opensmtpd.{DOMAIN}
action \"keep\" maildir \"{folder}/mail/%{{rcpt.user}}\" virtual <mailboxes>
match from any for domain \"{DOMAIN}\" action \"keep\"
"
    )
}

/// The queue, whose folders belong to the second of the [`USERS`].
fn spool(workplace: &Workplace) -> PathBuf {
    let spool = workplace.folder("spool");
    let queue_user = user_number(1);
    let make = |name: &str, mode: u32, user: u32, group: u32| {
        let path = workplace.folder(&format!("spool/{name}"));
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode of an own folder can be set");
        chown(&path, Some(user), Some(group)).expect("root may give a folder away");
    };
    make("smtpd", 0o711, 0, 0);
    make("smtpd/offline", 0o770, 0, queue_user);
    for folder in ["incoming", "purge", "queue", "corrupt", "temporary"] {
        make(&format!("smtpd/{folder}"), 0o700, queue_user, 0);
    }
    spool
}
