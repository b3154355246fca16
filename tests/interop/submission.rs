//! Our submission, the whole delivery as one task, to the servers of others.

use std::time::{SystemTime, UNIX_EPOCH};

use mailproto::sasl::{Mechanism, Nonce};
use mailproto::smtp::{
    BodyType, Envelope, ExtensionSet, Failure as Reason, Login, Protocol, SubmissionOptions, TlsPolicy, Verdict,
};

use crate::clients::CLIENT_NAME;
use crate::message::{FIFTY_MEBIBYTES, assert_all_arrived, assert_arrived, eight_bit, international, large, plain};
use crate::ours::Failure;
use crate::ours::submission::{Report, submit};
use crate::servers::{ACCOUNTS, MailServer, dovecot};

const FROM: &str = "sender@mail.test";
const ALICE: &str = "alice@mail.test";

to!(postfix:
    logs_in_by_every_mechanism
    logs_in_by_the_strongest_mechanism
    tells_why_a_token_is_refused
    logs_in_after_starttls
    logs_in_over_implicit_tls
    tells_that_the_password_is_wrong
    tells_what_became_of_each_recipient
    goes_on_when_no_recipient_is_left
    sends_international_mail
    sends_fifty_mebibytes);

to!(exim:
    logs_in_after_starttls
    logs_in_over_implicit_tls
    tells_that_the_password_is_wrong
    tells_what_became_of_each_recipient
    goes_on_when_no_recipient_is_left
    sends_international_mail
    sends_fifty_mebibytes);

to!(aiosmtpd:
    logs_in_after_starttls
    logs_in_over_implicit_tls
    tells_that_the_password_is_wrong
    tells_what_became_of_each_recipient
    goes_on_when_no_recipient_is_left
    sends_international_mail
    sends_fifty_mebibytes);

to!(smtp_server:
    logs_in_after_starttls
    logs_in_over_implicit_tls
    tells_that_the_password_is_wrong
    tells_what_became_of_each_recipient
    goes_on_when_no_recipient_is_left
    sends_international_mail
    sends_fifty_mebibytes);

to!(opensmtpd:
    goes_on_when_no_recipient_is_left
    keeps_international_mail_to_itself
    keeps_the_message_to_itself_when_the_handshake_breaks);

fn logs_in_after_starttls(server: &MailServer) {
    let (user, password) = ACCOUNTS[1];
    let terms = SubmissionOptions { tls: TlsPolicy::Required, login: Some(Login::new(user, password)), ..terms() };
    let messages = [plain(), eight_bit(), large(100_000)];
    let report = send(server.submission, terms, &messages.each_ref().map(|message| envelope(&[ALICE], message)));
    assert_eq!(report.verdicts, [[Verdict::Accepted]; 3], "{}: {report:?}", server.name);
    assert_all_arrived(&messages, messages.each_ref().map(|_| server.delivered_to("alice")), server.trace);
}

/// Postfix with Dovecot behind it knows all of these.
fn logs_in_by_every_mechanism(server: &MailServer) {
    let (user, password) = ACCOUNTS[0];
    for mechanism in [
        Mechanism::Plain,
        Mechanism::Login,
        Mechanism::CramMd5,
        Mechanism::ScramSha1,
        Mechanism::ScramSha256,
        Mechanism::XOAuth2,
        Mechanism::OAuthBearer,
        Mechanism::Anonymous,
    ] {
        let mut login = match mechanism {
            Mechanism::XOAuth2 | Mechanism::OAuthBearer => Login::with_token(user, dovecot::TOKEN),
            Mechanism::Anonymous => Login::anonymous("a passer-by"),
            _ => Login::new(user, password),
        };
        login.mechanism = Some(mechanism);
        login.nonce = Some(nonce());
        let terms = SubmissionOptions { tls: TlsPolicy::Required, login: Some(login), ..terms() };
        let message = plain();
        // Nobody in particular may log in, and still has no more rights than before.
        let address = if mechanism == Mechanism::Anonymous { server.smtp } else { server.submission };
        let report = send(address, terms, &[envelope(&[ALICE], &message)]);
        assert_eq!(report.failure, None, "{}: {mechanism}: {report:?}", server.name);
        assert_eq!(report.verdicts, [[Verdict::Accepted]], "{}: {mechanism}: {report:?}", server.name);
        assert_eq!(report.login, Some((mechanism, None)));
        assert_arrived(&message, &server.delivered_to("alice"), server.trace);
    }
}

