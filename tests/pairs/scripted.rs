//! Submissions against servers that say what ours would not.

use mailproto::smtp::{
    BodyType, Delivery, Envelope, ExtensionSet, Failure, Login, Protocol, Recipient, Submission, SubmissionEvent,
    SubmissionOptions, TlsPolicy, Verdict,
};
use mailproto::{Closure, Endpoint, Error, Misuse};

/// What came of a submission.
#[derive(Debug, Default)]
struct Told {
    /// What was sent.
    wire: String,
    /// Message, recipient, verdict and failure.
    recipients: Vec<(u32, u32, Verdict, Option<Failure>)>,
    /// Messages that are done, and the code of the server's verdict on them.
    done: Vec<(u32, Option<u16>)>,
    failed: Option<Failure>,
    error: Option<Error>,
}

fn terms() -> SubmissionOptions {
    SubmissionOptions { tls: TlsPolicy::None, ..SubmissionOptions::new("h.example") }
}

fn message(recipients: usize) -> Envelope {
    let names: Vec<_> = (0..recipients).map(|recipient| format!("r{recipient}@d.example")).collect();
    Envelope::new("a@b.example", names.iter().map(String::as_str))
}

/// Submits `messages` to a server that says the next of `turns` whenever the client waits, and then
/// closes.
fn submit(options: SubmissionOptions, messages: Vec<Envelope>, turns: &[&str]) -> Told {
    let mut submission = Submission::new(options).unwrap();
    for message in messages {
        submission.submit(message).unwrap();
    }
    submission.finish();
    let mut told = Told::default();
    let mut turns = turns.iter();
    while !submission.is_closed() {
        while let Some(wanted) = hear(&mut submission, &mut told) {
            if wanted {
                pass(&mut submission, b"Subject: x\r\n\r\nhello\r\n");
            }
        }
        told.wire.push_str(std::str::from_utf8(submission.transmit()).unwrap());
        submission.transmitted(submission.transmit().len());
        match turns.next() {
            Some(turn) => {
                // A client that was dismissed hears no more.
                submission.receive(turn.as_bytes());
            }
            None => submission.receive_eof(),
        }
        if told.error.is_some() {
            break;
        }
    }
    told
}

fn pass(submission: &mut Submission, body: &[u8]) {
    assert_eq!(submission.send_data(body), Ok(body.len()));
    submission.finish_data().unwrap();
}

/// Hears one event: whether a body is wanted, `None` when there is none.
fn hear(submission: &mut Submission, told: &mut Told) -> Option<bool> {
    let event = match submission.next_event() {
        Ok(event) => event?,
        Err(error) => {
            told.error = Some(error);
            return None;
        }
    };
    let mut tls = false;
    match event {
        SubmissionEvent::BodyWanted { .. } => return Some(true),
        SubmissionEvent::StartTls => tls = true,
        SubmissionEvent::Recipient { message, recipient, delivery: Delivery { verdict, failure, .. } } => {
            told.recipients.push((message.as_u32(), recipient, verdict, failure));
        }
        SubmissionEvent::MessageDone { message, reply } => {
            told.done.push((message.as_u32(), reply.map(|reply| reply.code())));
        }
        SubmissionEvent::Failed { failure, .. } => told.failed = Some(failure),
        _ => {}
    }
    if tls {
        submission.tls_started().unwrap();
    }
    Some(false)
}

const HELLO: &str = "250-mx\r\n250-PIPELINING\r\n250 SIZE 1000\r\n";
const PLAIN_HELLO: &str = "250 mx\r\n";

use Verdict::{Accepted, Permanent, Transient, Unknown};

#[test]
fn every_message_is_examined_also_behind_one_that_is_refused_unsent() {
    let large = Envelope { size: Some(1_001), ..message(1) };
    let eight_bit = Envelope { body: BodyType::EightBitMime, ..message(1) };
    let told = submit(
        terms(),
        vec![large.clone(), large, eight_bit, message(1)],
        &["220 mx\r\n", HELLO, "250 ok\r\n250 ok\r\n354 go\r\n", "250 ok\r\n", "221 bye\r\n"],
    );
    let needs = Failure::NeedsExtension(ExtensionSet::EIGHT_BIT_MIME);
    assert_eq!(
        told.recipients,
        [
            (0, 0, Permanent, Some(Failure::TooLarge)),
            (1, 0, Permanent, Some(Failure::TooLarge)),
            (2, 0, Permanent, Some(needs)),
            (3, 0, Accepted, None)
        ]
    );
    assert_eq!(told.wire.matches("MAIL").count(), 1);
}

