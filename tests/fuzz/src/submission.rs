//! A submission: messages that the input chooses, to a server that it plays.

use crate::choices::Choices;
use crate::session::{Feed, Host, Line, Record, assert_same, converse};
use crate::wire::assert_lines;
use mailproto::smtp::{
    BodyType, DeliverByMode, Envelope, Login, MessageId, Notify, Protocol, Recipient, Submission, SubmissionEvent,
    SubmissionOptions, TlsPolicy, Verdict,
};
use mailproto::{Error, Leniency, Misuse};

/// A submission: however its bytes are cut, it says and tells the same; each recipient is told of
/// once, whatever the server does; no secret is sent where the terms forbid it; nothing bare is sent.
pub fn smtp_submission(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let mut options = SubmissionOptions::new("h.example");
    options.protocol = choices.of(&[Protocol::Smtp, Protocol::Lmtp]);
    options.tls = choices.of(&[TlsPolicy::Opportunistic, TlsPolicy::None, TlsPolicy::Required, TlsPolicy::Implicit]);
    let login = choices.byte();
    if login & 1 == 1 {
        let mut login_as = Login::new("tim", "tanstaaf");
        login_as.allow_without_tls = login & 2 == 2;
        options.login = Some(login_as);
    }
    options.chunking = choices.flag();
    options.leniency = choices.of(&[Leniency::default(), Leniency::LENIENT, Leniency::STRICT]);
    options.limits.reply = 128;
    // Room for all chunks of a message: a chunk that waits for room would be asked for at another
    // moment, and a reply that comes before it is one that nobody asked for.
    options.limits.queued_commands = 8 + choices.byte() as u16 % 24;
    let envelopes: Vec<_> = (0..1 + choices.below(3)).map(|_| envelope(&mut choices)).collect();
    let reference = run(&options, &envelopes, &choices, wire, Feed::ByteByByte);
    for (feed, way) in [(Feed::Whole, "whole"), (Feed::Chosen(choices.clone()), "cut")] {
        let mut other = run(&options, &envelopes, &choices, wire, feed);
        let mut reference = reference.clone();
        // A server that answers what has not been sent yet can break the connection before it is.
        // When all is told by then, that is no error; when not, less has been sent of a message.
        if reference.sent.starts_with(&other.sent) && reference.sent.len() > other.sent.len() {
            other.sent.clone_from(&reference.sent);
            for event in reference.events.iter_mut().chain(&mut other.events) {
                *event = event.replace("verdict: Unknown", "verdict: Transient");
            }
        }
        assert_same(&reference, &other, way);
    }
}

fn envelope(choices: &mut Choices<'_>) -> Envelope {
    let addresses = ["a@b.example", "c@d.example", "Postmaster", "\u{fc}@b.example", "a..b@c", ""];
    let sender = choices.of(&["a@b.example", "", "\u{fc}@b.example", "a b"]);
    let mut envelope = Envelope { sender: sender.into(), ..Envelope::default() };
    for _ in 0..=choices.below(5) {
        let mut recipient = Recipient::new(choices.of(&addresses));
        if choices.byte() % 8 == 7 {
            recipient.notify = Some(Notify { success: true, ..Notify::NEVER });
            recipient.original = Some(("rfc822".into(), "x y@z".into()));
        }
        envelope.recipients.push(recipient);
    }
    let wishes = choices.byte();
    envelope.body = match wishes & 7 {
        6 => BodyType::EightBitMime,
        7 => BodyType::BinaryMime,
        _ => BodyType::SevenBit,
    };
    envelope.smtputf8 = wishes & 24 == 24;
    envelope.require_tls = wishes & 96 == 96;
    envelope.size = (wishes & 128 == 128).then_some(1_000);
    let more = choices.byte();
    envelope.envelope_id = (more & 3 == 3).then(|| "i d".into());
    envelope.hold_for = (more & 12 == 12).then_some(60);
    envelope.deliver_by = (more & 48 == 48).then_some((60, DeliverByMode::Return));
    envelope.priority = (more & 192 == 192).then_some(3);
    envelope
}

fn run(
    options: &SubmissionOptions,
    envelopes: &[Envelope],
    choices: &Choices<'_>,
    wire: &[u8],
    feed: Feed<'_>,
) -> Record {
    let mut submission = Submission::new(options.clone()).unwrap();
    let mut verdicts = Vec::new();
    for envelope in envelopes {
        submission.submit(envelope.clone()).unwrap();
        verdicts.push((vec![None; envelope.recipients.len()], false));
    }
    submission.finish();
    let sender = Sender { choices: choices.clone(), verdicts, heard: None, body: None, tls_at: None };
    let (record, _, sender) = converse(submission, sender, wire, true, feed);
    for (message, (recipients, done)) in sender.verdicts.iter().enumerate() {
        assert!(recipients.iter().all(Option::is_some), "message {message}: a recipient was not told of");
        assert!(done, "message {message} is not done");
    }
    if !matches!(record.error, Some(Error::Protocol(_) | Error::Closed(_) | Error::Limit(_)) | None) {
        panic!("a server cannot make the host's call wrong: {:?}", record.error);
    }
    check_sent(options, &record.sent, sender.tls_at);
    // Chunks carry what they are given, and end where the host likes.
    if !options.chunking && envelopes.iter().all(|envelope| envelope.body != BodyType::BinaryMime) {
        assert_lines(&record.sent);
    }
    record
}

