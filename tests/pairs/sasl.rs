//! Every mechanism, our client against our server, with the whole of SMTP between them.

use mailproto::sasl::{
    BindingKind, ChannelBinding, CramMd5Server, Iterations, Mechanism, Mechanisms, Nonce, Proof, ScramHash,
    ScramServer, ScramStep, TokenRefusal, Verifier,
};
use mailproto::smtp::{
    Envelope, Login, Server, ServerEvent, ServerOptions, Submission, SubmissionEvent, SubmissionOptions, TlsPolicy,
    Verdict,
};
use mailproto::{Endpoint, Error};
use proptest::prelude::*;

/// Few, so that the tests are quick; how many there are is no concern of theirs.
const ITERATIONS: u32 = 2;

/// A host of the server, with one user.
struct Host<'a> {
    server: Server,
    mechanisms: Mechanisms,
    user: &'a str,
    secret: &'a str,
    channel: &'a [u8],
    scram: Option<ScramServer>,
    cram: Option<CramMd5Server>,
    logged_in: Option<String>,
    mails: usize,
}

enum Say {
    Accept,
    Reject,
    RejectToken,
    Challenge(Vec<u8>),
    Nothing,
}

impl<'a> Host<'a> {
    fn new(mechanisms: Mechanisms, tls: bool, user: &'a str, secret: &'a str, channel: &'a [u8]) -> Self {
        let mut options = ServerOptions::new("mx.example.org");
        options.offered = options.offered.with(mailproto::smtp::ExtensionSet::AUTH);
        options.mechanisms = mechanisms;
        options.tls = tls;
        options.require_auth = true;
        options.auth_without_tls = true;
        let server = Server::new(options).unwrap();
        Self { server, mechanisms, user, secret, channel, scram: None, cram: None, logged_in: None, mails: 0 }
    }

    fn listen(&mut self) -> Result<(), Error> {
        loop {
            let Some(event) = self.server.next_event()? else { return Ok(()) };
            let say = match event {
                ServerEvent::Auth(credentials) => {
                    let right = match credentials.proof {
                        Proof::Password(given) => credentials.user == self.user && given == self.secret,
                        Proof::Token(given) => credentials.user == self.user && given == self.secret,
                        Proof::External => true,
                        Proof::Anonymous(trace) => trace == self.user,
                        _ => false,
                    };
                    if right {
                        self.logged_in = Some(credentials.user.into());
                    }
                    match credentials.proof {
                        _ if right => Say::Accept,
                        Proof::Token(_) => Say::RejectToken,
                        _ => Say::Reject,
                    }
                }
                ServerEvent::AuthResponse { mechanism, first, response } => {
                    let response = response.map(<[u8]>::to_vec);
                    self.conduct(mechanism, first, response)
                }
                ServerEvent::DataEnd { .. } => {
                    self.mails += 1;
                    Say::Accept
                }
                event if event.is_question() => Say::Accept,
                _ => Say::Nothing,
            };
            match say {
                Say::Accept => self.server.accept()?,
                Say::Reject => self.server.reject(535, None, "no")?,
                Say::RejectToken => self.server.reject_token(&TokenRefusal::INVALID_TOKEN)?,
                Say::Challenge(challenge) => self.server.challenge(&challenge)?,
                Say::Nothing => {}
            }
        }
    }

    fn conduct(&mut self, mechanism: Mechanism, first: bool, response: Option<Vec<u8>>) -> Say {
        let nonce = Nonce::from_random(&[5; 18]);
        if mechanism == Mechanism::CramMd5 {
            if first {
                assert_eq!(response, None);
                let exchange = CramMd5Server::new(&nonce, "mx.example.org").unwrap();
                let challenge = exchange.challenge().to_vec();
                self.cram = Some(exchange);
                return Say::Challenge(challenge);
            }
            let (exchange, response) = (self.cram.take().unwrap(), response.unwrap());
            let known = CramMd5Server::user(&response) == Some(self.user);
            if exchange.verify(&response, self.secret) && known {
                self.logged_in = Some(self.user.into());
                return Say::Accept;
            }
            return Say::Reject;
        }
        if first {
            let bound = !self.mechanisms.and(Mechanisms::BOUND).is_empty();
            self.scram = ScramServer::new(mechanism, nonce, bound);
        }
        let exchange = self.scram.as_mut().unwrap();
        let bindings = [ChannelBinding { kind: BindingKind::TlsExporter, data: self.channel }];
        let mut space = [0; 1_024];
        let mut step = exchange.respond(&response.unwrap(), &bindings, &mut space);
        if step == ScramStep::User {
            let hash = exchange.hash();
            let verifier = if exchange.user() == self.user {
                Verifier::from_password(hash, self.secret, b"a salt of 16 byt", ITERATIONS).unwrap()
            } else {
                Verifier::for_unknown_user(hash, b"kept secret", exchange.user(), ITERATIONS)
            };
            step = exchange.challenge(&verifier, &mut space);
        }
        match step {
            ScramStep::Challenge(length) => Say::Challenge(space[..length].to_vec()),
            ScramStep::Complete => {
                self.logged_in = Some(exchange.user().into());
                Say::Accept
            }
            _ => Say::Reject,
        }
    }
}