#[test]
fn an_address_too_long_for_a_command_costs_its_recipient_and_nobody_else() {
    let mut envelope = message(2);
    envelope.recipients[0] = Recipient::new(&format!("{}@d.example", "x".repeat(3_000)));
    let endless = Envelope { sender: format!("{}@d.example", "x".repeat(3_000)), ..message(1) };
    let told = submit(
        terms(),
        vec![endless, envelope],
        &["220 mx\r\n", HELLO, "250 ok\r\n250 ok\r\n354 go\r\n", "250 ok\r\n", "221 bye\r\n"],
    );
    assert_eq!(
        told.recipients,
        [
            (0, 0, Permanent, Some(Failure::BadAddress)),
            (1, 0, Permanent, Some(Failure::BadAddress)),
            (1, 1, Accepted, None)
        ]
    );
    let name = "x".repeat(3_000);
    assert_eq!(
        Submission::new(SubmissionOptions::new(&name)).err(),
        Some(Error::Misuse(Misuse::TooLong { limit: 2_041 }))
    );
}

#[test]
fn a_verdict_is_told_with_a_message_only_if_it_came_to_one() {
    // All recipients refused, by a server that takes DATA all the same (RFC 2920 §3.1).
    let told = submit(
        terms(),
        vec![message(1)],
        &["220 mx\r\n", HELLO, "250 ok\r\n550 no\r\n354 go\r\n", "554 nobody\r\n", "221 bye\r\n"],
    );
    assert_eq!((told.recipients, told.done), (vec![(0, 0, Permanent, None)], vec![(0, None)]));
    assert!(told.wire.ends_with("DATA\r\n.\r\nQUIT\r\n"), "{}", told.wire);
    // The sender refused.
    let told = submit(
        terms(),
        vec![message(2)],
        &["220 mx\r\n", HELLO, "450 later\r\n503 no\r\n503 no\r\n503 no\r\n", "221 bye\r\n"],
    );
    assert_eq!(told.recipients, [(0, 0, Transient, None), (0, 1, Transient, None)]);
    assert_eq!(told.done, [(0, None)]);
    // The message refused.
    let told = submit(
        terms(),
        vec![message(1)],
        &["220 mx\r\n", HELLO, "250 ok\r\n250 ok\r\n354 go\r\n", "554 spam\r\n", "221 bye\r\n"],
    );
    assert_eq!((told.recipients, told.done), (vec![(0, 0, Permanent, None)], vec![(0, Some(554))]));
}

#[test]
fn yes_to_a_message_before_it_was_sent_is_no_yes() {
    for early in ["250 ok\r\n250 ok\r\n250 what\r\n", "250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n"] {
        let mut submission = Submission::new(terms()).unwrap();
        submission.submit(message(1)).unwrap();
        submission.receive(b"220 mx\r\n");
        let mut told = Told::default();
        while hear(&mut submission, &mut told).is_some() {}
        submission.receive(HELLO.as_bytes());
        while hear(&mut submission, &mut told).is_some() {}
        submission.transmitted(submission.transmit().len());
        submission.receive(early.as_bytes());
        // The host passes nothing.
        while hear(&mut submission, &mut told).is_some() {}
        assert_eq!(told.recipients, [(0, 0, Transient, None)], "{early}");
    }
}

#[test]
fn without_pipelining_a_server_is_not_asked_about_recipients_of_a_refused_sender() {
    let told = submit(terms(), vec![message(3)], &["220 mx\r\n", PLAIN_HELLO, "550 not you\r\n", "221 bye\r\n"]);
    assert_eq!(told.wire, "EHLO h.example\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n");
    assert!(told.recipients.iter().all(|(_, _, verdict, _)| *verdict == Permanent));
}

#[test]
fn a_refused_transaction_is_taken_back_before_the_next_and_never_first() {
    let told = submit(
        terms(),
        vec![message(1), message(1)],
        &[
            "220 mx\r\n",
            PLAIN_HELLO,
            "250 ok\r\n",
            "550 no\r\n",
            "250 reset\r\n",
            "250 ok\r\n",
            "250 ok\r\n",
            "354 go\r\n",
            "250 ok\r\n",
            "221 bye\r\n",
        ],
    );
    assert_eq!(told.recipients, [(0, 0, Permanent, None), (1, 0, Accepted, None)]);
    assert!(told.wire.contains("RCPT TO:<r0@d.example>\r\nRSET\r\nMAIL"), "{}", told.wire);
    let told = submit(
        terms(),
        vec![message(1), message(1)],
        &["220 mx\r\n", PLAIN_HELLO, "250 ok\r\n", "550 no\r\n", "502 what\r\n", "221 bye\r\n"],
    );
    assert_eq!(told.recipients[1], (1, 0, Transient, Some(Failure::ConnectionLost)), "RSET itself refused");
    assert_eq!(told.failed, Some(Failure::ConnectionLost));
}