fn logs_in_by_the_strongest_mechanism(server: &MailServer) {
    let (user, password) = ACCOUNTS[1];
    let mut login = Login::new(user, password);
    login.nonce = Some(nonce());
    let terms = SubmissionOptions { tls: TlsPolicy::Required, login: Some(login), ..terms() };
    let report = send(server.submission, terms, &[envelope(&[ALICE], &plain())]);
    assert_eq!(report.login, Some((Mechanism::ScramSha256, None)), "{report:?}");
    assert_eq!(report.verdicts, [[Verdict::Accepted]]);
    let mut wrong = Login::new(user, "wrong");
    wrong.nonce = Some(nonce());
    let terms = SubmissionOptions { login: Some(wrong), tls: TlsPolicy::Required, ..self::terms() };
    let report = send(server.submission, terms, &[envelope(&[ALICE], &plain())]);
    assert_eq!(report.failure, Some((Reason::LoginRefused, Some(535))), "{report:?}");
}

fn tells_why_a_token_is_refused(server: &MailServer) {
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        let mut login = Login::with_token(ACCOUNTS[0].0, "a.wrong.token");
        login.mechanism = Some(mechanism);
        let terms = SubmissionOptions { tls: TlsPolicy::Required, login: Some(login), ..terms() };
        let report = send(server.submission, terms, &[envelope(&[ALICE], &plain())]);
        assert_eq!(report.failure, Some((Reason::LoginRefused, Some(535))), "{mechanism}: {report:?}");
        let (_, error) = report.login.expect("a login was tried");
        assert!(error.is_some_and(|error| matches!(&*error, "invalid_token" | "401" | "400")), "{mechanism}");
    }
}

/// A nonce that no exchange had before, as far as the tests go.
fn nonce() -> Nonce {
    let mut bytes = [0; 18];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right").as_nanos();
    bytes[..16].copy_from_slice(&now.to_be_bytes());
    Nonce::from_random(&bytes)
}

fn logs_in_over_implicit_tls(server: &MailServer) {
    let (user, password) = ACCOUNTS[0];
    let mut login = Login::new(user, password);
    login.mechanism = Some(mailproto::sasl::Mechanism::Login);
    let terms = SubmissionOptions { tls: TlsPolicy::Implicit, login: Some(login), ..terms() };
    let message = eight_bit();
    let address = server.submissions.expect("a server with such a port");
    let report = send(address, terms, &[envelope(&[ALICE], &message)]);
    assert_eq!(report.verdicts, [[Verdict::Accepted]], "{}: {report:?}", server.name);
    assert_arrived(&message, &server.delivered_to("alice"), server.trace);
}

fn tells_that_the_password_is_wrong(server: &MailServer) {
    let login = Some(Login::new(ACCOUNTS[0].0, "wrong"));
    let terms = SubmissionOptions { tls: TlsPolicy::Required, login, ..terms() };
    let report = send(server.submission, terms, &[envelope(&[ALICE], &plain())]);
    assert_eq!(report.failure, Some((Reason::LoginRefused, Some(535))), "{}", server.name);
    assert_eq!(report.verdicts, [[Verdict::Permanent]], "{}", server.name);
    server.assert_nothing_for("alice");
}

fn tells_what_became_of_each_recipient(server: &MailServer) {
    let to = [ALICE, "nobody@mail.test", "later@mail.test", "bob@mail.test"];
    let message = plain();
    let report = send(server.smtp, terms(), &[envelope(&to, &message)]);
    let expected = [[Verdict::Accepted, Verdict::Permanent, Verdict::Transient, Verdict::Accepted]];
    assert_eq!(report.verdicts, expected, "{}: {report:?}", server.name);
    for mailbox in ["alice", "bob"] {
        assert_arrived(&message, &server.delivered_to(mailbox), server.trace);
    }
}

fn goes_on_when_no_recipient_is_left(server: &MailServer) {
    let [lost, kept] = [plain(), large(100_000)];
    let report = send(server.smtp, terms(), &[envelope(&["nobody@mail.test"], &lost), envelope(&[ALICE], &kept)]);
    assert_eq!(report.verdicts, [[Verdict::Permanent], [Verdict::Accepted]], "{}: {report:?}", server.name);
    assert_arrived(&kept, &server.delivered_to("alice"), server.trace);
    server.assert_nothing_for("alice");
}

