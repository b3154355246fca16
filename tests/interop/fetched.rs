//! What programs of others fetch from our server is what was put there.

use crate::clients::Encryption;
use crate::fetchers::{self, Fetched, Job};
use crate::message::{assert_all_arrived, assert_arrived, eight_bit, large, plain};
use crate::ours::maildrop::OurMaildrop;
use crate::servers::ACCOUNTS;

type Fetch = fn(&Job<'_>) -> Fetched;

/// What getmail puts in front of a message.
const TRACE: &[&str] = &["Return-Path"];

/// Makes a test of each behaviour for one program.
macro_rules! by {
    ($program:ident: $($behaviour:ident)*) => {
        mod $program {
            $(
                #[test]
                fn $behaviour() {
                    super::$behaviour(super::fetchers::$program::fetch);
                }
            )*
        }
    };
}

by!(poplib:
    fetches_in_plain_text
    fetches_after_stls
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

by!(curl:
    fetches_in_plain_text
    fetches_after_stls
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

by!(fetchmail:
    fetches_in_plain_text
    fetches_after_stls
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

by!(getmail:
    fetches_in_plain_text
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

by!(mpop:
    fetches_in_plain_text
    fetches_after_stls
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

by!(mutt:
    fetches_in_plain_text
    fetches_after_stls
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

by!(node_pop3:
    fetches_in_plain_text
    fetches_over_implicit_tls
    is_told_that_the_password_is_wrong
    fetches_five_mebibytes);

fn fetches_in_plain_text(fetch: Fetch) {
    fetch_all(fetch, Encryption::None);
}

fn fetches_after_stls(fetch: Fetch) {
    fetch_all(fetch, Encryption::StartTls);
}

fn fetches_over_implicit_tls(fetch: Fetch) {
    fetch_all(fetch, Encryption::Implicit);
}

fn is_told_that_the_password_is_wrong(fetch: Fetch) {
    let server = OurMaildrop::start(Encryption::None, &[plain()]);
    let (outcome, messages) = fetch(&Job { password: "wrong", ..job(&server, Encryption::None, 1) });
    assert!(!outcome.success, "{}", outcome.transcript);
    let (seen, transcript) = (server.seen(), outcome.transcript);
    assert!(messages.is_empty() && seen.logins.is_empty() && seen.deleted.is_empty(), "{seen:?}\n{transcript}");
}

fn fetches_five_mebibytes(fetch: Fetch) {
    let message = large(5 << 20);
    let server = OurMaildrop::start(Encryption::None, std::slice::from_ref(&message));
    let (outcome, messages) = fetch(&job(&server, Encryption::None, 1));
    assert!(outcome.success, "the program failed, the server saw {:?}", server.seen());
    let [arrived] = messages.try_into().unwrap_or_else(|messages: Vec<_>| panic!("{} messages", messages.len()));
    assert_arrived(&message, &arrived, TRACE);
}

#[track_caller]
fn fetch_all(fetch: Fetch, encryption: Encryption) {
    // Stored as some systems store it: the line ends are to be made whole.
    let repaired = large(5_000);
    let stored = [plain(), eight_bit(), repaired.iter().copied().filter(|byte| *byte != b'\r').collect()];
    let server = OurMaildrop::start(encryption, &stored);
    let (outcome, messages) = fetch(&job(&server, encryption, 3));
    let (seen, transcript) = (server.seen(), &outcome.transcript);
    assert!(outcome.success, "the program failed, the server saw {seen:?}:\n{transcript}");
    let messages: [_; 3] =
        messages.try_into().unwrap_or_else(|messages: Vec<_>| panic!("{} messages\n{transcript}", messages.len()));
    let [plain, eight_bit, _] = stored;
    assert_all_arrived(&[plain, eight_bit, repaired], messages, TRACE);
    assert_eq!(seen.deleted, [1, 2, 3], "{transcript}");
    assert!(seen.failures.is_empty(), "{seen:?}\n{transcript}");
    for (user, _, tls) in &seen.logins {
        assert_eq!((user.as_str(), *tls), ("alice", encryption != Encryption::None));
    }
}

#[test]
fn poplib_gets_an_answer_to_everything_it_can_ask() {
    let server = OurMaildrop::start(Encryption::None, &[plain(), eight_bit(), large(5_000)]);
    let outcome = fetchers::poplib::ask_for_everything(&job(&server, Encryption::None, 3));
    outcome.assert_success();
    let seen = server.seen();
    assert_eq!(seen.logins, [("alice".to_owned(), "APOP".to_owned(), false)]);
    assert_eq!(seen.deleted, [3]);
}

fn job(server: &OurMaildrop, encryption: Encryption, messages: usize) -> Job<'static> {
    let [(user, password), _] = ACCOUNTS;
    Job { server: server.address, encryption, user, password, messages }
}
