//! Submissions against our server: what it decided is what each recipient's sender is told.

use crate::chance::Chance;
use crate::connection::{Connection, Host, Roughness};
use crate::keeper::Keeper;
use crate::policy::Decisions;
use mailproto::smtp::{
    BodyType, Envelope, ExtensionSet, Login, Protocol, ServerOptions, Submission, SubmissionEvent, SubmissionOptions,
    TlsPolicy, Verdict,
};
use mailproto::{Endpoint, Error, Misuse};

/// The sender's host: passes bodies on and keeps what it is told.
pub(crate) struct Sender {
    pub(crate) submission: Submission,
    bodies: Vec<Vec<u8>>,
    chance: Chance,
    /// The message that is being passed, and how much of it has been.
    passing: Option<(usize, usize)>,
    pub(crate) verdicts: Vec<Vec<Option<Verdict>>>,
    pub(crate) done: Vec<bool>,
    pub(crate) error: Option<Error>,
}

impl Sender {
    pub(crate) fn new(options: SubmissionOptions, mail: Vec<(Envelope, Vec<u8>)>, chance: Chance) -> Self {
        let mut submission = Submission::new(options).unwrap();
        let (mut bodies, mut verdicts) = (Vec::new(), Vec::new());
        for (envelope, body) in mail {
            verdicts.push(vec![None; envelope.recipients.len()]);
            submission.submit(envelope).unwrap();
            bodies.push(body);
        }
        submission.finish();
        let done = vec![false; bodies.len()];
        Self { submission, bodies, chance, passing: None, verdicts, done, error: None }
    }

    /// Passes on a piece; whether it got on.
    fn pass(&mut self) -> bool {
        let Some((message, passed)) = self.passing else {
            return false;
        };
        let rest = &self.bodies[message][passed..];
        let piece = &rest[..rest.len().min(1 + self.chance.below(300))];
        if piece.is_empty() {
            return match self.submission.finish_data() {
                Ok(()) | Err(Error::Misuse(Misuse::Closed)) => {
                    self.passing = None;
                    true
                }
                Err(Error::Misuse(Misuse::Full)) => false,
                Err(error) => panic!("{error}"),
            };
        }
        match self.submission.send_data(piece) {
            Ok(taken) => {
                self.passing = Some((message, passed + taken));
                taken > 0
            }
            Err(_) => {
                self.passing = None;
                true
            }
        }
    }

    fn hear(&mut self) -> bool {
        match self.submission.next_event() {
            Ok(None) => return false,
            Err(error) => {
                let new = self.error.is_none();
                self.error = Some(error);
                return new;
            }
            Ok(Some(SubmissionEvent::StartTls)) => self.submission.tls_started().unwrap(),
            Ok(Some(SubmissionEvent::BodyWanted { message })) => self.passing = Some((message.as_u32() as usize, 0)),
            Ok(Some(SubmissionEvent::Recipient { message, recipient, delivery })) => {
                let place = &mut self.verdicts[message.as_u32() as usize][recipient as usize];
                assert_eq!(place.replace(delivery.verdict), None, "told of twice");
            }
            Ok(Some(SubmissionEvent::MessageDone { message, .. })) => {
                let message = message.as_u32() as usize;
                assert!(!std::mem::replace(&mut self.done[message], true), "done twice");
                assert!(self.verdicts[message].iter().all(Option::is_some), "done before all are told of");
            }
            Ok(Some(_)) => {}
        }
        true
    }
}

impl Host for Sender {
    type Endpoint = Submission;

    fn endpoint(&mut self) -> &mut Submission {
        &mut self.submission
    }

    fn work(&mut self, _now: u64) -> bool {
        self.hear() || self.pass()
    }

    fn wakes_at(&self) -> Option<u64> {
        None
    }
}

/// Lines that need care, now and then without an end.
pub(crate) fn body(chance: &mut Chance) -> Vec<u8> {
    let lines: [&[u8]; 7] = [b"", b".", b"..", b".hidden", b"Subject: hello", b"MAIL FROM:<evil@b.example>", b"QUIT"];
    let mut body = Vec::new();
    for _ in 0..chance.below(12) {
        body.extend_from_slice(chance.of(&lines));
        body.extend_from_slice(b"\r\n");
    }
    if chance.once_in(4) {
        body.extend_from_slice(&b"x".repeat(chance.below(3_000)));
    }
    body
}

/// What arrives of a body that goes by DATA.
fn with_end(body: &[u8], chunks: bool) -> Vec<u8> {
    let mut whole = body.to_vec();
    if !chunks && !whole.is_empty() && !whole.ends_with(b"\r\n") {
        whole.extend_from_slice(b"\r\n");
    }
    whole
}

pub(crate) fn envelope(message: usize, recipients: usize) -> Envelope {
    let names: Vec<_> = (0..recipients).map(|recipient| format!("r{recipient}@m{message}.example")).collect();
    Envelope::new(&format!("m{message}@host.example"), names.iter().map(String::as_str))
}