fn sends_international_mail(server: &MailServer) {
    let message = international();
    let mut envelope = envelope(&["j\u{f6}rg@mail.test"], &message);
    envelope.0.sender = "absender@k\u{f6}ln.test".to_owned();
    envelope.0.smtputf8 = true;
    let report = send(server.smtp, terms(), &[envelope]);
    assert_eq!(report.verdicts, [[Verdict::Accepted]], "{}: {report:?}", server.name);
    assert_arrived(&message, &server.delivered_to("j\u{f6}rg"), server.trace);
}

/// By chunks to servers that take them.
fn sends_fifty_mebibytes(server: &MailServer) {
    let message = &*FIFTY_MEBIBYTES;
    let report = send(server.smtp, SubmissionOptions { chunking: true, ..terms() }, &[envelope(&[ALICE], message)]);
    assert_eq!(report.verdicts, [[Verdict::Accepted]], "{}: {report:?}", server.name);
    assert_arrived(message, &server.delivered_to("alice"), server.trace);
}

fn keeps_international_mail_to_itself(server: &MailServer) {
    let message = international();
    let mut envelope = envelope(&[ALICE], &message);
    envelope.0.smtputf8 = true;
    let report = send(server.smtp, terms(), &[envelope]);
    assert_eq!(report.verdicts, [[Verdict::Permanent]], "{}: {report:?}", server.name);
    assert_eq!(report.reasons, [Reason::NeedsExtension(ExtensionSet::SMTPUTF8)], "{}", server.name);
    assert!(!report.commands.contains(&"MAIL".to_owned()), "{}: {report:?}", server.name);
}

/// However little TLS was asked for: it was promised.
fn keeps_the_message_to_itself_when_the_handshake_breaks(server: &MailServer) {
    for tls in [TlsPolicy::Opportunistic, TlsPolicy::Required] {
        let message = plain();
        match submit(server.submission, SubmissionOptions { tls, ..terms() }, &[envelope(&[ALICE], &message)]) {
            Err(Failure::Stream(_)) => server.assert_nothing_for("alice"),
            Err(other) => panic!("the handshake broke, and the submission says {other:?}"),
            // A build whose TLS works.
            Ok(report) => assert_eq!(report.verdicts, [[Verdict::Accepted]]),
        }
    }
}

#[test]
fn dovecot_has_a_verdict_for_each_recipient() {
    let server = dovecot::start();
    let full = format!("{}@mail.test", dovecot::FULL);
    let to = [ALICE, "nobody@mail.test", &full, "bob@mail.test"];
    for chunking in [false, true] {
        let message = eight_bit();
        let terms = SubmissionOptions { protocol: Protocol::Lmtp, chunking, ..terms() };
        let report = send(server.smtp, terms, &[envelope(&to, &message)]);
        let expected = [[Verdict::Accepted, Verdict::Permanent, Verdict::Permanent, Verdict::Accepted]];
        assert_eq!(report.verdicts, expected, "chunking {chunking}: {report:?}");
        for mailbox in ["alice", "bob"] {
            assert_arrived(&message, &server.delivered_to(mailbox), server.trace);
        }
    }
    server.assert_nothing_for(dovecot::FULL);
}

fn terms() -> SubmissionOptions {
    SubmissionOptions::new(CLIENT_NAME)
}

/// The envelope that a message asks for.
fn envelope<'a>(to: &[&str], message: &'a [u8]) -> (Envelope, &'a [u8]) {
    let mut envelope = Envelope::new(FROM, to.iter().copied());
    envelope.size = Some(message.len() as u64);
    if !message.is_ascii() {
        envelope.body = BodyType::EightBitMime;
    }
    (envelope, message)
}

/// Sends messages on one connection. RSET is said to take a message back only: a server may think
/// little of a client that begins with it.
#[track_caller]
fn send(address: std::net::SocketAddr, terms: SubmissionOptions, messages: &[(Envelope, &[u8])]) -> Report {
    let report = submit(address, terms, messages).expect("the connection lasts to the end");
    let place = |verb: &str| report.commands.iter().position(|command| command == verb);
    assert!(place("RSET").is_none() || place("MAIL") < place("RSET"), "{report:?}");
    assert_eq!(report.commands.last().map(String::as_str), Some("QUIT"), "{report:?}");
    report
}