/// What became of a mail that needs a login.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    accepted: bool,
    logged_in: Option<String>,
    mechanism: Option<Mechanism>,
    failure: Option<mailproto::sasl::Failure>,
    token_error: Option<String>,
}

fn send(login: Login, tls: bool, channel: &[u8], host: &mut Host<'_>) -> Outcome {
    let mut options = SubmissionOptions::new("host.example");
    options.tls = if tls { TlsPolicy::Implicit } else { TlsPolicy::None };
    options.login = Some(login);
    let mut submission = Submission::new(options).unwrap();
    if tls && !channel.is_empty() {
        submission.bind_channel(ChannelBinding { kind: BindingKind::TlsExporter, data: channel }).unwrap();
    }
    submission.submit(Envelope::new("a@host.example", ["b@example.org"])).unwrap();
    submission.finish();
    let mut accepted = false;
    for _ in 0..200 {
        host.listen().unwrap();
        let taken = submission.receive(host.server.transmit());
        host.server.transmitted(taken);
        while let Ok(Some(event)) = submission.next_event() {
            match event {
                SubmissionEvent::BodyWanted { .. } => {
                    submission.send_data(b"Subject: hi\r\n\r\nhello\r\n").unwrap();
                    submission.finish_data().unwrap();
                }
                SubmissionEvent::Recipient { delivery, .. } => accepted = delivery.verdict == Verdict::Accepted,
                _ => {}
            }
        }
        let taken = host.server.receive(submission.transmit());
        submission.transmitted(taken);
        if submission.is_closed() {
            break;
        }
    }
    assert!(submission.is_closed());
    assert_eq!(host.mails, usize::from(accepted));
    let outcome = submission.login_outcome();
    Outcome {
        accepted,
        logged_in: host.logged_in.take(),
        mechanism: outcome.map(|outcome| outcome.mechanism),
        failure: outcome.and_then(|outcome| outcome.failure),
        token_error: outcome.and_then(|outcome| Some(outcome.token_error?.status()?.to_string())),
    }
}

/// Credentials for any mechanism, which is to be that one.
fn login(mechanism: Mechanism, user: &str, secret: &str) -> Login {
    let mut login = match mechanism {
        Mechanism::External => Login::external(),
        Mechanism::Anonymous => Login::anonymous(user),
        Mechanism::XOAuth2 | Mechanism::OAuthBearer => Login::with_token(user, secret),
        _ => Login::new(user, secret),
    };
    login.mechanism = Some(mechanism);
    login.nonce = Some(Nonce::from_random(&[3; 18]));
    login.iterations = Iterations { least: 1, ..Iterations::default() };
    login
}

fn only(mechanism: Mechanism) -> Mechanisms {
    Mechanisms::NONE.with(mechanism)
}

const CHANNEL: &[u8] = &[9; 32];

#[test]
fn every_mechanism_logs_in_with_the_right_secret() {
    for mechanism in Mechanism::ALL {
        let mut host = Host::new(only(mechanism), true, "tim", "tanstaaf", CHANNEL);
        let outcome = send(login(mechanism, "tim", "tanstaaf"), true, CHANNEL, &mut host);
        assert!(outcome.accepted, "{mechanism}: {outcome:?}");
        assert_eq!(outcome.mechanism, Some(mechanism));
        let nameless = matches!(mechanism, Mechanism::External | Mechanism::Anonymous);
        assert_eq!(outcome.logged_in.as_deref(), Some(if nameless { "" } else { "tim" }), "{mechanism}");
    }
}

