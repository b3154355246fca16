//! The programs of others among themselves: what fails here is no fault of
//! mailproto.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::clients::{self, Encryption, Job, Login, Outcome, smtplib, swaks};
use crate::message::{assert_arrived, eight_bit, plain};
use crate::servers::{ACCOUNTS, COMPLAINTS, MailServer, aiosmtpd, dovecot, exim, opensmtpd, postfix, smtp_server};

#[test]
fn postfix_keeps_what_others_submit() {
    submit(&postfix::start(), smtplib::send);
}

#[test]
fn exim_keeps_what_others_submit() {
    submit(&exim::start(), smtplib::send);
}

#[test]
fn smtp_server_keeps_what_others_submit() {
    submit(&smtp_server::start(), smtplib::send);
}

#[test]
fn aiosmtpd_keeps_what_every_client_submits() {
    let server = aiosmtpd::start();
    for (name, send) in clients::ALL {
        println!("{name}");
        submit(&server, send);
    }
}

#[test]
fn opensmtpd_keeps_what_others_send() {
    let server = opensmtpd::start();
    let message = plain();
    smtplib::send(&clear_text(&server, &message)).assert_success();
    assert_arrived(&message, &server.delivered_to("alice"), server.trace);
}

#[test]
fn dovecot_keeps_what_others_deliver() {
    let server = dovecot::start();
    let message = plain();
    swaks::send_lmtp(&clear_text(&server, &message)).assert_success();
    assert_arrived(&message, &server.delivered_to("alice"), server.trace);
}

#[test]
fn postfix_complains_of_a_client_that_talks_too_soon() {
    let server = postfix::start();
    talk_too_soon(&server);
    server.await_log(COMPLAINTS[0]);
}

#[test]
fn exim_complains_of_a_client_that_talks_too_soon() {
    let server = exim::start();
    talk_too_soon(&server);
    server.await_log(COMPLAINTS[1]);
}

#[test]
fn smtp_server_refuses_a_client_that_talks_too_soon() {
    let said = talk_too_soon(&smtp_server::start());
    assert!(said.starts_with("421 "), "{said}");
}

/// Speaks before the greeting, and several commands at once, and returns what the server said.
fn talk_too_soon(server: &MailServer) -> String {
    let mut socket = TcpStream::connect(server.smtp).expect("the server takes the connection");
    socket.write_all(b"EHLO client.test\r\nNOOP\r\nQUIT\r\n").expect("the server takes what is said");
    let mut said = Vec::new();
    // The server may cut the connection off.
    let _ = socket.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

/// Submits by STARTTLS and by TLS from the start, with either mechanism.
#[track_caller]
fn submit(server: &MailServer, send: fn(&Job<'_>) -> Outcome) {
    let (user, password) = ACCOUNTS[0];
    let implicit = server.submissions.expect("a server with such a port");
    for (address, encryption, mechanism, message) in [
        (server.submission, Encryption::StartTls, "PLAIN", plain()),
        (implicit, Encryption::Implicit, "LOGIN", eight_bit()),
    ] {
        let job = Job {
            server: address,
            encryption,
            login: Some(Login { mechanism, user, password }),
            ..clear_text(server, &message)
        };
        send(&job).assert_success();
        assert_arrived(&message, &server.delivered_to("alice"), server.trace);
    }
}

fn clear_text<'a>(server: &MailServer, message: &'a [u8]) -> Job<'a> {
    Job {
        server: server.smtp,
        encryption: Encryption::None,
        login: None,
        from: "sender@mail.test",
        to: &["alice@mail.test"],
        message,
    }
}
