//! The programs of others among themselves: what fails here is no fault of
//! mailproto.

use crate::clients::{self, Encryption, Job, Login, Outcome, smtplib, swaks};
use crate::message::{assert_arrived, eight_bit, plain};
use crate::servers::{ACCOUNTS, MailServer, aiosmtpd, dovecot, exim, opensmtpd, postfix, smtp_server};

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
