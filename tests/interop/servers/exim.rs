//! Exim, from its Debian package unpacked beside the system.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use mailproto_tests::process::with_mounts;
use mailproto_tests::tools;

use super::{
    ACCOUNTS, DOMAIN, LATER, MAILBOXES, MESSAGE_SIZE, MailServer, NOBODY, Workplace, free_address,
    lines, required, users_with, wait_for,
};

/// The user that the package makes when it is installed.
const USER: &str = "Debian-exim";

/// An Exim that keeps mail for the domain of the tests.
pub(crate) fn start() -> MailServer {
    required(tools::root_for("Exim"));
    let root = required(tools::unpacked("exim4-daemon-light"));
    let workplace = Workplace::new("exim");
    let [smtp, submission] = [free_address(), free_address()];
    let maildirs = workplace.folder_of_nobody("mail");
    workplace.folder_of_nobody("spool");
    workplace.file(
        "mailboxes",
        &lines(&MAILBOXES, |(name, folder)| format!("{name}: {folder}")),
    );
    workplace.file(
        "passwords",
        &lines(&ACCOUNTS, |(name, password)| format!("{name}: {password}")),
    );
    let program = root.join("usr/sbin/exim4");
    let settings = settings(&workplace, &program, smtp, submission);
    let settings = workplace.file("exim.conf", &settings);

    let mut command = Command::new(program);
    command.arg("-C").arg(settings).args(["-bdf", "-q30m"]);
    let users = users_with(&workplace, &[USER]);
    let process = workplace.start(with_mounts(&users, &command));
    wait_for(&process, &[smtp, submission]);
    MailServer {
        name: "Exim",
        smtp,
        submission,
        trace: &["Return-path", "Envelope-to", "Delivery-date", "Received"],
        maildirs,
        processes: vec![process],
        _folder: workplace.folder,
    }
}

fn settings(
    workplace: &Workplace,
    program: &Path,
    smtp: SocketAddr,
    submission: SocketAddr,
) -> String {
    let folder = workplace.folder.path().display();
    let program = program.display();
    let certificate = workplace.certificates.server.display();
    let key = workplace.certificates.server_key.display();
    let (smtp, submission) = (smtp.port(), submission.port());
    format!(
        "spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
exim_path = {program}
exim_user = {USER}
exim_group = {USER}
primary_hostname = exim.{DOMAIN}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtp} : {submission}
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
dsn_advertise_hosts = *
accept_8bitmime = true
host_lookup =
rfc1413_query_timeout = 0s
message_size_limit = {MESSAGE_SIZE}
never_users =
keep_environment =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny   condition = ${{if eq{{$received_port}}{{{submission}}}}}
         !authenticated = *
         message = 5.7.1 authentication required
  defer  local_parts = {LATER}
         domains = {DOMAIN}
         message = 4.2.1 come back later
  accept domains = {DOMAIN}
         local_parts = lsearch;{folder}/mailboxes
  deny   message = 5.1.1 no such user
begin routers
mailbox:
  driver = accept
  domains = {DOMAIN}
  local_parts = lsearch;{folder}/mailboxes
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail/$local_part_data
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
  delivery_date_add
  user = {NOBODY}
  group = {NOBODY}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{!eq{{$auth2}}{{}}}}{{eq{{$auth3}}{{${{lookup{{$auth2}}lsearch{{{folder}/passwords}}{{$value}}{{}}}}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = ${{if def:tls_in_cipher}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{!eq{{$auth1}}{{}}}}{{eq{{$auth2}}{{${{lookup{{$auth1}}lsearch{{{folder}/passwords}}{{$value}}{{}}}}}}}}}}}}
  server_set_id = $auth1
  server_advertise_condition = ${{if def:tls_in_cipher}}
"
    )
}
