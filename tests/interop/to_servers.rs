//! Our client to the servers of others. What they keep is what it sent.

use mailproto::smtp::{BodyType, ExtensionSet, Parameter};

use crate::clients::Encryption;
use crate::message::{FIFTY_MEBIBYTES, assert_arrived, eight_bit, international, large, plain};
use crate::ours::Failure;
use crate::ours::client::{Answers, Session, Transfer};
use crate::servers::{ACCOUNTS, MailServer};

const FROM: &str = "sender@mail.test";
const ALICE: &str = "alice@mail.test";

to!(postfix:
    says_nothing_before_the_greeting
    logs_in_by_plain_after_starttls
    logs_in_by_login_over_implicit_tls
    hears_that_the_password_is_wrong
    sends_every_octet_of_plain_text
    sends_eight_bit_text
    sends_international_mail
    sends_in_one_chunk
    sends_in_many_chunks
    hears_about_each_recipient
    hears_about_each_recipient_of_chunks
    sends_nothing_when_no_recipient_is_left
    sends_several_messages_on_one_connection
    sends_fifty_mebibytes
    sends_fifty_mebibytes_in_chunks);

to!(exim:
    says_nothing_before_the_greeting
    logs_in_by_plain_after_starttls
    logs_in_by_login_over_implicit_tls
    hears_that_the_password_is_wrong
    sends_every_octet_of_plain_text
    sends_eight_bit_text
    sends_international_mail
    sends_in_one_chunk
    sends_in_many_chunks
    hears_about_each_recipient
    hears_about_each_recipient_of_chunks
    sends_nothing_when_no_recipient_is_left
    sends_several_messages_on_one_connection
    sends_fifty_mebibytes
    sends_fifty_mebibytes_in_chunks);

to!(aiosmtpd:
    says_nothing_before_the_greeting
    logs_in_by_plain_after_starttls
    logs_in_by_login_over_implicit_tls
    hears_that_the_password_is_wrong
    sends_every_octet_of_plain_text
    sends_eight_bit_text
    sends_international_mail
    hears_about_each_recipient
    sends_nothing_when_no_recipient_is_left
    sends_several_messages_on_one_connection
    sends_fifty_mebibytes);

to!(smtp_server:
    says_nothing_before_the_greeting
    logs_in_by_plain_after_starttls
    logs_in_by_login_over_implicit_tls
    hears_that_the_password_is_wrong
    sends_every_octet_of_plain_text
    sends_eight_bit_text
    sends_international_mail
    hears_about_each_recipient
    sends_nothing_when_no_recipient_is_left
    sends_several_messages_on_one_connection
    sends_fifty_mebibytes);

to!(opensmtpd:
    says_nothing_before_the_greeting
    sends_every_octet_of_plain_text
    sends_eight_bit_text
    sends_nothing_when_no_recipient_is_left
    sends_several_messages_on_one_connection
    sends_fifty_mebibytes
    says_nothing_when_the_handshake_breaks);

fn says_nothing_before_the_greeting(server: &MailServer) {
    let session = Session::open_hastily(server.smtp).expect("the server greets and answers");
    session.quit().expect("the server says good-bye");
}

fn logs_in_by_plain_after_starttls(server: &MailServer) {
    let mut session = open(server.submission, Encryption::StartTls);
    submit(server, &mut session, "PLAIN");
    session.quit().expect("the server says good-bye");
}

fn logs_in_by_login_over_implicit_tls(server: &MailServer) {
    let address = server.submissions.expect("a server with such a port");
    let mut session = open(address, Encryption::Implicit);
    submit(server, &mut session, "LOGIN");
    session.quit().expect("the server says good-bye");
}

fn hears_that_the_password_is_wrong(server: &MailServer) {
    let mut session = open(server.submission, Encryption::StartTls);
    let (user, password) = ACCOUNTS[0];
    for mechanism in ["PLAIN", "LOGIN"] {
        let code = session.log_in(mechanism, user, "wrong").expect("the server answers");
        assert_eq!(code, 535, "{} to {mechanism}", server.name);
    }
    let code = session.log_in("PLAIN", user, password).expect("the server answers");
    assert_eq!(code, 235, "{} to the right password", server.name);
}

fn sends_every_octet_of_plain_text(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::None);
    deliver(server, &mut session, &plain(), &[], Transfer::Lines);
}

fn sends_eight_bit_text(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::None);
    let message = eight_bit();
    let parameters = [Parameter::Body(BodyType::EightBitMime), Parameter::Size(message.len() as u64)];
    deliver(server, &mut session, &message, &parameters, Transfer::Lines);
}

fn sends_international_mail(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::StartTls);
    let message = international();
    let parameters = [Parameter::Body(BodyType::EightBitMime), Parameter::SmtpUtf8];
    let answers = session
        .send("absender@k\u{f6}ln.test", &["j\u{f6}rg@mail.test"], &parameters, &message, Transfer::Lines)
        .expect("the server answers");
    assert_eq!(answers, taken(1), "{}", server.name);
    assert_arrived(&message, &server.delivered_to("j\u{f6}rg"), server.trace);
}

