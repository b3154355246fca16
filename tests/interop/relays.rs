//! Relays of others between our submission and our server: what they pass on is what they were
//! given.

use std::net::SocketAddr;

use mailproto::sasl::{Mechanism, Mechanisms};
use mailproto::smtp::{BodyType, Envelope, Notify, Protocol, Recipient, Return, SubmissionOptions, TlsPolicy, Verdict};

use crate::clients::{CLIENT_NAME, Encryption};
use crate::message::{FIFTY_MEBIBYTES, assert_arrived, eight_bit, international, plain};
use crate::ours::server::{self, OurServer, Received, Settings};
use crate::ours::submission::submit;
use crate::servers::{self, ACCOUNTS, MailServer};

const CAROL: &str = "carol@mail.test";
const ALICE: &str = "alice@mail.test";
const BOB: &str = "bob@mail.test";

type Start = fn(SocketAddr) -> MailServer;

/// Makes a test of each behaviour for one relay.
macro_rules! through {
    ($relay:ident: $($behaviour:ident)*) => {
        mod $relay {
            $(
                #[test]
                fn $behaviour() {
                    super::$behaviour(crate::servers::$relay::start_relay);
                }
            )*
        }
    };
}

through!(postfix:
    relays_international_mail
    relays_what_the_sender_wants_to_know
    returns_what_some_recipients_were_refused
    relays_fifty_mebibytes);

through!(exim:
    relays_eight_bit_text
    relays_international_mail
    relays_what_the_sender_wants_to_know
    returns_what_some_recipients_were_refused
    relays_fifty_mebibytes);

#[test]
fn postfix_sends_its_commands_at_once() {
    let received = relay(servers::postfix::start_relay, Settings::OPEN, &envelope(&[ALICE, BOB]), &plain());
    assert!(received.pipelined && !received.chunked, "{received:?}");
    assert_eq!(received.to, [ALICE, BOB]);
    assert_eq!(received.from, CAROL);
}

#[test]
fn postfix_says_that_text_has_eight_bits() {
    let received = relay(servers::postfix::start_relay, Settings::OPEN, &envelope(&[ALICE]), &eight_bit());
    assert!(received.parameters.contains("BODY=8BITMIME"), "{received:?}");
}

#[test]
fn exim_sends_chunks() {
    let received = relay(servers::exim::start_relay, Settings::OPEN, &envelope(&[ALICE]), &plain());
    assert!(received.pipelined && received.chunked, "{received:?}");
    assert_eq!(received.to, [ALICE]);
    assert_eq!(received.from, CAROL);
}

#[test]
fn postfix_logs_in_under_tls() {
    let account = ACCOUNTS[0];
    let settings = Settings { encryption: Encryption::StartTls, require_auth: true, ..Settings::OPEN };
    let start = |next| servers::postfix::start_submitting_relay(next, account);
    let received = relay(start, settings, &envelope(&[ALICE]), &eight_bit());
    assert!(received.tls);
    assert_eq!(received.user.map(|(user, _)| user).as_deref(), Some(account.0));
}

/// Postfix speaks SCRAM by Cyrus SASL.
#[test]
fn postfix_proves_that_it_knows_the_password_and_wants_the_same_of_us() {
    let account = ACCOUNTS[0];
    for mechanism in [Mechanism::ScramSha1, Mechanism::ScramSha256, Mechanism::ScramSha512, Mechanism::CramMd5] {
        let mechanisms = Mechanisms::NONE.with(mechanism);
        let encryption = Encryption::StartTls;
        let settings = Settings { encryption, require_auth: true, mechanisms, ..Settings::OPEN };
        let start = |next| servers::postfix::start_submitting_relay(next, account);
        let received = relay(start, settings, &envelope(&[ALICE]), &eight_bit());
        assert_eq!(received.user, Some((account.0.to_owned(), mechanism.name().to_owned())));
    }
}

#[test]
fn postfix_delivers_by_lmtp() {
    let next = OurServer::start(Settings { protocol: Protocol::Lmtp, ..Settings::OPEN });
    let relay = servers::postfix::start_lmtp_relay(next.address);
    let message = plain();
    let full = format!("{}@mail.test", server::FULL);
    hand_over(&relay, &envelope(&[ALICE, "nobody@mail.test", &full, BOB]), &message);
    for recipient in [ALICE, BOB] {
        let received = next.received();
        assert_eq!(received.to, [recipient]);
        assert_arrived(&message, &received.message, relay.trace);
    }
    let report = next.received();
    assert_eq!((report.from.as_str(), &report.to[..]), ("", &[CAROL.to_owned()][..]));
    for refusal in ["No such user", "Mailbox full"] {
        assert!(contains(&report, refusal), "{report:?}");
    }
    assert_eq!(next.failures(), [""; 0]);
}

