//! Every SASL mechanism: a client against any server, a server against any client, and both against
//! somebody in between.

use crate::choices::Choices;
use mailproto::sasl::{
    BindingKind, ChannelBinding, ClientExchange, ClientMechanism, CramMd5Server, Identity, Iterations, Mechanism,
    Mechanisms, Nonce, OAuthError, Response, ScramHash, ScramServer, ScramStep, ServerExchange, ServerStep, Verifier,
};

const CHANNEL: ChannelBinding<'_> = ChannelBinding { kind: BindingKind::TlsExporter, data: &[7; 32] };
const USER: &str = "t,i=m";
const PASSWORD: &str = "tanst\u{e4}\u{e4}f";

fn nonce(text: &str) -> Nonce {
    Nonce::from_text(text).unwrap()
}

fn identity(per_call: u32) -> Identity<'static> {
    Identity {
        authorization: "",
        user: USER,
        password: Some(PASSWORD),
        token: Some("abc"),
        external: true,
        anonymous: Some("trace"),
        nonce: Some(nonce("clientnonce")),
        binding: Some(CHANNEL),
        service: Some(("mx.example.org", 587)),
        iterations: Iterations { least: 1, most: 8, per_call },
    }
}

/// A client keeps to itself whatever a server sends: no slice of its work and no room beyond what is
/// needed can be seen in what it says, what it has cancelled stays cancelled, and no server that does not
/// know the password satisfies it.
pub fn sasl_client(data: &[u8]) {
    let (mut choices, bytes) = Choices::divide(data);
    let mechanism = choices.of(&Mechanism::ALL);
    let offered = if choices.flag() { Mechanisms::BOUND } else { Mechanisms::NONE };
    let challenges: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    let expected = converse(mechanism, offered, &challenges, u32::MAX, 4_096);
    for per_call in [1, 3] {
        assert_eq!(converse(mechanism, offered, &challenges, per_call, 4_096), expected);
    }
    assert_eq!(converse(mechanism, offered, &challenges, u32::MAX, 16_384), expected);
    // With any less room it says the same or cancels.
    let little = converse(mechanism, offered, &challenges, u32::MAX, choices.below(300));
    for (with_less, said) in little.iter().zip(&expected) {
        if with_less != said {
            assert_eq!(*with_less, None);
            break;
        }
    }
    for challenge in challenges {
        let error = OAuthError::new(challenge);
        for text in [error.status(), error.scope(), error.openid_configuration()].into_iter().flatten() {
            assert!(text.to_string().len() <= 3 * challenge.len());
        }
    }
}

/// What a client says to challenges, and `None` where it cancels.
fn converse(
    mechanism: Mechanism,
    offered: Mechanisms,
    challenges: &[&[u8]],
    per_call: u32,
    room: usize,
) -> Vec<Option<Vec<u8>>> {
    let identity = identity(per_call);
    let mut exchange = ClientExchange::new(mechanism, &identity, offered).unwrap();
    let mut space = vec![0; room];
    let initial = exchange.with(identity).initial(&mut space);
    let mut said = vec![initial.map(|length| space[..length].to_vec())];
    let mut failed = false;
    for challenge in challenges {
        let mut calls = 0;
        let answer = loop {
            match exchange.with(identity).respond(challenge, &mut space) {
                Response::Working => calls += 1,
                Response::Ready(length) => break Some(space[..length].to_vec()),
                Response::Cancel => break None,
            }
            assert!(calls <= 8, "more work than iterations are allowed");
        };
        if ScramHash::of(mechanism).is_some() {
            assert!(!failed || answer.is_none(), "what has failed goes on");
            failed |= answer.is_none();
            assert_eq!(failed, exchange.failure().is_some());
            assert!(!exchange.is_satisfied(), "a signature was guessed");
        }
        said.push(answer);
    }
    said
}