fn sends_in_one_chunk(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::None);
    deliver(server, &mut session, &plain(), &[], Transfer::Chunks(usize::MAX));
}

fn sends_in_many_chunks(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::StartTls);
    deliver(server, &mut session, &plain(), &[], Transfer::Chunks(97));
}

fn hears_about_each_recipient(server: &MailServer) {
    send_to_some(server, Transfer::Lines);
}

fn hears_about_each_recipient_of_chunks(server: &MailServer) {
    send_to_some(server, Transfer::Chunks(1_000));
}

fn sends_nothing_when_no_recipient_is_left(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::None);
    let answers =
        session.send(FROM, &["nobody@mail.test"], &[], &plain(), Transfer::Lines).expect("the server answers");
    // OpenSMTPD has a code of its own for a recipient that it does not know.
    let refusal = if server.name == "OpenSMTPD" { 524 } else { 550 };
    assert_eq!(answers.recipients, [refusal], "{}", server.name);
    assert_eq!(answers.verdicts, [0_u16; 0], "{}", server.name);
    // The connection is still good.
    session.reset().expect("the server forgets the message");
    deliver(server, &mut session, &eight_bit(), &[], Transfer::Lines);
}

fn sends_several_messages_on_one_connection(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::None);
    for message in [plain(), large(100_000), plain()] {
        deliver(server, &mut session, &message, &[], Transfer::Lines);
        let code = session.reset().expect("the server answers");
        assert_eq!(code, 250, "{}", server.name);
    }
    session.quit().expect("the server says good-bye");
}

fn sends_fifty_mebibytes(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::None);
    let message = &*FIFTY_MEBIBYTES;
    let parameters = [Parameter::Size(message.len() as u64)];
    deliver(server, &mut session, message, &parameters, Transfer::Lines);
}

fn sends_fifty_mebibytes_in_chunks(server: &MailServer) {
    let mut session = open(server.smtp, Encryption::StartTls);
    let message = &*FIFTY_MEBIBYTES;
    deliver(server, &mut session, message, &[], Transfer::Chunks(1 << 20));
}

fn says_nothing_when_the_handshake_breaks(server: &MailServer) {
    match Session::open(server.submission, Encryption::StartTls) {
        Err(Failure::Stream(_)) => {}
        Err(other) => panic!("the handshake broke, and the session says {other:?}"),
        // A build whose TLS works.
        Ok(mut session) => deliver(server, &mut session, &plain(), &[], Transfer::Lines),
    }
}

#[track_caller]
fn open(address: std::net::SocketAddr, encryption: Encryption) -> Session {
    Session::open(address, encryption).expect("the server takes the connection")
}

#[track_caller]
fn submit(server: &MailServer, session: &mut Session, mechanism: &str) {
    let refused = session.send(FROM, &[ALICE], &[], &plain(), Transfer::Lines).expect("the server answers");
    assert!(refused.verdicts.is_empty(), "{} takes mail from anyone", server.name);
    session.reset().expect("the server forgets the message");

    let (user, password) = ACCOUNTS[1];
    let code = session.log_in(mechanism, user, password).expect("the server answers");
    assert_eq!(code, 235, "{} to {mechanism}", server.name);
    deliver(server, session, &plain(), &[], Transfer::Lines);
}

#[track_caller]
fn deliver(
    server: &MailServer,
    session: &mut Session,
    message: &[u8],
    parameters: &[Parameter<'_>],
    transfer: Transfer,
) {
    if let Transfer::Chunks(_) = transfer {
        assert!(session.extensions().offers(ExtensionSet::CHUNKING), "{}", server.name);
    }
    let answers = session.send(FROM, &[ALICE], parameters, message, transfer).expect("the server answers");
    assert_eq!(answers, taken(1), "{}", server.name);
    assert_arrived(message, &server.delivered_to("alice"), server.trace);
}

#[track_caller]
fn send_to_some(server: &MailServer, transfer: Transfer) {
    let to = [ALICE, "nobody@mail.test", "later@mail.test", "bob@mail.test", "alice@elsewhere.test"];
    let message = plain();
    let mut session = open(server.smtp, Encryption::None);
    let answers = session.send(FROM, &to, &[], &message, transfer).expect("the server answers");
    let elsewhere = answers.recipients[4];
    assert!((500..600).contains(&elsewhere), "{} relays for anyone: {elsewhere}", server.name);
    assert_eq!(answers.recipients[..4], [250, 550, 450, 250], "{}", server.name);
    assert_eq!(answers.verdicts, [250], "{}", server.name);
    for mailbox in ["alice", "bob"] {
        assert_arrived(&message, &server.delivered_to(mailbox), server.trace);
    }
    session.quit().expect("the server says good-bye");
}

fn taken(recipients: usize) -> Answers {
    Answers { sender: 250, recipients: vec![250; recipients], verdicts: vec![250] }
}