/// What may cross the line, and under what cover.
fn check_sent(options: &SubmissionOptions, sent: &[u8], tls_at: Option<usize>) {
    let plain = match options.tls {
        TlsPolicy::Implicit => &[],
        _ => &sent[..tls_at.unwrap_or(sent.len())],
    };
    let has = |word: &[u8]| plain.windows(word.len()).any(|bytes| bytes == word);
    if options.tls == TlsPolicy::Required {
        assert!(!has(b"AUTH ") && !has(b"MAIL FROM"), "said in plain text: {}", plain.escape_ascii());
    }
    if !options.login.as_ref().is_some_and(|login| login.allow_without_tls) {
        assert!(!has(b"AUTH ") && !has(b"AHRpbQB0YW5zdGFhZg=="), "a secret in plain text");
    }
    if options.login.is_some() {
        let login = sent.windows(5).position(|bytes| bytes == b"AUTH ");
        let mail = sent.windows(9).position(|bytes| bytes == b"MAIL FROM");
        assert!(mail.is_none() || login < mail && login.is_some(), "mail without a login");
    }
}

enum Heard {
    Body,
    StartTls,
}

/// A host that passes messages on and keeps count.
struct Sender<'a> {
    choices: Choices<'a>,
    /// For each message what became of its recipients, and whether it is done.
    verdicts: Vec<(Vec<Option<Verdict>>, bool)>,
    heard: Option<Heard>,
    /// What is left of the message, and how much of it is passed on at a time.
    body: Option<(&'static [u8], usize)>,
    /// How much had been sent when TLS began.
    tls_at: Option<usize>,
}

const BODIES: [&[u8]; 4] = [b"", b"Subject: x\r\n\r\n.one\r\n..two\r\nthree", b".\r\n", b"a\nb\rc\n.\n"];

impl Sender<'_> {
    fn message(&mut self, message: MessageId) -> &mut (Vec<Option<Verdict>>, bool) {
        let message = &mut self.verdicts[message.as_u32() as usize];
        assert!(!message.1, "told of a message that is done");
        message
    }

    /// Passes on as much of the message as is taken; whether that was anything.
    fn pass_body(&mut self, line: &mut Line<'_>, submission: &mut Submission) -> bool {
        let before = self.body;
        while let Some((body, portion)) = self.body {
            line.drain(submission);
            let portion_now = &body[..body.len().min(portion)];
            let rest = match submission.send_data(portion_now) {
                Ok(0) if !body.is_empty() => break,
                Ok(taken) => &body[taken..],
                Err(_) => {
                    self.body = None;
                    break;
                }
            };
            self.body = Some((rest, portion));
            if rest.is_empty() {
                line.drain(submission);
                match submission.finish_data() {
                    Err(Error::Misuse(Misuse::Full)) => break,
                    _ => self.body = None,
                }
                // Whether all of it has left is a matter of when, and what is told of a broken
                // line follows from it.
                line.drain(submission);
            }
        }
        before != self.body
    }
}

impl Host<Submission> for Sender<'_> {
    fn begin(&mut self, _line: &mut Line<'_>, _submission: &mut Submission) {}

    fn note(&mut self, event: SubmissionEvent<'_>, record: &mut Record) {
        record.event(format!("{event:?}"));
        self.heard = None;
        match event {
            SubmissionEvent::StartTls => {
                self.tls_at = Some(record.sent.len());
                self.heard = Some(Heard::StartTls);
            }
            SubmissionEvent::BodyWanted { message } => {
                self.message(message);
                self.heard = Some(Heard::Body);
            }
            SubmissionEvent::Recipient { message, recipient, delivery } => {
                let place = &mut self.message(message).0[recipient as usize];
                assert_eq!(place.replace(delivery.verdict), None, "told of twice");
            }
            SubmissionEvent::MessageDone { message, .. } => {
                let (recipients, done) = self.message(message);
                assert!(recipients.iter().all(Option::is_some), "done before everybody was told of");
                *done = true;
            }
            _ => {}
        }
    }

    fn act(&mut self, line: &mut Line<'_>, submission: &mut Submission) {
        match self.heard.take() {
            None => {}
            Some(Heard::StartTls) => submission.tls_started().unwrap(),
            Some(Heard::Body) => self.body = Some((self.choices.of(&BODIES), 12 + self.choices.below(40))),
        }
        self.pass_body(line, submission);
    }

    fn go_on(&mut self, line: &mut Line<'_>, submission: &mut Submission) -> bool {
        self.pass_body(line, submission)
    }

    fn check(&self, _submission: &Submission) {}
}
