//! Postfix, any number of instances beside each other, none of which reads or
//! writes the machine's own configuration and queue.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use mailproto_tests::tools;

use super::{
    DOMAIN, LATER, MAILBOXES, MESSAGE_SIZE, MailServer, NOBODY, Workplace, dovecot, free_address, lines, required,
    wait_for,
};

/// A Postfix that keeps mail for the domain of the tests; it asks a Dovecot
/// about passwords.
pub(crate) fn start() -> MailServer {
    start_with("")
}

/// A Postfix with these lines at the end of its `main.cf`.
pub(crate) fn start_with(settings: &str) -> MailServer {
    required(tools::root_for("Postfix"));
    let postfix = required(tools::program("postfix"));
    let workplace = Workplace::new("postfix");
    let addresses = [free_address(), free_address(), free_address()];
    let [smtp, submission, submissions] = addresses;
    let (passwords, password_check) = dovecot::start_password_check(&workplace);

    let configuration = workplace.folder("configuration");
    // It makes what lies inside by itself, and its folder for state too.
    workplace.folder("queue");
    let maildirs = workplace.folder_of_nobody("mail");
    workplace
        .file("configuration/mailboxes", &lines(&MAILBOXES, |(name, folder)| format!("{name}@{DOMAIN} {folder}/")));
    workplace.file("configuration/recipients", &format!("{LATER}@{DOMAIN} 450 4.2.1 come back later\n"));
    let main = main_file(&workplace, passwords) + settings;
    workplace.file("configuration/main.cf", &main);
    workplace.file("configuration/master.cf", &master_file(addresses));

    let check = Command::new(postfix).arg("-c").arg(&configuration).arg("check").output().expect("postfix runs");
    assert!(check.status.success(), "Postfix refuses its settings: {check:?}");
    // Not by `postfix start-fg`, whose master leaves its process group.
    let mut command = Command::new(Path::new(&built_in("daemon_directory")).join("master"));
    command.arg("-d").arg("-c").arg(&configuration);
    let process = workplace.start(command);
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

fn main_file(workplace: &Workplace, passwords: SocketAddr) -> String {
    let folder = workplace.folder.path().display();
    let daemons = built_in("daemon_directory");
    let commands = built_in("command_directory");
    let certificate = workplace.certificates.server.display();
    let key = workplace.certificates.server_key.display();
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
mynetworks =
local_header_rewrite_clients =
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/configuration/recipients
smtp_host_lookup = native
disable_dns_lookups = yes
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/configuration/mailboxes
virtual_mailbox_limit = 0
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
virtual_minimum_uid = 1
mailbox_size_limit = 0
message_size_limit = {MESSAGE_SIZE}
alias_maps =
alias_database =
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtputf8_enable = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{passwords}
"
    )
}

fn master_file([smtp, submission, submissions]: [SocketAddr; 3]) -> String {
    format!(
        "{smtp} inet n - n - - smtpd
{submission} inet n - n - - smtpd
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
{submissions} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
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
"
    )
}

/// The value that Postfix was built with.
fn built_in(parameter: &str) -> String {
    let output = Command::new(required(tools::program("postconf")))
        .args(["-d", "-h", parameter])
        .output()
        .expect("postconf runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