#[test]
fn a_chunk_that_was_announced_is_sent_whole_though_it_is_refused_meanwhile() {
    let mut submission = Submission::new(SubmissionOptions { chunking: true, ..terms() }).unwrap();
    submission.submit(message(1)).unwrap();
    submission.submit(message(1)).unwrap();
    let mut told = Told::default();
    for turn in ["220 mx\r\n", "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "250 ok\r\n250 ok\r\n"] {
        while hear(&mut submission, &mut told).is_some() {}
        submission.transmitted(submission.transmit().len());
        submission.receive(turn.as_bytes());
    }
    assert_eq!(hear(&mut submission, &mut told), Some(true));
    // More than the transmit buffer holds.
    let body = b"x".repeat(40_000);
    let mut passed = submission.send_data(&body).unwrap();
    assert!(passed < body.len());
    let mut wire = submission.transmit().to_vec();
    submission.transmitted(submission.transmit().len());
    submission.receive(b"552 5.3.4 too much\r\n");
    while hear(&mut submission, &mut told).is_some() {}
    assert_eq!(told.recipients, [(0, 0, Permanent, None)]);
    assert!(told.done.is_empty(), "the host is still passing it");
    assert_eq!(submission.finish_data(), Err(Error::Misuse(Misuse::OutOfOrder)), "the chunk is not whole");
    while passed < body.len() {
        passed += submission.send_data(&body[passed..]).unwrap();
        wire.extend_from_slice(submission.transmit());
        submission.transmitted(submission.transmit().len());
    }
    submission.finish_data().unwrap();
    while hear(&mut submission, &mut told).is_some() {}
    wire.extend_from_slice(submission.transmit());
    assert_eq!(told.done, [(0, None)]);
    let sent = [b"BDAT 40000\r\n", &body[..], b"RSET\r\n"].concat();
    assert!(wire.ends_with(&sent), "{}", wire[wire.len().saturating_sub(40)..].escape_ascii());
}

