//! Our POP3 client at the servers of others: what it fetches is what lies there.

use mailproto::pop3::{CapabilitySet, DownloadOptions, Failure, Retention, Seen, TlsPolicy};
use mailproto::sasl::{Account, Identity, Mechanism, Nonce};

use crate::clients::Encryption;
use crate::message::{FIFTY_MEBIBYTES, eight_bit, large, plain};
use crate::ours::fetching::{Session, download};
use crate::servers::{ACCOUNTS, Maildrop, courier, dovecot};

/// Mechanisms by which Dovecot takes a password.
const BY_PASSWORD: [Mechanism; 5] =
    [Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5, Mechanism::ScramSha1, Mechanism::ScramSha256];

#[test]
fn dovecot_lets_us_in_by_user_and_pass() {
    let server = dovecot::start_maildrop(&[plain()]);
    for (encryption, address) in
        [(Encryption::None, server.pop3), (Encryption::StartTls, server.pop3), (Encryption::Implicit, server.pop3s)]
    {
        for (user, password) in ACCOUNTS {
            let mut session = Session::open(address, encryption).expect("the server takes the connection");
            session.log_in(user, "wrong").expect("the server answers").expect_err("the password is wrong");
            session.log_in(user, password).expect("the server answers").expect("the password is right");
            assert_eq!(session.list().expect("the server answers").len(), 1);
            session.quit().expect("the server answers").expect("nothing is to be deleted");
        }
    }
}

#[test]
fn dovecot_lets_us_in_by_apop() {
    let server = dovecot::start_maildrop(&[plain()]);
    let (user, password) = ACCOUNTS[0];
    let mut session = Session::open(server.pop3, Encryption::None).expect("the server takes the connection");
    session.apop(user, password).expect("the server answers").expect("the password is right");
    assert_eq!(session.list().expect("the server answers").len(), 1);

    let mut session = Session::open(server.pop3, Encryption::None).expect("the server takes the connection");
    session.apop(user, "wrong").expect("the server answers").expect_err("the password is wrong");
}

#[test]
fn dovecot_lets_us_in_by_every_mechanism_that_takes_a_password() {
    let server = dovecot::start_maildrop(&[plain()]);
    for mechanism in BY_PASSWORD {
        for (user, password) in ACCOUNTS {
            let nonce = Nonce::from_text("new-in-every-earnest-exchange").ok();
            let identity = Identity { user, password: Some(password), nonce, ..Identity::default() };
            let mut session = Session::open(server.pop3, Encryption::StartTls).expect("the server is there");
            assert!(session.capabilities().mechanisms.contains(mechanism), "{mechanism:?} is not offered");

            let wrong = session.auth(mechanism, Identity { password: Some("wrong"), ..identity });
            wrong.expect("the server answers").answer.expect_err("the password is wrong");

            let right = session.auth(mechanism, identity).expect("the server answers");
            right.answer.unwrap_or_else(|text| panic!("{mechanism:?}: {text}"));
            assert!(right.satisfied, "{mechanism:?} left something unproved");
            assert_eq!(session.list().expect("the server answers").len(), 1);
        }
    }
}

#[test]
fn dovecot_lets_us_in_by_tokens_and_says_what_is_wrong_with_others() {
    let server = dovecot::start_maildrop(&[plain()]);
    for mechanism in [Mechanism::OAuthBearer, Mechanism::XOAuth2] {
        let identity = Identity { user: "alice", token: Some(dovecot::TOKEN), ..Identity::default() };
        let mut session = Session::open(server.pop3s, Encryption::Implicit).expect("the server is there");
        let wrong = session.auth(mechanism, Identity { token: Some("not.a.token"), ..identity });
        let wrong = wrong.expect("the server answers");
        wrong.answer.expect_err("the token is wrong");
        assert!(wrong.token_error.is_some(), "{mechanism:?}: no word about the token");

        let right = session.auth(mechanism, identity).expect("the server answers");
        right.answer.unwrap_or_else(|text| panic!("{mechanism:?}: {text}"));
        assert_eq!(session.list().expect("the server answers").len(), 1);
    }
}

#[test]
fn dovecot_lets_us_in_as_nobody() {
    let server = dovecot::start_maildrop(&[plain(), eight_bit()]);
    let identity = Identity { anonymous: Some("a test"), ..Identity::default() };
    let mut session = Session::open(server.pop3, Encryption::StartTls).expect("the server takes the connection");
    session.auth(Mechanism::Anonymous, identity).expect("the server answers").answer.expect("anyone may come in");
    assert_eq!(session.list().expect("the server answers").len(), 2);
}

#[test]
fn dovecot_hands_out_every_octet() {
    hands_out_every_octet(dovecot::start_maildrop);
}

#[test]
fn dovecot_deletes_at_quit_what_is_marked_then() {
    deletes_at_quit_what_is_marked_then(dovecot::start_maildrop);
}

#[test]
fn dovecot_hands_out_only_what_is_new() {
    hands_out_only_what_is_new(dovecot::start_maildrop);
}

#[test]
fn dovecot_hands_out_fifty_mebibytes() {
    let server = dovecot::start_maildrop(std::slice::from_ref(&*FIFTY_MEBIBYTES));
    let fetched = download(server.pop3, options(TlsPolicy::Required), Seen::default()).expect("the server answers");
    assert_eq!((fetched.failure, fetched.removed), (None, Some(1)));
    assert!(fetched.messages[0] == *FIFTY_MEBIBYTES, "what came is not what lay there");
    server.await_left_to("alice", 0);
}

