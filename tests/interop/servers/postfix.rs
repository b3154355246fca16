//! Postfix, any number of instances beside each other, none of which reads or
//! writes the machine's own configuration and queue.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use mailproto_tests::process::Process;
use mailproto_tests::tools;

use super::{
    DOMAIN, LATER, MAILBOXES, MESSAGE_SIZE, MailServer, NOBODY, Workplace, dovecot, free_address, lines, required,
    wait_for,
};
use crate::certificates::HOST;

/// A Postfix that keeps mail for the domain of the tests; it asks a Dovecot
/// about passwords.
pub(crate) fn start() -> MailServer {
    let workplace = workplace();
    let addresses = [free_address(), free_address(), free_address()];
    let [smtp, submission, submissions] = addresses;
    let (passwords, password_check) = dovecot::start_password_check(&workplace);
    let maildirs = workplace.folder_of_nobody("mail");
    workplace
        .file("configuration/mailboxes", &lines(&MAILBOXES, |(name, folder)| format!("{name}@{DOMAIN} {folder}/")));
    workplace.file("configuration/recipients", &format!("{LATER}@{DOMAIN} 450 4.2.1 come back later\n"));
    workplace.file("configuration/main.cf", &(common(&workplace) + &keeping(&workplace, passwords)));
    workplace.file("configuration/master.cf", &(listeners(addresses) + SERVICES));

    let process = run(&workplace);
    wait_for(&process, &addresses);
    MailServer {
        name: "Postfix",
        smtp,
        submission,
        submissions: Some(submissions),
        trace: &["Return-Path", "X-Original-To", "Delivered-To", "Received"],
        maildirs,
        _processes: vec![process, password_check],
        folder: workplace.folder,
    }
}

/// A Postfix that passes all mail for the domain of the tests on.
pub(crate) fn start_relay(next: SocketAddr) -> MailServer {
    start_relay_by("smtp", next, |_| String::new())
}

/// The same by LMTP.
pub(crate) fn start_lmtp_relay(next: SocketAddr) -> MailServer {
    start_relay_by("lmtp", next, |_| String::new())
}

/// The same to a server that wants TLS and a password.
pub(crate) fn start_submitting_relay(next: SocketAddr, (user, password): (&str, &str)) -> MailServer {
    start_relay_by("smtp", next, |workplace| {
        let passwords = workplace
            .secret_file("configuration/password", &format!("[{}]:{} {user}:{password}\n", next.ip(), next.port()));
        format!(
            "smtp_tls_security_level = secure
smtp_tls_CAfile = {authority}
smtp_tls_secure_cert_match = {HOST}
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:{passwords}
smtp_sasl_tls_security_options = noanonymous
",
            authority = workplace.certificates.authority.display(),
            passwords = passwords.display(),
        )
    })
}

fn start_relay_by(transport: &str, next: SocketAddr, settings: impl Fn(&Workplace) -> String) -> MailServer {
    let workplace = workplace();
    let smtp = free_address();
    let relaying = format!(
        "mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relay_domains = {DOMAIN}
relay_transport = {transport}:[{}]:{}
",
        next.ip(),
        next.port(),
    );
    workplace.file("configuration/main.cf", &(common(&workplace) + &relaying + &settings(&workplace)));
    workplace.file("configuration/master.cf", &(format!("{smtp} inet n - n - - smtpd\n") + SERVICES));

    let process = run(&workplace);
    wait_for(&process, &[smtp]);
    MailServer {
        name: "Postfix",
        smtp,
        submission: smtp,
        submissions: None,
        trace: &["Received"],
        maildirs: workplace.path("mail"),
        _processes: vec![process],
        folder: workplace.folder,
    }
}

/// The folders of an instance; it makes what lies inside its queue by itself,
/// and its folder for state too.
fn workplace() -> Workplace {
    required(tools::root_for("Postfix"));
    let workplace = Workplace::new("postfix");
    workplace.folder("configuration");
    workplace.folder("queue");
    workplace
}

/// Starts the instance that is configured there.
fn run(workplace: &Workplace) -> Process {
    let postfix = required(tools::program("postfix"));
    let configuration = workplace.path("configuration");
    let check = Command::new(postfix).arg("-c").arg(&configuration).arg("check").output().expect("postfix runs");
    assert!(check.status.success(), "Postfix refuses its settings: {check:?}");
    // Not by `postfix start-fg`, whose master leaves its process group.
    let mut command = Command::new(Path::new(&built_in("daemon_directory")).join("master"));
    command.arg("-d").arg("-c").arg(&configuration);
    workplace.start(command)
}

fn common(workplace: &Workplace) -> String {
    let folder = workplace.folder.path().display();
    let daemons = built_in("daemon_directory");
    let commands = built_in("command_directory");
    format!(
        "compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/state
daemon_directory = {daemons}
command_directory = {commands}
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.{DOMAIN}
mydestination =
local_header_rewrite_clients =
smtp_host_lookup = native
disable_dns_lookups = yes
mailbox_size_limit = 0
message_size_limit = {MESSAGE_SIZE}
alias_maps =
alias_database =
smtputf8_enable = yes
"
    )
}

fn keeping(workplace: &Workplace, passwords: SocketAddr) -> String {
    let folder = workplace.folder.path().display();
    let certificate = workplace.certificates.server.display();
    let key = workplace.certificates.server_key.display();
    format!(
        "mynetworks =
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/configuration/recipients
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/configuration/mailboxes
virtual_mailbox_limit = 0
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{passwords}
smtpd_sasl_security_options =
smtpd_sasl_tls_security_options =
"
    )
}

fn listeners([smtp, submission, submissions]: [SocketAddr; 3]) -> String {
    format!(
        "{smtp} inet n - n - - smtpd
{submission} inet n - n - - smtpd
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
{submissions} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
"
    )
}

/// What `master.cf` has beside the listeners.
const SERVICES: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// The value that Postfix was built with.
fn built_in(parameter: &str) -> String {
    let output = Command::new(required(tools::program("postconf")))
        .args(["-d", "-h", parameter])
        .output()
        .expect("postconf runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
