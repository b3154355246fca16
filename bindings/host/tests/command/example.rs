//! The examples that the README shows: one against `mailproto serve`, one against a maildrop.

use crate::maildrop::{Line, Maildrop};
use crate::program::Server;
use crate::send::certificate;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Cargo builds the examples of a package before it runs its tests.
fn example(name: &str) -> PathBuf {
    let command = PathBuf::from(env!("CARGO_BIN_EXE_mailproto"));
    command.parent().unwrap().join("examples").join(name)
}

fn send(url: &str, authorities: Option<&str>) -> Output {
    let mut command = Command::new(example("send"));
    command.args([url, "ann@x.example", "demo@localhost"]).env_remove("CA_FILE");
    command.envs(authorities.map(|file| ("CA_FILE", file))).output().unwrap()
}

fn server(folder: &Path, listener: &str, tls: bool) -> (Server, String) {
    let (cert, key) = certificate(folder);
    let port = format!("--{listener}");
    let mut arguments = vec!["--accept-any-user", "--json", &port, "0"];
    if tls {
        arguments.extend(["--tls-cert", &cert, "--tls-key", &key]);
    }
    (Server::start(&arguments), cert)
}

#[test]
fn the_example_sends_a_message_in_plain_text_and_by_starttls() {
    let folder = tempfile::tempdir().unwrap();
    for tls in [false, true] {
        let (mut server, cert) = server(folder.path(), "smtp", tls);
        let output = send(&server.url("smtp", "smtp"), Some(&cert));
        assert!(output.status.success(), "{output:?}");
        let message = server.message();
        assert_eq!((&message["to"], &message["tls"]), (&json!(["demo@localhost"]), &json!(tls)));
    }
}

#[test]
fn the_example_speaks_under_tls_from_the_first_byte_and_hears_why_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (server, cert) = server(folder.path(), "smtps", true);
    // That port is for users who log in, which the example does not.
    let output = send(&server.url("smtps", "smtps"), Some(&cert));
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("530 5.7.0"), "{output:?}");
}

#[test]
fn the_example_sends_nothing_to_a_server_whose_certificate_it_does_not_trust() {
    let folder = tempfile::tempdir().unwrap();
    for (scheme, listener) in [("smtp", "smtp"), ("smtps", "smtps")] {
        let (server, _) = server(folder.path(), listener, true);
        let output = send(&server.url(scheme, listener), None);
        assert!(!output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("InvalidCertificate"), "{output:?}");
    }
}

fn fetch(url: &str, folder: &Path, authorities: Option<&str>) -> Output {
    let mut command = Command::new(example("fetch"));
    command.arg(url).arg(folder).env_remove("CA_FILE");
    command.envs(authorities.map(|file| ("CA_FILE", file))).output().unwrap()
}

#[test]
fn the_example_fetches_every_message_in_plain_text_by_stls_and_under_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(folder.path());
    let config = mailproto_host::tls::server(Path::new(&cert), Path::new(&key)).unwrap();
    let messages = [b"Subject: one\r\n\r\n.dot\r\n".to_vec(), b"Subject: two\r\n\r\n".to_vec()];
    for (line, scheme) in [(Line::Plain, "pop3"), (Line::Stls, "pop3"), (Line::Implicit, "pop3s")] {
        let maildrop = Maildrop::start(line, Some(config.clone()));
        maildrop.add(messages.clone());
        let url = format!("{scheme}://demo:de mo@localhost:{}", maildrop.port);
        let output = fetch(&url, folder.path(), Some(&cert));
        assert!(output.status.success(), "{line:?}: {output:?}");
        for (number, message) in messages.iter().enumerate() {
            let file = folder.path().join(format!("{}.eml", number + 1));
            assert_eq!(std::fs::read(&file).unwrap(), *message, "{line:?}");
            std::fs::remove_file(file).unwrap();
        }
        assert_eq!(maildrop.contents().messages.len(), messages.len(), "nothing is deleted");
        if line != Line::Plain {
            let untrusted = fetch(&url, folder.path(), None);
            assert!(String::from_utf8_lossy(&untrusted.stderr).contains("InvalidCertificate"), "{untrusted:?}");
        }
    }
    let maildrop = Maildrop::start(Line::Plain, None);
    let refused = fetch(&format!("pop3://demo:bad@localhost:{}", maildrop.port), folder.path(), None);
    assert!(!refused.status.success());
}
