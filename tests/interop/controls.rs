//! The programs of others among themselves: what fails here is no fault of
//! mailproto.

use crate::clients::{Encryption, Job, Login, smtplib, swaks};
use crate::message::{assert_arrived, eight_bit, plain};
use crate::servers::{
    ACCOUNTS, MailServer, aiosmtpd, dovecot, exim, opensmtpd, postfix, smtp_server,
};

const FROM: &str = "sender@mail.test";

#[test]
fn postfix_keeps_what_others_submit() {
    submit_by_smtplib(&postfix::start());
}

#[test]
fn exim_keeps_what_others_submit() {
    submit_by_smtplib(&exim::start());
}

#[test]
fn aiosmtpd_keeps_what_others_submit() {
    submit_by_smtplib(&aiosmtpd::start());
}

#[test]
fn smtp_server_keeps_what_others_submit() {
    submit_by_smtplib(&smtp_server::start());
}

#[test]
fn opensmtpd_keeps_what_others_send() {
    let server = opensmtpd::start();
    let message = plain();
    let job = Job {
        server: server.smtp,
        encryption: Encryption::None,
        login: None,
        from: FROM,
        to: &["alice@mail.test"],
        message: &message,
    };
    smtplib::send(&job).assert_success();
    assert_arrived(&message, &server.delivered_to("alice"), server.trace);
}

#[test]
fn dovecot_keeps_what_others_deliver() {
    let server = dovecot::start();
    let message = plain();
    let job = Job {
        server: server.smtp,
        encryption: Encryption::None,
        login: None,
        from: FROM,
        to: &["alice@mail.test"],
        message: &message,
    };
    swaks::send_lmtp(&job).assert_success();
    assert_arrived(&message, &server.delivered_to("alice"), server.trace);
}

#[track_caller]
fn submit_by_smtplib(server: &MailServer) {
    let (user, password) = ACCOUNTS[0];
    for (mechanism, message) in [("PLAIN", plain()), ("LOGIN", eight_bit())] {
        let job = Job {
            server: server.submission,
            encryption: Encryption::StartTls,
            login: Some(Login {
                mechanism,
                user,
                password,
            }),
            from: FROM,
            to: &["alice@mail.test"],
            message: &message,
        };
        smtplib::send(&job).assert_success();
        assert_arrived(&message, &server.delivered_to("alice"), server.trace);
    }
}