#[test]
fn a_last_chunk_that_never_left_is_not_unknown() {
    // Without PIPELINING the last chunk waits for the reply to the one before it.
    let told = submit(
        SubmissionOptions { chunking: true, ..terms() },
        vec![message(1)],
        &["220 mx\r\n", "250-mx\r\n250 CHUNKING\r\n", "250 ok\r\n", "250 ok\r\n"],
    );
    assert!(told.wire.ends_with("hello\r\n"), "{}", told.wire);
    assert_eq!(told.recipients, [(0, 0, Transient, Some(Failure::ConnectionLost))]);
    let told = submit(
        SubmissionOptions { chunking: true, ..terms() },
        vec![message(1)],
        &["220 mx\r\n", "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "250 ok\r\n250 ok\r\n", "250 ok\r\n"],
    );
    assert!(told.wire.ends_with("BDAT 0 LAST\r\n"), "{}", told.wire);
    assert_eq!(told.recipients, [(0, 0, Unknown, Some(Failure::ConnectionLost))]);
}

#[test]
fn in_lmtp_the_last_chunk_waits_for_the_verdict_on_those_before_it() {
    let lmtp = SubmissionOptions { chunking: true, protocol: Protocol::Lmtp, ..terms() };
    let hello = "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
    let told = submit(
        lmtp.clone(),
        vec![message(2)],
        &["220 mx\r\n", hello, "250 ok\r\n250 ok\r\n250 ok\r\n", "451 later\r\n", "221 bye\r\n"],
    );
    assert!(!told.wire.contains("LAST"), "{}", told.wire);
    assert!(told.recipients.iter().all(|(_, _, verdict, _)| *verdict == Transient));
    let told = submit(
        lmtp,
        vec![message(2)],
        &["220 mx\r\n", hello, "250 ok\r\n250 ok\r\n250 ok\r\n", "250 ok\r\n", "250 ok\r\n550 full\r\n", "221 bye\r\n"],
    );
    assert_eq!(told.recipients, [(0, 0, Accepted, None), (0, 1, Permanent, None)]);
}

#[test]
fn a_server_that_does_not_know_ehlo_is_greeted_by_helo_where_nothing_is_lost_by_it() {
    let old = &[
        "220 mx\r\n",
        "502 what\r\n",
        "250 mx\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "354 go\r\n",
        "250 ok\r\n",
        "221 bye\r\n",
    ];
    let told = submit(SubmissionOptions::new("h.example"), vec![message(1)], old);
    assert!(told.wire.starts_with("EHLO h.example\r\nHELO h.example\r\nMAIL"), "{}", told.wire);
    assert_eq!(told.recipients, [(0, 0, Accepted, None)]);
    let login = Some(Login::new("tim", "tanstaaf"));
    for (terms, refusal) in [
        (SubmissionOptions { tls: TlsPolicy::Required, ..terms() }, "502 what\r\n"),
        (SubmissionOptions { login, ..terms() }, "502 what\r\n"),
        (SubmissionOptions { protocol: Protocol::Lmtp, ..terms() }, "502 what\r\n"),
        (terms(), "421 too busy\r\n"),
        (terms(), "451 later\r\n"),
    ] {
        let told = submit(terms, vec![message(1)], &["220 mx\r\n", refusal, "221 bye\r\n"]);
        assert!(!told.wire.contains("HELO"), "{}", told.wire);
        assert_eq!(told.failed, Some(Failure::Hello));
    }
}

#[test]
fn under_tls_a_server_that_refuses_ehlo_gets_no_login_and_no_plain_text() {
    let server = ["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n", "500 what\r\n", "221 bye\r\n"];
    let login = Some(Login::new("tim", "tanstaaf"));
    let told = submit(SubmissionOptions { tls: TlsPolicy::Required, login, ..terms() }, vec![message(1)], &server);
    assert_eq!(told.failed, Some(Failure::Hello));
    assert_eq!(told.wire, "EHLO h.example\r\nSTARTTLS\r\nEHLO h.example\r\nQUIT\r\n");
}

#[test]
fn tls_that_is_only_wished_for_may_be_refused() {
    let told = submit(
        SubmissionOptions::new("h.example"),
        vec![message(1)],
        &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
            "454 not now\r\n",
            "250 ok\r\n250 ok\r\n354 go\r\n",
            "250 ok\r\n",
            "221 bye\r\n",
        ],
    );
    assert_eq!(told.recipients, [(0, 0, Accepted, None)]);
    // STARTTLS, EHLO and DATA are never followed in the same flight.
    assert!(told.wire.starts_with("EHLO h.example\r\nSTARTTLS\r\nMAIL"));
}

#[test]
fn the_line_goes_down_between_messages_and_each_is_told_of_once() {
    for (verdict, failure, closure) in [
        // The next message has been begun: the 421 is the reply to it.
        ("250 ok\r\n421 4.3.2 bye\r\n", None, Closure::ByPeer),
        ("250 ok\r\n", Some(Failure::ConnectionLost), Closure::EndOfInput),
    ] {
        let turns = ["220 mx\r\n", HELLO, "250 ok\r\n250 ok\r\n354 go\r\n", verdict];
        let told = submit(terms(), vec![message(1), message(2)], &turns);
        let lost = |recipient| (1, recipient, Transient, failure);
        assert_eq!(told.recipients, [(0, 0, Accepted, None), lost(0), lost(1)]);
        assert_eq!(told.done, [(0, Some(250)), (1, None)]);
        assert_eq!(told.error, Some(Error::Closed(closure)));
    }
}

#[test]
fn too_many_recipients_is_told_as_later_by_code_or_by_announced_limits() {
    let told = submit(
        terms(),
        vec![message(2)],
        &["220 mx\r\n", HELLO, "250 ok\r\n250 ok\r\n552 too many\r\n354 go\r\n", "250 ok\r\n", "221 bye\r\n"],
    );
    assert_eq!(told.recipients, [(0, 1, Transient, None), (0, 0, Accepted, None)]);
    // RFC 9422 §4: recipients, domains, and messages in one session.
    let mut envelope = message(2);
    for address in ["x@other.example", "y@D.EXAMPLE", "z@d.example"] {
        envelope.recipients.push(Recipient::new(address));
    }
    let told = submit(
        terms(),
        vec![envelope, message(1)],
        &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250 LIMITS RCPTMAX=3 RCPTDOMAINMAX=1 MAILMAX=1\r\n",
            "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
            "250 ok\r\n",
            "221 bye\r\n",
        ],
    );
    let later = |recipient| (0, recipient, Transient, Some(Failure::LimitReached));
    assert_eq!(
        told.recipients,
        [
            later(2),
            later(4),
            (0, 0, Accepted, None),
            (0, 1, Accepted, None),
            (0, 3, Accepted, None),
            (1, 0, Transient, Some(Failure::LimitReached))
        ]
    );
}