/// Exim passes eight bits on and does not say so; hence no look at the parameters here.
fn relays_eight_bit_text(start: Start) {
    relay(start, Settings::OPEN, &envelope(&[ALICE]), &eight_bit());
}

fn relays_international_mail(start: Start) {
    let mut envelope = envelope(&["j\u{f6}rg@mail.test"]);
    envelope.smtputf8 = true;
    let received = relay(start, Settings::OPEN, &envelope, &international());
    assert!(received.parameters.contains("SMTPUTF8"), "{received:?}");
    assert_eq!(received.to, ["j\u{f6}rg@mail.test"]);
}

fn relays_what_the_sender_wants_to_know(start: Start) {
    let mut envelope = envelope(&[]);
    envelope.ret = Some(Return::Headers);
    envelope.envelope_id = Some("a+b=c".to_owned());
    envelope.recipients = vec![
        Recipient { notify: Some(Notify::NEVER), ..Recipient::new(ALICE) },
        Recipient {
            notify: Some(Notify { failure: true, delay: true, success: false }),
            original: Some(("rfc822".to_owned(), "bob+1@elsewhere.test".to_owned())),
            ..Recipient::new(BOB)
        },
    ];
    let received = relay(start, Settings::OPEN, &envelope, &plain());
    assert!(received.parameters.contains("RET=HDRS"), "{received:?}");
    assert!(received.parameters.contains("ENVID=a+2Bb+3Dc"), "{received:?}");
    let wishes = |recipient: &str| {
        let place = received.to.iter().position(|to| to == recipient).expect("every recipient arrives");
        received.wishes[place].as_str()
    };
    assert!(wishes(ALICE).contains("NOTIFY=NEVER"), "{received:?}");
    assert!(wishes(BOB).contains("ORCPT=rfc822;bob+2B1@elsewhere.test"), "{received:?}");
    for wish in ["FAILURE", "DELAY"] {
        assert!(wishes(BOB).contains(wish), "{received:?}");
    }
}

fn returns_what_some_recipients_were_refused(start: Start) {
    let next = OurServer::start(Settings::OPEN);
    let relay = start(next.address);
    let message = plain();
    hand_over(&relay, &envelope(&[ALICE, "nobody@mail.test", "later@mail.test", BOB]), &message);
    let mut received = next.received();
    received.to.sort_unstable();
    assert_eq!(received.to, [ALICE, BOB]);
    assert_arrived(&message, &received.message, relay.trace);
    let report = next.received();
    assert_eq!((report.from.as_str(), &report.to[..]), ("", &[CAROL.to_owned()][..]));
    assert!(contains(&report, "550 5.1.1 No such user"), "{report:?}");
    relay.await_log("450 4.2.1 Come back later");
    next.assert_nothing_received();
}

fn relays_fifty_mebibytes(start: Start) {
    relay(start, Settings::OPEN, &envelope(&[ALICE]), &FIFTY_MEBIBYTES);
}

/// Sends a message through a relay, and returns it as it came out, with every octet in its place.
#[track_caller]
fn relay(
    start: impl FnOnce(SocketAddr) -> MailServer,
    settings: Settings,
    envelope: &Envelope,
    message: &[u8],
) -> Received {
    let next = OurServer::start(settings);
    let relay = start(next.address);
    hand_over(&relay, envelope, message);
    let received = next.received();
    assert_arrived(message, &received.message, relay.trace);
    relay.assert_no_complaint();
    received
}

#[track_caller]
fn hand_over(relay: &MailServer, envelope: &Envelope, message: &[u8]) {
    let mut envelope = envelope.clone();
    envelope.size = Some(message.len() as u64);
    if !message.is_ascii() {
        envelope.body = BodyType::EightBitMime;
    }
    let recipients = envelope.recipients.len();
    let terms = SubmissionOptions { tls: TlsPolicy::None, ..SubmissionOptions::new(CLIENT_NAME) };
    let report = submit(relay.smtp, terms, &[(envelope, message)]).expect("the relay lets us finish");
    assert_eq!(report.verdicts, [vec![Verdict::Accepted; recipients]], "{}: {report:?}", relay.name);
}

fn envelope(to: &[&str]) -> Envelope {
    Envelope::new(CAROL, to.iter().copied())
}

fn contains(report: &Received, text: &str) -> bool {
    String::from_utf8_lossy(&report.message).contains(text)
}
