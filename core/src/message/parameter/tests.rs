//! Parameters as RFC 2231 has them, and as mailers write them.

use super::*;
use crate::message::ContentType;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

fn get(parameters: &str, name: &str) -> Option<String> {
    let value = format!("a/b{parameters}");
    let parameter = ContentType::parse(value.as_bytes()).parameters().get(name.as_bytes());
    parameter.map(|parameter| {
        #[cfg(feature = "alloc")]
        assert_eq!(parameter.to_string(), parameter.decoded());
        parameter.to_string()
    })
}

#[track_caller]
fn check(parameters: &str, expected: &str, anomalies: &[&str]) {
    assert_eq!(get(parameters, "n").as_deref(), Some(expected), "{parameters}");
    let found = ContentType::parse(format!("a/b{parameters}").as_bytes()).parameters().anomalies();
    assert_eq!(found.names().collect::<Vec<_>>(), anomalies, "{parameters}");
}

#[test]
fn the_grammar_of_rfc_2045_and_rfc_2231_has_no_anomaly() {
    for (parameters, expected) in [
        ("; n=x", "x"),
        (";n=\"x y\"", "x y"),
        (" (c) ; (c) N (c) = (c) x (c) ; m=y", "x"),
        (";\r\n\tn=\"x;\\\"y\\\\\"", "x;\"y\\"),
        ("; n*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "This is ***fun***"),
        ("; n*0=\"ftp://\"; n*1=\"cs.utk.edu/x\"", "ftp://cs.utk.edu/x"),
        ("; n*0*=utf-8''a%C3; n*1*=%A9; n*2=\"b%20\"", "a\u{e9}b%20"),
        ("; n*=iso-8859-1''%E9%80", "\u{e9}\u{20ac}"),
        ("; n*=''a%C3%A9", "a\u{e9}"),
        ("; n=plain; n*=utf-8''%C3%A9", "\u{e9}"),
        ("; n*=utf-8''%C3%A9; n=plain", "\u{e9}"),
        ("; n=plain; n*0=sec; n*1=tions", "sections"),
        ("; n=\"\"", ""),
    ] {
        check(parameters, expected, &[]);
    }
}

#[test]
fn what_mailers_write_is_read_and_noted() {
    for (parameters, expected, anomalies) in [
        ("; n=my file (1).pdf; m=x", "my file", &["malformed_parameter"][..]),
        ("; n=my file(1).pdf; m=x", "my file(1).pdf", &["malformed_parameter"]),
        ("; n=x m=y", "x", &[]),
        ("; n=\"x\" m=y", "x", &["malformed_parameter"]),
        (" n=x", "x", &[]),
        (";;; n=x;", "x", &[]),
        ("; junk; n=x", "x", &["malformed_parameter"]),
        ("; n=", "", &["malformed_parameter"]),
        ("; n=\"x", "x", &["unclosed_quote"]),
        ("; n=\"C:\\temp\\x.txt\"", "C:\\temp\\x.txt", &[]),
        ("; n=\"=?utf-8?Q?=C3=A9?=.txt\"", "\u{e9}.txt", &["misplaced_encoded_word"]),
        ("; n==?utf-8?Q?=C3=A9?=", "\u{e9}", &["misplaced_encoded_word", "malformed_parameter"]),
        ("; n=\"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=\"", "ab", &["misplaced_encoded_word"]),
        ("; n*0=\"=?utf-8?Q?a?=\"; n*1=\"=?utf-8?Q?b?=\"", "ab", &["misplaced_encoded_word"]),
        ("; n*=\"utf-8''a%20b\"", "a b", &[]),
        ("; n*=a%20b", "a b", &["malformed_parameter"]),
        ("; n*=utf-8''a%2%zz%", "a%2%zz%", &["malformed_parameter"]),
        ("; n*1=b; n*0=a", "ab", &["disordered_parameter"]),
        ("; n*2=c; n*0=a; m=x; n*1=b", "abc", &["disordered_parameter"]),
        ("; n*1=a; n*2=b", "ab", &["disordered_parameter"]),
        ("; n*0=a; n*2=b", "ab", &["disordered_parameter"]),
        ("; n*0=a; n*0=b; n*1=c", "ac", &["repeated_parameter", "disordered_parameter"]),
        ("; n=x; n=y", "x", &["repeated_parameter"]),
        ("; n*=none''%C3%A9", "\u{e9}", &["unknown_charset"]),
        ("; n*=utf-8''%C3", "\u{fffd}", &["undecodable_text"]),
        ("; n*x=y; n=z", "z", &[]),
        ("; n*99999999999=y; n=z", "z", &[]),
        ("; n=(c", "", &["unclosed_comment", "malformed_parameter"]),
        ("; n=x; m=y; n=z", "x", &["repeated_parameter"]),
        ("; n*0=a; m=y; n*1=b", "ab", &[]),
    ] {
        check(parameters, expected, anomalies);
    }
}

#[test]
fn each_parameter_is_told_once() {
    let value = b"a/b; x=1; y*0=2; y*1=3; z*=''4";
    let all: Vec<_> = ContentType::parse(value)
        .parameters()
        .iter()
        .map(|parameter| (parameter.name().to_vec(), parameter.to_string()))
        .collect();
    let expected = [("x", "1"), ("y", "23"), ("z", "4")];
    assert_eq!(all, expected.map(|(name, text)| (name.as_bytes().to_vec(), text.into())));
}

#[test]
fn sections_in_any_order_are_put_right_and_the_work_is_bounded() {
    let sections = |numbers: &mut dyn Iterator<Item = usize>| {
        numbers.map(|number| format!(";n*{number}={}", number % 10)).collect::<String>()
    };
    let digits = |count: usize| (0..count).map(|number| (number % 10).to_string()).collect::<String>();
    assert_eq!(get(&sections(&mut (0..5_000)), "n"), Some(digits(5_000)));
    assert_eq!(get(&sections(&mut (0..30).rev()), "n"), Some(digits(30)));
    let long = get(&sections(&mut (0..5_000).rev()), "n").unwrap();
    assert_eq!(long.len(), 34);
}

#[test]
fn a_parameter_that_begins_again_and_again_is_put_together_a_few_times_only() {
    let value = [&b"a/b"[..], &b";n*0=a".repeat(100), b";n*1=b"].concat();
    let texts: Vec<_> = ContentType::parse(&value).parameters().iter().map(|parameter| parameter.to_string()).collect();
    assert_eq!(texts, [vec!["ab"; 8], vec!["a"; 92]].concat());
}

#[test]
fn any_bytes_are_parameters_that_end() {
    for byte in *b"=;\"\\*'% (?a\r\n\xff" {
        for other in *b"=;\"\\*'% (?a\r\n\xff" {
            let value = [byte, other].repeat(300);
            let parameters = Parameters::new(&value, 0);
            assert!(parameters.sections().count() <= value.len());
            parameters.anomalies();
        }
    }
    assert_eq!(get("; m=x", "n"), None);
    assert_eq!(vec![get("", "n")], [None]);
}