/// A server stands whatever a client sends: nobody gets in without the password, what has failed stays
/// failed, and what is read twice is read the same.
pub fn sasl_server(data: &[u8]) {
    let (mut choices, bytes) = Choices::divide(data);
    let mechanism = choices.of(&Mechanism::ALL);
    let bound_offered = choices.flag();
    let responses: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    read(mechanism, &responses);
    if mechanism == Mechanism::CramMd5 {
        let server = CramMd5Server::new(&nonce("servernonce"), "mx.example.org").unwrap();
        for response in &responses {
            assert!(!server.verify(response, PASSWORD), "a digest was guessed");
            assert!(CramMd5Server::user(response).is_none_or(|user| response.starts_with(user.as_bytes())));
        }
    }
    if let Some(hash) = ScramHash::of(mechanism) {
        let verifier = Verifier::from_password(hash, PASSWORD, b"salt", 2).unwrap();
        let room = [512, 64, 0][choices.below(3)];
        let mut server = ScramServer::new(mechanism, nonce("servernonce"), bound_offered).unwrap();
        let mut failed = false;
        for response in responses {
            let mut space = vec![0; room];
            let mut step = server.respond(response, &[CHANNEL], &mut space);
            if step == ScramStep::User {
                assert!(!failed && !server.user().contains('\0'));
                step = server.challenge(&verifier, &mut space);
            }
            assert!(!failed || matches!(step, ScramStep::Failed(_)), "what has failed goes on");
            match step {
                ScramStep::Challenge(length) => assert!(space[..length].starts_with(b"r=")),
                ScramStep::Failed(_) => failed = true,
                other => panic!("{other:?} without the password"),
            }
        }
    }
}

/// Reads responses as an endpoint does, in base64 and as they are.
fn read(mechanism: Mechanism, responses: &[&[u8]]) {
    let exchange = ServerExchange::new(mechanism);
    let first = responses.first().copied().unwrap_or_default();
    let second = responses.get(1).copied().unwrap_or_default();
    let plain = exchange.credentials(first, second);
    if let Ok(credentials) = plain {
        assert_eq!(credentials.mechanism, mechanism);
        assert_eq!(exchange.credentials(first, second), plain);
    }
    let mut text = vec![0; mailproto::codec::base64::encoded_length(first.len())];
    mailproto::codec::base64::encode(first, &mut text).unwrap();
    let length = exchange.decode(&mut text).unwrap();
    if mechanism != Mechanism::OAuthBearer {
        assert_eq!(&text[..length], first);
    }
    let _ = exchange.credentials(&text[..length], second);
    let mut stepped = exchange;
    let mut steps = 0;
    while matches!(stepped.response(), ServerStep::Challenge(_)) {
        steps += 1;
        assert!(steps < 3, "an exchange that does not end");
    }
}

/// A client and a server that know the same password, and somebody in between who changes bytes. Both
/// succeed if nothing was changed; if anything was, they never both do.
pub fn sasl_between(data: &[u8]) {
    let (mut choices, _) = Choices::divide(data);
    let mechanism = choices.of(&[
        Mechanism::ScramSha1,
        Mechanism::ScramSha1Plus,
        Mechanism::ScramSha256,
        Mechanism::ScramSha256Plus,
        Mechanism::ScramSha512,
        Mechanism::ScramSha512Plus,
    ]);
    let hash = ScramHash::of(mechanism).unwrap();
    let identity = identity(u32::MAX);
    // The client binds to the channel if the name says so, and misses the offer if it does not.
    let mut client = ClientExchange::new(mechanism, &identity, Mechanisms::NONE).unwrap();
    let mut server = ScramServer::new(mechanism, nonce("servernonce"), mechanism.is_bound()).unwrap();
    let verifier = Verifier::from_password(hash, PASSWORD, b"salt", 1 + choices.below(7) as u32).unwrap();
    let (mut ours, mut theirs) = (vec![0; 2_048], vec![0; 2_048]);
    let mut changed = false;
    let length = client.with(identity).initial(&mut ours).unwrap();
    let mut message = ours[..length].to_vec();
    let mut complete = false;
    for _ in 0..3 {
        changed |= meddle(&mut message, &mut choices);
        let mut step = server.respond(&message, &[CHANNEL], &mut theirs);
        if step == ScramStep::User {
            step = server.challenge(&verifier, &mut theirs);
        }
        match step {
            ScramStep::Challenge(length) => message = theirs[..length].to_vec(),
            ScramStep::Complete => {
                complete = true;
                break;
            }
            _ => break,
        }
        changed |= meddle(&mut message, &mut choices);
        match client.with(identity).respond(&message, &mut ours) {
            Response::Ready(length) => message = ours[..length].to_vec(),
            _ => break,
        }
    }
    let both = complete && client.is_satisfied();
    assert_eq!(both, !changed, "changed: {changed}, complete: {complete}, satisfied: {}", client.is_satisfied());
    assert!(!complete || server.user() == USER);
}

/// Changes a byte, or none; whether it did.
fn meddle(message: &mut [u8], choices: &mut Choices<'_>) -> bool {
    if choices.byte().is_multiple_of(2) || message.is_empty() {
        return false;
    }
    let index = choices.below(message.len());
    let before = message[index];
    message[index] = choices.byte();
    message[index] != before
}