#[test]
fn dovecot_keeps_us_out_with_a_wrong_password() {
    let server = dovecot::start_maildrop(&[plain()]);
    let mut terms = options(TlsPolicy::Required);
    terms.login = Account::new("alice", "wrong");
    let fetched = download(server.pop3, terms, Seen::default()).expect("the server answers");
    assert_eq!((fetched.failure, fetched.messages.len()), (Some(Failure::LoginRefused), 0));
    assert_eq!(server.left_to("alice"), 1);
}

#[test]
fn courier_lets_us_in_by_everything_it_has() {
    let server = courier::start_maildrop(&[plain()]);
    for (user, password) in ACCOUNTS {
        let mut session = Session::open(server.pop3, Encryption::StartTls).expect("the server is there");
        session.log_in(user, password).expect("the server answers").expect("the password is right");
        assert_eq!(session.list().expect("the server answers").len(), 1);
        for mechanism in [Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5] {
            let identity = Identity { user, password: Some(password), ..Identity::default() };
            let mut session = Session::open(server.pop3s, Encryption::Implicit).expect("the server is there");
            assert!(session.capabilities().mechanisms.contains(mechanism), "{mechanism:?} is not offered");
            let right = session.auth(mechanism, identity).expect("the server answers");
            right.answer.unwrap_or_else(|text| panic!("{mechanism:?}: {text}"));
            assert_eq!(session.list().expect("the server answers").len(), 1);
        }
    }
}

#[test]
fn courier_hands_out_every_octet() {
    hands_out_every_octet(courier::start_maildrop);
}

#[test]
fn courier_deletes_at_quit_what_is_marked_then() {
    deletes_at_quit_what_is_marked_then(courier::start_maildrop);
}

#[test]
fn courier_hands_out_only_what_is_new() {
    hands_out_only_what_is_new(courier::start_maildrop);
}

fn hands_out_every_octet(start: fn(&[Vec<u8>]) -> Maildrop) {
    let messages = [plain(), eight_bit(), large(100_000), plain()];
    let server = start(&messages);
    let (user, password) = ACCOUNTS[0];
    let mut session = Session::open(server.pop3, Encryption::StartTls).expect("the server takes the connection");
    session.log_in(user, password).expect("the server answers").expect("the password is right");
    session.capa().expect("the server answers");
    assert!(session.capabilities().offers(CapabilitySet::UIDL), "{}", server.name);

    let listed = session.list().expect("the server answers");
    let numbers: Vec<u32> = listed.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let unique_ids = session.uidl().expect("the server answers");
    assert_eq!(unique_ids.len(), messages.len());

    let fetched = session.retr(&numbers).expect("the server answers");
    for ((message, fetched), (number, size)) in messages.iter().zip(&fetched).zip(listed) {
        assert!(fetched == message, "message {number} is not what lies there");
        assert_eq!(size, message.len() as u64, "message {number}");
    }
    let head_end = messages[2].windows(4).position(|window| window == b"\r\n\r\n").expect("a header ends") + 4;
    assert_eq!(session.top(3, 0).expect("the server answers"), messages[2][..head_end]);
    session.quit().expect("the server answers").expect("nothing is to be deleted");
    assert_eq!(server.left_to(user), messages.len());
}

fn deletes_at_quit_what_is_marked_then(start: fn(&[Vec<u8>]) -> Maildrop) {
    let server = start(&[plain(), eight_bit(), large(5_000)]);
    let (user, password) = ACCOUNTS[1];
    let open = || {
        let mut session = Session::open(server.pop3s, Encryption::Implicit).expect("the server takes the connection");
        session.log_in(user, password).expect("the server answers").expect("the password is right");
        session
    };
    let mut session = open();
    session.dele(1).expect("the server answers").expect("the message is there");
    session.rset().expect("the server answers").expect("marks can be taken away");
    session.dele(2).expect("the server answers").expect("the message is there");
    session.dele(2).expect("the server answers").expect_err("the message is marked");
    session.quit().expect("the server answers").expect("the message can be deleted");
    server.await_left_to(user, 2);

    let mut session = open();
    let left = session.retr(&[1, 2]).expect("the server answers");
    assert!(left[0] == plain() && left[1] == large(5_000), "another message was deleted");
}

fn hands_out_only_what_is_new(start: fn(&[Vec<u8>]) -> Maildrop) {
    let messages = [plain(), eight_bit(), large(5_000)];
    let server = start(&messages);
    let kept = DownloadOptions { retention: Retention::Keep, ..options(TlsPolicy::Required) };
    let first = download(server.pop3, kept.clone(), Seen::default()).expect("the server answers");
    assert_eq!((first.failure, first.removed), (None, Some(0)));
    assert!(first.messages == messages, "what came is not what lay there");
    assert_eq!((first.seen.len(), server.left_to("alice")), (3, 3));

    let second = download(server.pop3, kept, first.seen).expect("the server answers");
    assert_eq!((second.failure, second.messages.len()), (None, 0));

    let implicit = options(TlsPolicy::Implicit);
    let third = download(server.pop3s, implicit, Seen::default()).expect("the server answers");
    assert!(third.messages == messages, "what came is not what lay there");
    assert_eq!(third.removed, Some(3));
    server.await_left_to("alice", 0);
}

fn options(tls: TlsPolicy) -> DownloadOptions {
    let (user, password) = ACCOUNTS[0];
    let mut account = Account::new(user, password);
    account.nonce = Nonce::from_text("new-in-every-earnest-exchange").ok();
    DownloadOptions { tls, ..DownloadOptions::new(account) }
}