#[test]
fn no_mechanism_logs_in_with_a_wrong_secret_or_as_a_user_that_is_not_there() {
    for mechanism in Mechanisms::PASSWORD.with(Mechanism::XOAuth2).with(Mechanism::OAuthBearer).iter() {
        for (user, secret) in [("tim", "wrong"), ("tom", "tanstaaf"), ("tim", "tanstaa"), ("tim", "tanstaaff")] {
            let mut host = Host::new(only(mechanism), true, "tim", "tanstaaf", CHANNEL);
            let outcome = send(login(mechanism, user, secret), true, CHANNEL, &mut host);
            assert!(!outcome.accepted && outcome.logged_in.is_none(), "{mechanism} {user} {secret}");
            let token = matches!(mechanism, Mechanism::XOAuth2 | Mechanism::OAuthBearer);
            assert_eq!(outcome.token_error, token.then(|| "invalid_token".into()), "{mechanism}");
        }
    }
}

#[test]
fn the_best_mechanism_is_bound_to_the_channel_and_fails_on_another() {
    let all = Mechanisms::ALL;
    let mut best = login(Mechanism::Plain, "tim", "tanstaaf");
    best.mechanism = None;
    let mut host = Host::new(all, true, "tim", "tanstaaf", CHANNEL);
    let outcome = send(best.clone(), true, CHANNEL, &mut host);
    assert_eq!((outcome.accepted, outcome.mechanism), (true, Some(Mechanism::ScramSha512Plus)));
    // Somebody in between has a channel to each side, and they differ. Nothing weaker is tried.
    let mut host = Host::new(all, true, "tim", "tanstaaf", &[8; 32]);
    let outcome = send(best.clone(), true, CHANNEL, &mut host);
    assert_eq!((outcome.accepted, outcome.mechanism), (false, Some(Mechanism::ScramSha512Plus)));
    assert_eq!(host.logged_in, None);
    // Without bindings at hand it is the plain form.
    let mut host = Host::new(all, true, "tim", "tanstaaf", CHANNEL);
    let outcome = send(best, true, b"", &mut host);
    assert_eq!((outcome.accepted, outcome.mechanism), (true, Some(Mechanism::ScramSha512)));
}

#[test]
fn without_tls_a_password_is_proved_and_not_shown() {
    let offered = only(Mechanism::Plain).with(Mechanism::Login).with(Mechanism::CramMd5).with(Mechanism::ScramSha256);
    let mut best = login(Mechanism::Plain, "tim", "tanstaaf");
    best.mechanism = None;
    let mut host = Host::new(offered, false, "tim", "tanstaaf", CHANNEL);
    let outcome = send(best.clone(), false, b"", &mut host);
    assert_eq!((outcome.accepted, outcome.mechanism), (true, Some(Mechanism::ScramSha256)));
    let readable = offered.without(Mechanisms::SCRAM);
    let mut host = Host::new(readable, false, "tim", "tanstaaf", CHANNEL);
    let outcome = send(best, false, b"", &mut host);
    assert_eq!((outcome.accepted, outcome.mechanism), (false, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever names and passwords people have.
    #[test]
    fn any_name_password_and_nonce_come_through(
        user in "[ -~äöüßéñλжあ漢ｱ①]{1,30}",
        password in "[ -~äßあｱ①]{0,40}",
        nonce in any::<[u8; 18]>(),
        index in 0..Mechanism::ALL.len(),
    ) {
        let mechanism = Mechanism::ALL[index];
        prop_assume!(!matches!(mechanism, Mechanism::XOAuth2 | Mechanism::OAuthBearer) || password.bytes().all(|byte| byte.is_ascii_graphic()) && !password.is_empty());
        let mut login = login(mechanism, &user, &password);
        login.nonce = Some(Nonce::from_random(&nonce));
        let mut host = Host::new(only(mechanism), true, "", "", CHANNEL);
        // A server compares names as SCRAM has prepared them, so it is told the name in that form.
        let seen = prepared(&user);
        let scram = ScramHash::of(mechanism).is_some();
        host.user = if scram { &seen } else { &user };
        host.secret = &password;
        let outcome = send(login, true, CHANNEL, &mut host);
        prop_assert!(outcome.accepted, "{mechanism} {user:?} {password:?} {outcome:?}");
    }
}

/// The name as a SCRAM client sends it.
fn prepared(user: &str) -> String {
    use mailproto::sasl::{ClientMechanism, Scram};
    let mut client = Scram::new(ScramHash::Sha1, user, "x", Nonce::from_text("n").unwrap()).unwrap();
    let mut space = [0; 1_024];
    let length = client.initial(&mut space).unwrap();
    let mut server = ScramServer::new(Mechanism::ScramSha1, Nonce::from_text("n").unwrap(), false).unwrap();
    let mut answer = [0; 1_024];
    assert_eq!(server.respond(&space[..length], &[], &mut answer), ScramStep::User);
    server.user().into()
}
