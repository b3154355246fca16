//! The types of the npm package are written by hand: what the core tells must stand in them.

use alloc::string::String;
use alloc::vec::Vec;
use std::format;

const TYPES: &str = concat!(
    include_str!("../npm/types/session.d.ts"),
    include_str!("../npm/types/sasl.d.ts"),
    include_str!("../npm/types/smtp.d.ts"),
    include_str!("../npm/types/pop3.d.ts"),
);

/// Where names are told to JavaScript.
const TOLD: &str = concat!(
    include_str!("session.rs"),
    include_str!("error.rs"),
    include_str!("pop3/client.rs"),
    include_str!("pop3/download.rs"),
    include_str!("pop3/server.rs"),
    include_str!("sasl/credentials.rs"),
    include_str!("sasl/outcome.rs"),
    include_str!("sasl/scram_server.rs"),
    include_str!("smtp/client.rs"),
    include_str!("smtp/server.rs"),
    include_str!("smtp/submission.rs"),
);

/// The names of an enum's variants in a source file.
fn variants(source: &str, name: &str) -> Vec<String> {
    let start = source.find(&format!("pub enum {name}")).unwrap_or_else(|| panic!("no enum {name}"));
    let body = &source[start..];
    let body = &body[..body.find("\n}").unwrap_or(body.len())];
    let variant = |line: &str| {
        let line = line.strip_prefix("    ")?;
        let length = line.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, rest) = line.split_at(length);
        let first = word.chars().next().filter(char::is_ascii_uppercase)?;
        let ends = rest.starts_with([',', '(']) || rest.starts_with(" {");
        ends.then(|| format!("{}{}", first.to_ascii_lowercase(), &word[1..]))
    };
    body.lines().skip(1).filter_map(variant).collect()
}

/// One declaration of the types, or one member of it, which is indented.
fn declaration(start: &str) -> &'static str {
    let from = TYPES.find(start).unwrap_or_else(|| panic!("{start} is not declared"));
    let text = &TYPES[from..];
    let end = if start.starts_with(' ') { ";\n" } else { ";\n\n" };
    &text[..text.find(end).unwrap_or(text.len())]
}

/// Events that several protocols have, by the names of their types.
const REFERRED: [(&str, &str); 2] =
    [("type: 'auth'", "| AuthQuestion"), ("type: 'authResponse'", "| AuthResponseQuestion")];

fn assert_typed(source: &str, name: &str, start: &str, shape: impl Fn(&str) -> String) {
    let variants = variants(source, name);
    assert!(variants.len() > 1, "no variants of {name} found");
    let declaration = declaration(start);
    for variant in variants {
        let shape = shape(&variant);
        let elsewhere = REFERRED.iter().find(|(typed, _)| *typed == shape).map(|(_, name)| *name);
        assert!(declaration.contains(elsewhere.unwrap_or(&shape)), "`{variant}` of {name} is missing in {start}");
        assert!(TOLD.contains(&format!("\"{variant}\"")), "nothing tells `{variant}` of {name}");
    }
}

#[test]
fn every_event_of_the_core_has_a_type() {
    let event = |variant: &str| format!("type: '{variant}'");
    let client = include_str!("../../../core/src/smtp/client/event.rs");
    let server = include_str!("../../../core/src/smtp/server/event.rs");
    let submission = include_str!("../../../core/src/smtp/submission/event.rs");
    assert_typed(client, "Event", "export type SmtpClientEvent", event);
    assert_typed(server, "Event", "export type SmtpServerEvent", event);
    assert_typed(submission, "Event", "export type SmtpSubmissionEvent", event);
    let client = include_str!("../../../core/src/pop3/client/event.rs");
    let server = include_str!("../../../core/src/pop3/server/event.rs");
    let download = include_str!("../../../core/src/pop3/download/event.rs");
    assert_typed(client, "Event", "export type Pop3ClientEvent", event);
    assert_typed(server, "Event", "export type Pop3ServerEvent", event);
    assert_typed(download, "Event", "export type Pop3DownloadEvent", event);
    let step = include_str!("../../../core/src/sasl/scram/server.rs");
    assert_typed(step, "ScramStep", "export type ScramStep", event);
}

