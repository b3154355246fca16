//! The example that the README shows, against `mailproto serve`.

use crate::program::Server;
use serde_json::json;
use std::path::PathBuf;
use std::process::Command;

/// Cargo builds the examples of a package before it runs its tests.
fn example(name: &str) -> PathBuf {
    let command = PathBuf::from(env!("CARGO_BIN_EXE_mailproto"));
    command.parent().unwrap().join("examples").join(name)
}

#[test]
fn the_example_sends_a_message_in_plain_text_by_starttls_and_under_tls() {
    for (scheme, listener, tls) in [
        ("smtp", "smtp", &[][..]),
        ("smtp", "smtp", &["--tls-self-signed"]),
        ("smtps", "smtps", &["--tls-self-signed"]),
    ] {
        let port = format!("--{listener}");
        let users = ["--accept-any-user", "--json", &port, "0"];
        let mut server = Server::start(&[&users[..], tls].concat());
        let url = server.url(scheme, listener);
        let output = Command::new(example("send")).args([&url, "ann@x.example", "demo@localhost"]).output().unwrap();
        if listener == "smtps" {
            // That port is for users who log in, which the example does not.
            assert!(!output.status.success());
            assert!(String::from_utf8_lossy(&output.stdout).contains("530 5.7.0"), "{output:?}");
            continue;
        }
        assert!(output.status.success(), "{output:?}");
        let message = server.message();
        assert_eq!((&message["to"], &message["tls"]), (&json!(["demo@localhost"]), &json!(!tls.is_empty())));
    }
}
