//! The vectors of the RFCs, both roles against each other, and everything that must be refused.

use super::super::{
    Binding, BindingKind, ChannelBinding, ClientMechanism, Failure, Mechanism, Nonce, Refusal, Response,
};
use super::*;
use std::string::String;
use std::vec::Vec;

/// One exchange written down: what goes over the line, and what the server keeps.
struct Vector {
    mechanism: Mechanism,
    user: &'static str,
    password: &'static str,
    authorization: &'static str,
    client_nonce: &'static str,
    server_nonce: &'static str,
    salt: &'static [u8],
    iterations: u32,
    messages: [&'static str; 4],
    stored_key: &'static str,
    server_key: &'static str,
}

/// RFC 5802 §5 and RFC 7677 §3. The one for SHA-512 has the inputs of RFC 5802, the last has every field
/// there is; the proofs, signatures and keys of both were computed by `hashlib` and `hmac` of Python.
const VECTORS: [Vector; 4] = [
    Vector {
        mechanism: Mechanism::ScramSha1,
        user: "user",
        password: "pencil",
        authorization: "",
        client_nonce: "fyko+d2lbbFgONRv9qkxdawL",
        server_nonce: "3rfcNHYJY1ZVvWVs7j",
        salt: &[0x41, 0x25, 0xc2, 0x47, 0xe4, 0x3a, 0xb1, 0xe9, 0x3c, 0x6d, 0xff, 0x76],
        iterations: 4_096,
        messages: [
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        ],
        stored_key: "6dlGYMOdZcOPutkcNY8U2g7vK9Y=",
        server_key: "D+CSWLOshSulAsxiupA+qs2/fTE=",
    },
    Vector {
        mechanism: Mechanism::ScramSha256,
        user: "user",
        password: "pencil",
        authorization: "",
        client_nonce: "rOprNGfwEbeRWgbNEkqO",
        server_nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        salt: &[0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81],
        iterations: 4_096,
        messages: [
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        ],
        stored_key: "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
        server_key: "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    },
    Vector {
        mechanism: Mechanism::ScramSha512,
        user: "user",
        password: "pencil",
        authorization: "",
        client_nonce: "fyko+d2lbbFgONRv9qkxdawL",
        server_nonce: "3rfcNHYJY1ZVvWVs7j",
        salt: &[0x41, 0x25, 0xc2, 0x47, 0xe4, 0x3a, 0xb1, 0xe9, 0x3c, 0x6d, 0xff, 0x76],
        iterations: 4_096,
        messages: [
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=VdS8LkrURiej1tG6iX+fqCXQfUnBb//d9llXYaH+ylUbDwBUz9geyR9fC4TewskRUM2tlYSalhAT4Aay1Q5dTA==",
            "v=14PAAuavk9hxBEkgB0brDxUhvWu+N16meYk+qxVNFqchR8QPohM09Y4Z6WaTCuX4C6nqMB9KIJTDm6RpSM990g==",
        ],
        stored_key: "Lm7w6zPGAx+UoahlEm1whIN7PS1KGU+9+V5PyudK6c/mWVVtkXSCpVPmUKQLYDKR7v0uSkxrBzPm7HuSwZ/ytw==",
        server_key: "b/Ph5kGCpfdw2MyLh0C8l10iiFENloZLKPiJIHv57J3BRD9++4RvoYjTKhOehyHgJS/nsxnNB17UKgNU7nRy6g==",
    },
    Vector {
        mechanism: Mechanism::ScramSha256Plus,
        user: "us,er",
        password: "\u{e4} pencil",
        authorization: "ad=min",
        client_nonce: "clientnonce",
        server_nonce: "servernonce",
        salt: b"saltsaltsaltsalt",
        iterations: 5_000,
        messages: [
            "p=tls-exporter,a=ad=3Dmin,n=us=2Cer,r=clientnonce",
            "r=clientnonceservernonce,s=c2FsdHNhbHRzYWx0c2FsdA==,i=5000",
            "c=cD10bHMtZXhwb3J0ZXIsYT1hZD0zRG1pbiwAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==,r=clientnonceservernonce,p=dcm006DTh93jcB5+XQfZGiianuwfiGWG1f4ccJ3wZtU=",
            "v=GUFaZiVynLozIa9NQuo09GHHhzQTu9W9AwH7GvUIuOM=",
        ],
        stored_key: "NNMatsePtuSmZ5D8WGWZYVx3ESn+PSMj8g0qgp9qRtI=",
        server_key: "Dmiev+W3yyDXIjKOPMK9khmZ8xjAoZvFq0tq144M4bY=",
    },
];

const EXPORTER: [u8; 32] = {
    let mut bytes = [0; 32];
    let mut index = 0;
    while index < 32 {
        bytes[index] = index as u8;
        index += 1;
    }
    bytes
};
const CHANNEL: ChannelBinding<'static> = ChannelBinding { kind: BindingKind::TlsExporter, data: &EXPORTER };

fn nonce(text: &str) -> Nonce {
    Nonce::from_text(text).unwrap()
}

impl Vector {
    fn client(&self) -> Scram<'static> {
        let binding = if self.mechanism.is_bound() { Binding::Bound(CHANNEL) } else { Binding::Unsupported };
        let hash = ScramHash::of(self.mechanism).unwrap();
        let client = Scram::new(hash, self.user, self.password, nonce(self.client_nonce)).unwrap();
        client.acting_as(self.authorization).unwrap().with_binding(binding)
    }

    fn server(&self) -> ScramServer {
        ScramServer::new(self.mechanism, nonce(self.server_nonce), true).unwrap()
    }

    fn verifier(&self) -> Verifier {
        let hash = ScramHash::of(self.mechanism).unwrap();
        Verifier::from_password(hash, self.password, self.salt, self.iterations).unwrap()
    }
}

fn said(response: Response, space: &[u8]) -> &str {
    match response {
        Response::Ready(length) => core::str::from_utf8(&space[..length]).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::from(text);
    let length = crate::codec::base64::decode_in_place(&mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

#[test]
fn a_client_says_what_the_vectors_say() {
    for vector in VECTORS {
        let (mut client, mut space) = (vector.client(), [0; 512]);
        assert_eq!(client.name(), vector.mechanism.name());
        let length = client.initial(&mut space).unwrap();
        assert_eq!(core::str::from_utf8(&space[..length]), Ok(vector.messages[0]));
        let response = client.respond(vector.messages[1].as_bytes(), &mut space);
        assert_eq!(said(response, &space), vector.messages[2]);
        assert!(!client.is_satisfied());
        let response = client.respond(vector.messages[3].as_bytes(), &mut space);
        assert_eq!(said(response, &space), "");
        assert!(client.is_satisfied());
    }
}

#[test]
fn a_server_says_what_the_vectors_say() {
    for vector in VECTORS {
        let (mut server, mut space) = (vector.server(), [0; 512]);
        assert_eq!(server.respond(vector.messages[0].as_bytes(), &[CHANNEL], &mut space), ScramStep::User);
        assert_eq!((server.user(), server.authorization()), (vector.user, vector.authorization));
        let ScramStep::Challenge(length) = server.challenge(&vector.verifier(), &mut space) else { panic!() };
        assert_eq!(core::str::from_utf8(&space[..length]), Ok(vector.messages[1]));
        assert_eq!((server.user(), server.authorization()), (vector.user, vector.authorization));
        let ScramStep::Challenge(length) = server.respond(vector.messages[2].as_bytes(), &[CHANNEL], &mut space) else {
            panic!()
        };
        assert_eq!(core::str::from_utf8(&space[..length]), Ok(vector.messages[3]));
        assert_eq!(server.respond(b"", &[CHANNEL], &mut space), ScramStep::Complete);
        assert_eq!(server.user(), vector.user);
    }
}

#[test]
fn what_is_kept_of_a_password_is_what_the_vectors_say() {
    for vector in VECTORS {
        let verifier = vector.verifier();
        assert_eq!(verifier.stored_key(), decoded(vector.stored_key));
        assert_eq!(verifier.server_key(), decoded(vector.server_key));
        let kept = Verifier::new(
            verifier.hash(),
            verifier.salt(),
            verifier.iterations(),
            verifier.stored_key(),
            verifier.server_key(),
        );
        assert_eq!(kept.unwrap().stored_key(), verifier.stored_key());
    }
}

#[test]
fn slices_of_any_size_lead_to_the_same_proof() {
    for vector in VECTORS {
        for slice in [1_000, 4_095, 4_096, 5_000] {
            let (mut client, mut space) = (vector.client().iterations_per_call(slice), [0; 512]);
            client.initial(&mut space);
            let mut calls = 1;
            let response = loop {
                match client.respond(vector.messages[1].as_bytes(), &mut space) {
                    Response::Working => calls += 1,
                    other => break other,
                }
            };
            assert_eq!(said(response, &space), vector.messages[2]);
            // The first iteration is done when the work begins.
            assert_eq!(calls, (vector.iterations - 1).div_ceil(slice), "{slice}");
        }
    }
}

#[test]
fn a_server_that_asks_first_gets_the_first_message() {
    let (mut client, mut space) = (VECTORS[1].client(), [0; 512]);
    // The initial response may have been too long to be sent.
    client.initial(&mut space);
    let response = client.respond(b"", &mut space);
    assert_eq!(said(response, &space), VECTORS[1].messages[0]);
    let response = client.respond(VECTORS[1].messages[1].as_bytes(), &mut space);
    assert_eq!(said(response, &space), VECTORS[1].messages[2]);
}

/// What a client makes of a server's first message.
fn client_failure(challenge: &str) -> Option<Failure> {
    let (mut client, mut space) = (VECTORS[1].client(), [0; 512]);
    client.initial(&mut space);
    let response = client.respond(challenge.as_bytes(), &mut space);
    assert_eq!(response == Response::Cancel, client.failure().is_some());
    assert!(!client.is_satisfied());
    // Once it has failed, nothing makes it good.
    if response == Response::Cancel {
        assert_eq!(client.respond(VECTORS[1].messages[1].as_bytes(), &mut space), Response::Cancel);
        assert_eq!(client.respond(VECTORS[1].messages[3].as_bytes(), &mut space), Response::Cancel);
        assert!(!client.is_satisfied());
    }
    client.failure()
}

#[test]
fn a_client_refuses_a_nonce_that_was_changed_or_not_added_to() {
    for nonce in ["rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbNEkqPx", "x", "xrOprNGfwEbeRWgbNEkqO"] {
        let challenge = std::format!("r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assert_eq!(client_failure(&challenge), Some(Failure::NonceChanged), "{nonce}");
    }
}

#[test]
fn a_client_refuses_too_few_and_too_many_iterations() {
    let with = |count: &str| client_failure(&std::format!("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i={count}"));
    assert_eq!(with("1"), Some(Failure::FewIterations(1)));
    assert_eq!(with("4095"), Some(Failure::FewIterations(4_095)));
    assert_eq!(with("4096"), None);
    assert_eq!(with("1000001"), Some(Failure::ManyIterations(1_000_001)));
    assert_eq!(with("99999999999"), Some(Failure::ManyIterations(u32::MAX)));
    let own = Iterations { least: 1, most: 10, ..Iterations::default() };
    let (mut client, mut space) = (VECTORS[1].client().with_iterations(own), [0; 512]);
    assert!(matches!(client.respond(b"r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i=1", &mut space), Response::Ready(_)));
}

#[test]
fn a_client_refuses_what_breaks_the_grammar() {
    for challenge in [
        "s=W22ZaA==,r=rOprNGfwEbeRWgbNEkqOx,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==",
        "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA=,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i=0",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i=-5000",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i=5000 ",
        "r=rOprNGfwEbeRWgbNEkqO x,s=W22ZaA==,i=4096",
        "nonsense",
        ",",
    ] {
        assert_eq!(client_failure(challenge), Some(Failure::Malformed), "{challenge}");
    }
    let unknown = "m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i=4096";
    assert_eq!(client_failure(unknown), Some(Failure::UnknownExtension));
    // What need not be understood is passed by.
    assert_eq!(client_failure("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaA==,i=4096,x=y"), None);
}

#[test]
fn a_server_that_does_not_know_the_password_is_found_out() {
    let last = |word: &str| {
        let (mut client, mut space) = (VECTORS[1].client(), [0; 512]);
        client.initial(&mut space);
        client.respond(VECTORS[1].messages[1].as_bytes(), &mut space);
        let response = client.respond(word.as_bytes(), &mut space);
        assert_eq!(response, Response::Cancel, "{word}");
        assert!(!client.is_satisfied());
        client.failure().unwrap()
    };
    assert_eq!(last("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8="), Failure::BadSignature);
    assert_eq!(last("v="), Failure::BadSignature);
    assert_eq!(last("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95A=="), Failure::BadSignature);
    assert_eq!(last("v=*"), Failure::Malformed);
    assert_eq!(last(""), Failure::Malformed);
    assert_eq!(last("x=1"), Failure::Malformed);
    // Its own proof or another message played back proves nothing.
    assert_eq!(last("v=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), Failure::BadSignature);
    assert_eq!(last(VECTORS[1].messages[1]), Failure::Malformed);
}

#[test]
fn what_a_server_says_went_wrong_is_told() {
    for (word, refusal) in [
        ("invalid-encoding", Refusal::InvalidEncoding),
        ("extensions-not-supported", Refusal::ExtensionsNotSupported),
        ("invalid-proof", Refusal::InvalidProof),
        ("channel-bindings-dont-match", Refusal::ChannelBindingsDontMatch),
        ("server-does-support-channel-binding", Refusal::ServerDoesSupportChannelBinding),
        ("channel-binding-not-supported", Refusal::ChannelBindingNotSupported),
        ("unsupported-channel-binding-type", Refusal::UnsupportedChannelBindingType),
        ("unknown-user", Refusal::UnknownUser),
        ("invalid-username-encoding", Refusal::InvalidUsernameEncoding),
        ("no-resources", Refusal::NoResources),
        ("other-error", Refusal::Other),
        ("something-new", Refusal::Other),
    ] {
        let (mut client, mut space) = (VECTORS[0].client(), [0; 512]);
        client.respond(VECTORS[0].messages[1].as_bytes(), &mut space);
        assert_eq!(client.respond(std::format!("e={word}").as_bytes(), &mut space), Response::Cancel);
        assert_eq!(client.failure(), Some(Failure::Refused(refusal)));
        assert_eq!(client_failure(&std::format!("e={word},x=y")), Some(Failure::Refused(refusal)));
    }
}

#[test]
fn without_room_an_exchange_is_cancelled() {
    for vector in VECTORS {
        let mut space = [0; 512];
        let needed = vector.client().initial(&mut space).unwrap();
        assert_eq!(vector.client().initial(&mut space[..needed - 1]), None);
        let mut client = vector.client();
        assert_eq!(client.respond(vector.messages[1].as_bytes(), &mut space[..60]), Response::Cancel);
        assert_eq!(client.failure(), Some(Failure::NoRoom));
        let mut client = vector.client();
        assert_eq!(client.respond(b"", &mut space[..needed - 1]), Response::Cancel);
        assert_eq!(client.failure(), Some(Failure::NoRoom));
    }
}

#[test]
fn credentials_that_cannot_be_said_are_misuse() {
    let new = |user, password| Scram::new(ScramHash::Sha1, user, password, nonce("n")).err();
    assert!(new("", "pencil").is_some());
    assert!(new("us\0er", "pencil").is_some());
    assert!(new("user", "pen\0cil").is_some());
    assert_eq!(new("user", ""), None);
    #[cfg(feature = "saslprep")]
    {
        assert!(new("us\u{7}er", "pencil").is_some());
        assert!(new("\u{ad}", "pencil").is_some());
        assert!(new("user", "\u{627}1").is_some());
    }
}

/// Runs a server until it has sent its first message.
fn asked(vector: &Vector, first: &str, offered: bool) -> Result<ScramServer, ScramStep> {
    let mut server = ScramServer::new(vector.mechanism, nonce(vector.server_nonce), offered).unwrap();
    let mut space = [0; 512];
    match server.respond(first.as_bytes(), &[CHANNEL], &mut space) {
        ScramStep::User => {}
        other => return Err(other),
    }
    assert!(matches!(server.challenge(&vector.verifier(), &mut space), ScramStep::Challenge(_)));
    Ok(server)
}

#[test]
fn a_server_refuses_a_proof_that_is_wrong_cut_or_for_another_nonce() {
    let vector = &VECTORS[1];
    let last = |message: &str| {
        let mut server = asked(vector, vector.messages[0], false).unwrap();
        let mut space = [0; 512];
        let step = server.respond(message.as_bytes(), &[], &mut space);
        // It is over, whatever is tried next.
        let again = server.respond(vector.messages[2].as_bytes(), &[], &mut space);
        assert_eq!(again, ScramStep::Failed(Failure::Malformed));
        step
    };
    let both = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    for (message, failure) in [
        (std::format!("c=biws,r={both},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVU="), Failure::BadProof),
        (std::format!("c=biws,r={both},p=dHzbZapWIk4="), Failure::Malformed),
        (std::format!("c=biws,r={both},p="), Failure::Malformed),
        (std::format!("c=biws,r={both}"), Failure::Malformed),
        (std::format!("c=biws,r={both}x,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), Failure::NonceChanged),
        ("c=biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".into(), Failure::NonceChanged),
        (std::format!("c=eSws,r={both},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), Failure::BindingMismatch),
        (std::format!("c=biwsAA==,r={both},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), Failure::BindingMismatch),
        (std::format!("c=biws,x=y,r={both},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), Failure::Malformed),
        (String::new(), Failure::Malformed),
    ] {
        assert_eq!(last(&message), ScramStep::Failed(failure), "{message}");
    }
}

#[test]
fn a_server_notices_that_its_offer_was_taken_out_on_the_way() {
    let vector = &VECTORS[1];
    let first = "y,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    assert_eq!(asked(vector, first, true).err(), Some(ScramStep::Failed(Failure::Downgrade)));
    assert!(asked(vector, first, false).is_ok());
    assert!(asked(vector, vector.messages[0], true).is_ok());
}

#[test]
fn a_bound_exchange_is_good_on_its_own_channel_only() {
    let vector = &VECTORS[3];
    let other = ChannelBinding { data: &[7; 32], ..CHANNEL };
    let end_point = ChannelBinding { kind: BindingKind::TlsServerEndPoint, ..CHANNEL };
    for (bindings, failure) in [
        (&[other][..], Failure::BindingMismatch),
        (&[end_point], Failure::BindingMismatch),
        (&[], Failure::BindingMismatch),
    ] {
        let mut server = asked(vector, vector.messages[0], true).unwrap();
        let step = server.respond(vector.messages[2].as_bytes(), bindings, &mut [0; 512]);
        assert_eq!(step, ScramStep::Failed(failure));
    }
    // The flag must fit the mechanism, and the kind must be at hand.
    for first in ["n,,n=user,r=c", "y,,n=user,r=c", "p=tls-unique,,n=user,r=c", "p=unheard-of,,n=user,r=c"] {
        assert!(asked(vector, first, true).is_err(), "{first}");
    }
    assert!(asked(&VECTORS[1], "p=tls-exporter,,n=user,r=c", true).is_err());
}

#[test]
fn a_server_refuses_a_first_message_that_breaks_the_grammar() {
    let long = std::format!("n,,n={},r=c", "x".repeat(1_100));
    for first in [
        "",
        "n",
        "n,,",
        "n,,n=user",
        "n,,r=c,n=user",
        "n,,n=,r=c",
        "n,,n=user,r=",
        "n,,n=us=er,r=c",
        "n,,n=us=2cer,r=c",
        "n,b=x,n=user,r=c",
        "n,a=,n=user,r=c",
        "p=,,n=user,r=c",
        "z,,n=user,r=c",
        "n,,n=us\0er,r=c",
        "n,,n=user,r=c c",
        &long,
    ] {
        assert!(asked(&VECTORS[1], first, true).is_err(), "{first}");
    }
    let unknown = asked(&VECTORS[1], "n,,m=x,n=user,r=c", true).err();
    assert_eq!(unknown, Some(ScramStep::Failed(Failure::UnknownExtension)));
}

#[test]
fn an_unknown_user_gets_the_same_questions_each_time_and_never_gets_in() {
    let unknown = |user| Verifier::for_unknown_user(ScramHash::Sha256, b"kept secret", user, 4_096);
    assert_eq!(unknown("nobody").salt(), unknown("nobody").salt());
    assert_ne!(unknown("nobody").salt(), unknown("somebody").salt());
    assert_ne!(
        unknown("nobody").salt(),
        Verifier::for_unknown_user(ScramHash::Sha256, b"other secret", "nobody", 4_096).salt()
    );
    assert_eq!(unknown("nobody").salt().len(), 16);
    let (mut client, mut space) = (VECTORS[1].client(), [0; 512]);
    let mut server = VECTORS[1].server();
    let length = client.initial(&mut space).unwrap();
    let first = Vec::from(&space[..length]);
    assert_eq!(server.respond(&first, &[], &mut space), ScramStep::User);
    let ScramStep::Challenge(length) = server.challenge(&unknown("user"), &mut space) else { panic!() };
    let challenge = Vec::from(&space[..length]);
    let response = client.respond(&challenge, &mut space);
    let last = String::from(said(response, &space));
    assert_eq!(server.respond(last.as_bytes(), &[], &mut space), ScramStep::Failed(Failure::BadProof));
}

#[test]
fn the_steps_have_their_order() {
    let mut space = [0; 512];
    let mut server = VECTORS[1].server();
    let verifier = VECTORS[1].verifier();
    assert_eq!(server.challenge(&verifier, &mut space), ScramStep::Failed(Failure::Malformed));
    let mut server = asked(&VECTORS[1], VECTORS[1].messages[0], false).unwrap();
    assert!(matches!(server.respond(VECTORS[1].messages[2].as_bytes(), &[], &mut space), ScramStep::Challenge(_)));
    // The signature is answered by nothing.
    assert_eq!(server.respond(b"x", &[], &mut space), ScramStep::Failed(Failure::Malformed));
    assert_eq!(server.respond(b"", &[], &mut space), ScramStep::Failed(Failure::Malformed));
    // A verifier by another hash function is no verifier.
    let mut server = VECTORS[1].server();
    assert_eq!(server.respond(VECTORS[1].messages[0].as_bytes(), &[], &mut space), ScramStep::User);
    let step = server.challenge(&VECTORS[0].verifier(), &mut space);
    assert_eq!(step, ScramStep::Failed(Failure::Malformed));
}

#[test]
fn a_verifier_needs_keys_of_its_hash_function() {
    let new = |salt: &[u8], iterations, length: usize| {
        Verifier::new(ScramHash::Sha256, salt, iterations, &[1; 64][..length], &[2; 64][..length]).err()
    };
    assert_eq!(new(b"salt", 1, 32), None);
    assert!(new(b"", 1, 32).is_some());
    assert!(new(b"salt", 0, 32).is_some());
    assert!(new(b"salt", 1, 20).is_some());
    assert!(new(&[0; 65], 1, 32).is_some());
}
