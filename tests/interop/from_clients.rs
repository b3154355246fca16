//! The clients of others to our server. What it hears is what they sent.

use mailproto::sasl::{Mechanism, Mechanisms};
use mailproto::smtp::Protocol;

use crate::clients::{self, CLIENT_NAME, Encryption, Job, Login, Outcome};
use crate::message::{FIFTY_MEBIBYTES, assert_arrived, eight_bit, international, plain};
use crate::ours::server::{OurServer, Received, Settings};
use crate::servers::ACCOUNTS;

const FROM: &str = "sender@mail.test";
const ALICE: &str = "alice@mail.test";

type Send = fn(&Job<'_>) -> Outcome;

/// Makes a test of each behaviour for one client.
macro_rules! from {
    ($client:ident: $($behaviour:ident)*) => {
        mod $client {
            $(
                #[test]
                fn $behaviour() {
                    super::$behaviour(super::clients::$client::send);
                }
            )*
        }
    };
}

from!(swaks:
    is_heard_in_plain_text
    submits_after_starttls
    submits_over_implicit_tls
    is_told_that_the_password_is_wrong
    hears_that_an_international_mailbox_needs_smtputf8
    reaches_some_of_several_recipients
    sends_fifty_mebibytes);

from!(smtplib:
    is_heard_in_plain_text
    submits_after_starttls
    submits_over_implicit_tls
    is_told_that_the_password_is_wrong
    reaches_an_international_mailbox
    reaches_some_of_several_recipients
    sends_fifty_mebibytes);

from!(nodemailer:
    is_heard_in_plain_text
    submits_after_starttls
    submits_over_implicit_tls
    is_told_that_the_password_is_wrong
    reaches_an_international_mailbox
    reaches_some_of_several_recipients
    sends_fifty_mebibytes);

from!(msmtp:
    is_heard_in_plain_text
    submits_after_starttls
    submits_over_implicit_tls
    is_told_that_the_password_is_wrong
    hears_that_an_international_mailbox_needs_smtputf8
    sends_fifty_mebibytes);

from!(curl:
    is_heard_in_plain_text
    submits_after_starttls
    submits_over_implicit_tls
    is_told_that_the_password_is_wrong
    reaches_an_international_mailbox
    reaches_some_of_several_recipients
    sends_fifty_mebibytes);

fn is_heard_in_plain_text(send: Send) {
    let server = OurServer::start(Settings::OPEN);
    let message = plain();
    let job = job(&server, &message);
    let received = deliver(&server, send, &job);
    assert_eq!(received.client, CLIENT_NAME);
    assert_eq!(received.from, FROM);
    assert_eq!(received.to, [ALICE]);
    assert!(!received.tls);
    assert_eq!(received.user, None);
}

fn submits_after_starttls(send: Send) {
    submit(send, Encryption::StartTls);
}

fn submits_over_implicit_tls(send: Send) {
    submit(send, Encryption::Implicit);
}

fn is_told_that_the_password_is_wrong(send: Send) {
    let server = submission_server(Encryption::StartTls);
    let message = plain();
    let outcome = send(&Job {
        encryption: Encryption::StartTls,
        login: Some(Login { mechanism: "PLAIN", user: "alice", password: "wrong" }),
        ..job(&server, &message)
    });
    assert!(!outcome.success, "{}", outcome.transcript);
    assert!(outcome.transcript.contains("535"), "the client heard of another failure:\n{}", outcome.transcript);
    server.assert_nothing_received();
}

fn reaches_an_international_mailbox(send: Send) {
    let server = OurServer::start(Settings::OPEN);
    let message = international();
    let received = deliver(&server, send, &Job { to: &["j\u{f6}rg@mail.test"], ..job(&server, &message) });
    assert_eq!(received.to, ["j\u{f6}rg@mail.test"]);
}

/// Clients that do not know SMTPUTF8 name such a mailbox all the same.
fn hears_that_an_international_mailbox_needs_smtputf8(send: Send) {
    let server = OurServer::start(Settings::OPEN);
    let message = plain();
    let outcome = send(&Job { to: &["j\u{f6}rg@mail.test"], ..job(&server, &message) });
    assert!(!outcome.success, "{}", outcome.transcript);
    assert!(outcome.transcript.contains("553 5.6.7"), "{}", outcome.transcript);
    server.assert_nothing_received();
}

fn reaches_some_of_several_recipients(send: Send) {
    let server = OurServer::start(Settings::OPEN);
    let message = plain();
    let job = Job { to: &[ALICE, "nobody@mail.test", "later@mail.test", "bob@mail.test"], ..job(&server, &message) };
    let received = deliver(&server, send, &job);
    assert_eq!(received.to, [ALICE, "bob@mail.test"]);
    server.assert_nothing_received();
}

fn sends_fifty_mebibytes(send: Send) {
    let server = OurServer::start(Settings::OPEN);
    let message = &*FIFTY_MEBIBYTES;
    deliver(&server, send, &job(&server, message));
}

#[test]
fn swaks_may_send_all_commands_at_once() {
    let server = OurServer::start(Settings::OPEN);
    let message = plain();
    let job = Job { to: &[ALICE, "nobody@mail.test", "bob@mail.test"], ..job(&server, &message) };
    let received = deliver(&server, clients::swaks::send_pipelined, &job);
    assert_eq!(received.to, [ALICE, "bob@mail.test"]);
}

/// msmtp sends DATA along with the recipients, gives up when one of them is
/// refused, and leaves in the middle of the message that it then owes.
#[test]
fn msmtp_leaves_no_message_when_a_recipient_is_refused() {
    let server = OurServer::start(Settings::OPEN);
    let message = plain();
    let outcome = clients::msmtp::send(&Job { to: &[ALICE, "nobody@mail.test"], ..job(&server, &message) });
    assert!(!outcome.success, "{}", outcome.transcript);
    assert!(outcome.transcript.contains("550 5.1.1"), "{}", outcome.transcript);
    server.assert_nothing_received();
}

/// msmtp speaks these by GNU SASL.
#[test]
fn msmtp_logs_in_by_every_mechanism() {
    let (user, password) = ACCOUNTS[1];
    for mechanism in
        [Mechanism::CramMd5, Mechanism::ScramSha1, Mechanism::ScramSha256, Mechanism::XOAuth2, Mechanism::OAuthBearer]
    {
        let mechanisms = Mechanisms::SERVER_DEFAULT.with(mechanism);
        let encryption = Encryption::StartTls;
        let server = OurServer::start(Settings { encryption, require_auth: true, mechanisms, ..Settings::OPEN });
        let message = plain();
        let login = |password| Some(Login { mechanism: mechanism.name(), user, password });
        let job = Job { encryption, login: login(password), ..job(&server, &message) };
        let received = deliver(&server, clients::msmtp::send, &job);
        assert_eq!(received.user, Some((user.to_owned(), mechanism.name().to_owned())));
        let outcome = clients::msmtp::send(&Job { login: login("wrong"), ..job });
        assert!(!outcome.success && outcome.transcript.contains("535"), "{mechanism}: {}", outcome.transcript);
        server.assert_nothing_received();
    }
}

/// GNU SASL's own program binds the exchange to the TLS channel by tls-exporter.
#[test]
fn gsasl_binds_its_login_to_the_channel() {
    for mechanism in [Mechanism::ScramSha1Plus, Mechanism::ScramSha256Plus] {
        let mechanisms = Mechanisms::SERVER_DEFAULT.with(mechanism);
        let encryption = Encryption::StartTls;
        let server = OurServer::start(Settings { encryption, require_auth: true, mechanisms, ..Settings::OPEN });
        for (user, password) in ACCOUNTS {
            let login = |password| Some(Login { mechanism: mechanism.name(), user, password });
            let right = Job { encryption, login: login(password), ..job(&server, b"") };
            let outcome = clients::gsasl::log_in(&right);
            assert!(outcome.success && outcome.transcript.contains("server trusted"), "{}", outcome.transcript);
            assert!(outcome.transcript.contains("235 2.7.0"), "{mechanism}: {}", outcome.transcript);

            let outcome = clients::gsasl::log_in(&Job { login: login("wrong"), ..right });
            assert!(!outcome.success && outcome.transcript.contains("535"), "{mechanism}: {}", outcome.transcript);
        }
    }
}

#[track_caller]
fn submit(send: Send, encryption: Encryption) {
    let server = submission_server(encryption);
    for ((user, password), mechanism) in ACCOUNTS.into_iter().zip(["PLAIN", "LOGIN"]) {
        let message = eight_bit();
        let received = deliver(
            &server,
            send,
            &Job { encryption, login: Some(Login { mechanism, user, password }), ..job(&server, &message) },
        );
        assert!(received.tls);
        assert_eq!(received.user, Some((user.to_owned(), mechanism.to_owned())));
    }
}

fn submission_server(encryption: Encryption) -> OurServer {
    OurServer::start(Settings { protocol: Protocol::Smtp, encryption, require_auth: true, ..Settings::OPEN })
}

#[track_caller]
fn deliver(server: &OurServer, send: Send, job: &Job<'_>) -> Received {
    let outcome = send(job);
    assert!(outcome.success, "the client failed, the server saw {:?}:\n{}", server.failures(), outcome.transcript);
    let received = server.received();
    assert_arrived(job.message, &received.message, &[]);
    received
}

fn job<'a>(server: &OurServer, message: &'a [u8]) -> Job<'a> {
    Job { server: server.address, encryption: Encryption::None, login: None, from: FROM, to: &[ALICE], message }
}