fn extensions(chance: &mut Chance) -> ExtensionSet {
    let base = ExtensionSet::SIZE | ExtensionSet::EIGHT_BIT_MIME;
    [
        ExtensionSet::PIPELINING,
        ExtensionSet::CHUNKING | ExtensionSet::BINARYMIME,
        ExtensionSet::STARTTLS,
        ExtensionSet::ENHANCED_STATUS_CODES,
        ExtensionSet::DSN,
        ExtensionSet::AUTH,
    ]
    .into_iter()
    .filter(|_| !chance.once_in(3))
    .fold(base, ExtensionSet::with)
}

/// One submission, all of whose circumstances follow from the seed.
fn submit(seed: u64, protocol: Protocol) {
    let mut chance = Chance::new(seed);
    let offered = extensions(&mut chance);
    let tls = offered.contains(ExtensionSet::STARTTLS);
    let login = offered.contains(ExtensionSet::AUTH) && chance.once_in(2);
    let mut terms = SubmissionOptions::new("host.example");
    terms.protocol = protocol;
    terms.tls = if tls { chance.of(&[TlsPolicy::Opportunistic, TlsPolicy::Required]) } else { TlsPolicy::None };
    terms.chunking = chance.once_in(2);
    terms.limits.queued_commands = chance.of(&[1, 2, 32]);
    terms.limits.transmit_buffer = chance.of(&[700, 16_384]);
    if login {
        let mut login = Login::new("tim", "tanstaaf");
        login.allow_without_tls = true;
        terms.login = Some(login);
    }
    let mut options = ServerOptions::new("mx.example.org");
    options.protocol = protocol;
    options.offered = offered;
    options.auth_without_tls = true;
    options.require_tls = tls;
    options.require_auth = login;

    let (mut plan, mut mail) = (Vec::new(), Vec::new());
    for message in 0..1 + chance.below(4) {
        let most = if chance.once_in(10) { 60 } else { 4 };
        let recipients = 1 + chance.below(most);
        plan.push(Decisions::of(recipients, &mut chance));
        let mut envelope = envelope(message, recipients);
        let body = body(&mut chance);
        envelope.size = Some(body.len() as u64);
        if offered.contains(ExtensionSet::BINARYMIME) && chance.once_in(4) {
            envelope.body = BodyType::BinaryMime;
        }
        mail.push((envelope, body));
    }
    let by_chunks: Vec<_> = mail
        .iter()
        .map(|(envelope, _)| {
            offered.contains(ExtensionSet::CHUNKING) && (terms.chunking || envelope.body == BodyType::BinaryMime)
        })
        .collect();
    let bodies: Vec<_> = mail.iter().map(|(_, body)| body.clone()).collect();

    let thinks = chance.of(&[0, 50, 2_000]);
    let keeper = Keeper::new(options, plan.clone(), thinks, Chance::new(seed + 1));
    let sender = Sender::new(terms, mail, Chance::new(seed + 2));
    let roughness = Roughness::of(&mut chance);
    let mut connection = Connection::new(sender, keeper, roughness, chance);
    connection.run();

    let (sender, keeper) = (connection.client, connection.server);
    assert_eq!(
        (sender.error, keeper.error),
        (None, None),
        "{}\n{}",
        connection.client_said.escape_ascii(),
        connection.server_said.escape_ascii()
    );
    assert_eq!(keeper.logins.len(), usize::from(login));
    let lmtp = protocol == Protocol::Lmtp;
    for (message, decisions) in plan.iter().enumerate() {
        let told: Vec<_> = sender.verdicts[message].iter().map(|verdict| verdict.expect("told of")).collect();
        assert_eq!(told, decisions.verdicts(lmtp), "message {message}: {decisions:?}");
        assert!(sender.done[message]);
        // Who was told that it is accepted has it, whole, once.
        for (recipient, verdict) in told.iter().enumerate() {
            let copies = keeper
                .taken
                .iter()
                .filter(|taken| taken.message == message && taken.recipients.contains(&recipient))
                .inspect(|taken| assert_eq!(taken.body, with_end(&bodies[message], by_chunks[message])))
                .count();
            assert_eq!(copies, usize::from(*verdict == Verdict::Accepted));
        }
    }
    let lines: Vec<_> = connection.client_said.split(|byte| *byte == b'\n').collect();
    assert!(!lines[0].starts_with(b"RSET"), "RSET is never the first command");
    if terms_end_in_quit(&plan) {
        assert!(connection.client_said.ends_with(b"QUIT\r\n"));
    }
}

/// Every submission here says QUIT; a plan of nothing would not be one.
fn terms_end_in_quit(plan: &[Decisions]) -> bool {
    !plan.is_empty()
}

fn run_seeds(protocol: Protocol) {
    for seed in 0..250 {
        if std::panic::catch_unwind(|| submit(seed, protocol)).is_err() {
            panic!("seed {seed} of {protocol:?}");
        }
    }
}

#[test]
fn what_an_smtp_server_decides_is_what_the_sender_is_told() {
    run_seeds(Protocol::Smtp);
}

#[test]
fn what_an_lmtp_server_decides_is_what_the_sender_is_told() {
    run_seeds(Protocol::Lmtp);
}