#[test]
fn every_error_and_verdict_of_the_core_has_a_type() {
    let word = |variant: &str| format!("'{variant}'");
    let error = include_str!("../../../core/src/error.rs");
    assert_typed(error, "Misuse", "  misuse:\n", word);
    assert_typed(error, "ViolationKind", "  protocol:\n", word);
    assert_typed(error, "LimitKind", "  limit:", word);
    assert_typed(error, "Closure", "  closed:", word);
    let submission = include_str!("../../../core/src/smtp/submission/event.rs");
    assert_typed(submission, "Verdict", "export type Verdict", word);
    assert_typed(submission, "Failure", "export type Failure", word);
    let download = include_str!("../../../core/src/pop3/download/event.rs");
    assert_typed(download, "SkipReason", "export type SkipReason", word);
    assert_typed(download, "Failure", "export type DownloadFailure", word);
    let failure = include_str!("../../../core/src/sasl/failure.rs");
    assert_typed(failure, "Failure", "export type LoginFailure", word);
    let proof = include_str!("../../../core/src/sasl/server.rs");
    assert_typed(proof, "Proof", "  proof:", word);
    let time = include_str!("../../../core/src/time.rs");
    assert_typed(time, "TimeoutReason", "export type TimeoutReason", word);
}

#[test]
fn every_event_that_is_typed_is_told() {
    for typed in TYPES.split("type: '").skip(1).filter_map(|rest| rest.split('\'').next()) {
        assert!(TOLD.contains(&format!("\"{typed}\"")), "nothing tells `{typed}`");
    }
}

#[test]
fn verbs_have_the_same_numbers_on_both_sides() {
    let source = include_str!("../npm/lib/verbs.js");
    let (_, list) = source.split_once("const NAMES =").expect("no list of verbs");
    let (list, _) = list.split_once(';').expect("an endless list of verbs");
    let told: Vec<&str> = list.split(['\'', '+', ' ', '\n']).filter(|word| !word.is_empty()).collect();
    let known: Vec<String> = crate::verb::NAMES.iter().map(|name| camel_case(name)).collect();
    assert_eq!(told, known);
}

/// A name of Rust's or C's as JavaScript writes it.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| format!("{name}{}{}", word[..1].to_ascii_uppercase(), &word[1..]))
}

/// What JavaScript has in another shape: a constructor, errors that are thrown, arguments that may be left
/// out, and lists in place of steps through them.
const OF_C_ALONE: [&str; 7] =
    ["new", "last_error", "last_error_message", "accept_with", "accept_with_timestamp", "next_deleted", "next_seen"];

#[test]
fn every_verb_of_the_c_face_is_there_in_javascript() {
    let header = include_str!("../../../include/mailproto.h");
    let shared = block("export interface Session<");
    for (of_c, class) in [
        ("smtp_client", "SmtpClient"),
        ("smtp_server", "SmtpServer"),
        ("smtp_submission", "SmtpSubmission"),
        ("pop3_client", "Pop3Client"),
        ("pop3_server", "Pop3Server"),
        ("pop3_download", "Pop3Download"),
    ] {
        let own = block(&format!("export class {class} "));
        let verbs: Vec<&str> = header
            .split(&format!("mailproto_{of_c}_"))
            .skip(1)
            .filter_map(|rest| rest.split_once('(').map(|(name, _)| name))
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'))
            .filter(|name| !name.starts_with("options_") && !OF_C_ALONE.contains(name))
            .collect();
        assert!(verbs.len() > 10, "few verbs of {of_c} found");
        for verb in verbs {
            let method = format!("  {}(", camel_case(verb));
            assert!(own.contains(&method) || shared.contains(&method), "{class} lacks {verb} of the C face");
        }
    }
}

/// A class or an interface in the types.
fn block(start: &str) -> &'static str {
    let from = TYPES.find(start).unwrap_or_else(|| panic!("{start} is not declared"));
    let text = &TYPES[from..];
    &text[..text.find("\n}").unwrap_or(text.len())]
}