#[test]
fn what_addresses_need_is_found_and_what_is_not_offered_is_not_said() {
    let mut envelope = message(1);
    envelope.recipients.push(Recipient::new("\u{fc}ser@d.example"));
    envelope.recipients[0].notify = Some(mailproto::smtp::Notify { success: true, ..Default::default() });
    envelope.envelope_id = Some("id".into());
    envelope.priority = Some(3);
    let told = submit(
        terms(),
        vec![envelope.clone()],
        &["220 mx\r\n", HELLO, "250 ok\r\n250 ok\r\n354 go\r\n", "250 ok\r\n", "221 bye\r\n"],
    );
    let needs = Failure::NeedsExtension(ExtensionSet::SMTPUTF8);
    assert_eq!(told.recipients, [(0, 1, Permanent, Some(needs)), (0, 0, Accepted, None)]);
    assert!(told.wire.contains("MAIL FROM:<a@b.example>\r\nRCPT TO:<r0@d.example>\r\nDATA"), "{}", told.wire);
    let told = submit(
        terms(),
        vec![envelope],
        &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250-DSN\r\n250-MT-PRIORITY\r\n250 SMTPUTF8\r\n",
            "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
            "250 ok\r\n",
            "221 bye\r\n",
        ],
    );
    let mail = "MAIL FROM:<a@b.example> SMTPUTF8 ENVID=id MT-PRIORITY=3\r\nRCPT TO:<r0@d.example> NOTIFY=SUCCESS\r\n";
    assert!(told.wire.contains(mail), "{}", told.wire);
    assert_eq!(told.recipients, [(0, 0, Accepted, None), (0, 1, Accepted, None)]);
}

#[test]
fn a_reply_that_was_cut_off_still_reaches_the_host() {
    let mut terms = terms();
    terms.limits.reply = 64;
    let mut submission = Submission::new(terms).unwrap();
    submission.submit(message(1)).unwrap();
    submission.receive(b"554-no\r\n554-");
    submission.receive(&b"x".repeat(100));
    submission.receive(b"\r\n554 never\r\n");
    let event = submission.next_event().unwrap().unwrap();
    let SubmissionEvent::Failed { reply: Some(reply), .. } = event else { panic!("{event:?}") };
    assert_eq!((reply.code(), reply.lines().next().unwrap().text()), (554, &b"no"[..]));
}

/// A server that answers before it was asked is broken, but it is heard in the same way however its bytes
/// are cut and whenever the client's leave.
#[test]
fn answers_to_a_login_that_has_not_left_are_heard_as_if_it_had() {
    let wire = b"220 mx\r\n250-mx\r\n250 AUTH PLAIN LOGIN\r\n504 5.5.4 not this one\r\n334 VXNlcm5hbWU6\r\n\
        334 UGFzc3dvcmQ6\r\n235 2.7.0 welcome\r\n250 ok\r\n250 ok\r\n354 go\r\n250 done\r\n221 bye\r\n";
    let submit_by = |piece: usize| {
        let mut account = mailproto::sasl::Account::new("tim", "tanstaaf");
        account.allow_without_tls = true;
        let mut submission = Submission::new(SubmissionOptions { login: Some(account), ..terms() }).unwrap();
        submission.submit(message(1)).unwrap();
        submission.finish();
        let (mut told, mut rest) = (Told::default(), &wire[..]);
        loop {
            while let Some(wanted) = hear(&mut submission, &mut told) {
                if wanted {
                    pass(&mut submission, b"hello\r\n");
                }
            }
            if submission.wants_write() {
                told.wire.push_str(std::str::from_utf8(submission.transmit()).unwrap());
                submission.transmitted(submission.transmit().len());
            } else if rest.is_empty() || told.error.is_some() || !submission.wants_read() {
                return (told.wire, told.recipients, told.error, submission.is_closed());
            } else {
                let taken = submission.receive(&rest[..piece.min(rest.len())]);
                rest = &rest[taken..];
            }
        }
    };
    let byte_by_byte = submit_by(1);
    assert_eq!((byte_by_byte.1.len(), &byte_by_byte.2, byte_by_byte.3), (1, &None, true));
    for piece in [2, 7, 60, wire.len()] {
        assert_eq!(submit_by(piece), byte_by_byte, "in pieces of {piece}");
    }
}
