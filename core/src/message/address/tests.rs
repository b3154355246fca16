//! Lists as the RFCs have them, and as mailers write them.

use super::*;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

/// The list as `name|address` and, for groups, `name:[…]`.
fn list(value: &[u8]) -> Vec<String> {
    let mailbox = |mailbox: &Mailbox<'_>| {
        let name = mailbox.name().map(|name| name.to_string()).unwrap_or_default();
        #[cfg(feature = "alloc")]
        assert_eq!(name, mailbox.name().map(|name| name.decoded()).unwrap_or_default());
        #[cfg(feature = "alloc")]
        assert_eq!(mailbox.address().to_string(), mailbox.address().decoded());
        format!("{name}|{}", mailbox.address())
    };
    let addresses = Addresses::parse(value);
    let mut flat = Vec::new();
    let list = addresses.iter().map(|address| match address {
        Address::Mailbox(one) => {
            flat.push(mailbox(&one));
            mailbox(&one)
        }
        Address::Group(group) => {
            let members: Vec<_> = group.members().map(|one| mailbox(&one)).collect();
            flat.extend(members.clone());
            format!("{}:{members:?}", group.name())
        }
    });
    let list = list.collect();
    assert_eq!(addresses.mailboxes().map(|one| mailbox(&one)).collect::<Vec<_>>(), flat);
    list
}

#[track_caller]
fn check(value: &str, expected: &[&str], anomalies: &[&str]) {
    assert_eq!(list(value.as_bytes()), expected, "{value}");
    let found = Addresses::parse(value.as_bytes()).anomalies();
    assert_eq!(found.names().collect::<Vec<_>>(), anomalies, "{value}");
}

#[test]
fn the_grammar_of_rfc_5322_has_no_anomaly() {
    for (value, expected) in [
        ("", &[][..]),
        ("john@a.example", &["|john@a.example"]),
        ("<john@a.example>", &["|john@a.example"]),
        ("John Doe <jdoe@machine.example>", &["John Doe|jdoe@machine.example"]),
        ("\"Joe Q. Public\" <john.q.public@example.com>", &["Joe Q. Public|john.q.public@example.com"]),
        ("Who? <one@y.test>", &["Who?|one@y.test"]),
        (
            "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
            &["|boss@nil.test", "Giant; \"Big\" Box|sysservices@example.net"],
        ),
        ("\"quoted local\"@b.example", &["|\"quoted local\"@b.example"]),
        ("a@[192.0.2.1]", &["|a@[192.0.2.1]"]),
        ("a@[IPv6:2001:db8::1], <b@[IPv6:::1]>", &["|a@[IPv6:2001:db8::1]", "|b@[IPv6:::1]"]),
        (
            "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            &["A Group:[\"Ed Jones|c@a.test\", \"|joe@where.test\", \"John|jdoe@one.test\"]"],
        ),
        ("Undisclosed recipients:;", &["Undisclosed recipients:[]"]),
        ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", &["Hidden recipients:[]"]),
        ("a:b@c.d;, e@f.g", &["a:[\"|b@c.d\"]", "|e@f.g"]),
        ("Pete(A nice \\) chap) <pete@b.example>", &["Pete|pete@b.example"]),
        ("a@b.example (Ann \\(x\\) B)", &["Ann (x) B|a@b.example"]),
        ("=?utf-8?Q?=C3=A9?= =?utf-8?Q?=C3=A9?= x <a@b.example>", &["\u{e9}\u{e9} x|a@b.example"]),
        ("J\u{f6}rg <j\u{f6}rg@b\u{fc}cher.example>", &["J\u{f6}rg|j\u{f6}rg@b\u{fc}cher.example"]),
        ("John\r\n Doe <j@b.example>,\r\n\tk@b.example", &["John Doe|j@b.example", "|k@b.example"]),
    ] {
        check(value, expected, &[]);
    }
}

#[test]
fn obsolete_forms_are_read_and_noted() {
    for (value, expected) in [
        ("<@machine.tld:mary@example.net>", &["|mary@example.net"][..]),
        ("<@a.example,@b.example : mary@example.net>", &["|mary@example.net"]),
        ("john . doe @ example . org", &["|john.doe@example.org"]),
        (", , a@b.example,,c@d.example,", &["|a@b.example", "|c@d.example"]),
        ("<a(x)@b(y).example>", &["|a@b.example"]),
    ] {
        check(value, expected, &["obsolete_address"]);
    }
    let route = Addresses::parse(b"<@a.example,@b.example:c@d.example>").mailboxes().next().unwrap();
    assert_eq!(route.route(), b"@a.example,@b.example");
}

#[test]
fn dots_without_a_word_beside_them_are_read_and_noted() {
    for value in ["a..b@c.example", ".a@c.example", "a.@c.example", "a@.c.example", "a@c..example", "a@c.example."] {
        let expected = std::format!("|{value}");
        check(value, &[&expected], &["malformed_address"]);
        check(&std::format!("<{value}>"), &[&expected], &["malformed_address"]);
    }
    for value in ["\"a..b\"@c.example", "a@[IPv6:2001..db8]"] {
        check(value, &[&std::format!("|{value}")], &[]);
    }
}

#[test]
fn names_with_what_should_be_quoted_are_read() {
    for (value, expected, anomalies) in [
        ("Joe Q. Public <j@b.example>", "Joe Q. Public|j@b.example", &["obsolete_address"][..]),
        ("j@b.example <j@b.example>", "j@b.example|j@b.example", &["unquoted_name"]),
        ("a@b@c <j@b.example>", "a@b@c|j@b.example", &["unquoted_name"]),
        ("[x] Joe <j@b.example>", "[x] Joe|j@b.example", &["unquoted_name"]),
        ("\"=?utf-8?Q?=C3=A9?= x\" <j@b.example>", "\u{e9} x|j@b.example", &["misplaced_encoded_word"]),
        ("=?utf-8?Q?Doe,_J?= <j@b.example>", "Doe, J|j@b.example", &[]),
        ("\"Doe\" =?utf-8?Q?J?= <j@b.example>", "Doe J|j@b.example", &[]),
        ("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= <j@b.example>", "ab|j@b.example", &[]),
        ("\"a\r\n b\" <j@b.example>", "a b|j@b.example", &[]),
        ("\"a\\", "a\\|", &["malformed_address", "unclosed_quote"]),
    ] {
        check(value, &[expected], anomalies);
    }
}

#[test]
fn what_is_outside_every_grammar_is_read_as_it_was_meant() {
    for (value, expected) in [
        ("Joe j@b.example", &["Joe|j@b.example"][..]),
        ("Joe <j@b.example", &["Joe|j@b.example"]),
        ("Joe <j@b.example, k@b.example", &["Joe|j@b.example", "|k@b.example"]),
        ("j@b.example; k@b.example", &["|j@b.example", "|k@b.example"]),
        ("<j@b.example>; <k@b.example>", &["|j@b.example", "|k@b.example"]),
        ("<j@b.example> <k@b.example>", &["|j@b.example", "|k@b.example"]),
        ("A <j@b.example> B <k@b.example>", &["A|j@b.example", "B|k@b.example"]),
        ("<j@b.example> k@b.example", &["|j@b.example", "|k@b.example"]),
        ("<<j@b.example>>", &["|j@b.example"]),
        ("<j@b.example> junk, k@b.example", &["|j@b.example", "|k@b.example"]),
        ("postmaster", &["|postmaster"]),
        ("John Doe", &["John Doe|"]),
        ("\"John Doe\"", &["John Doe|"]),
        ("=?utf-8?Q?a=40b?=", &["a@b|"]),
        ("<>", &["|"]),
        ("a@", &["|a@"]),
        ("@b.example", &["|@b.example"]),
        ("a@b@c.example", &["|a@b@c.example"]),
        ("x: a@b.example", &["x:[\"|a@b.example\"]"]),
        ("x: y: a@b.example;", &["x:[\"|a@b.example\"]"]),
        ("<John Doe@b.example>", &["|John Doe@b.example"]),
        ("a@b.example trailing", &["|a@b.example"]),
    ] {
        assert_eq!(list(value.as_bytes()), expected, "{value}");
        let anomalies = Addresses::parse(value.as_bytes()).anomalies();
        let double = value == "a@b@c.example";
        assert!(double || anomalies.contains(crate::message::Anomaly::MALFORMED_ADDRESS), "{value}");
    }
}

#[test]
fn the_parts_of_an_address_are_without_quotes_and_comments() {
    for (value, local, domain) in [
        ("\"a \\\"b\"@c.example", "a \"b", "c.example"),
        ("a (x) . b @ c (y) . d", "a.b", "c.d"),
        ("a@b@c", "a@b", "c"),
        ("root", "root", ""),
    ] {
        let mailbox = Addresses::parse(value.as_bytes()).mailboxes().next().unwrap();
        assert_eq!((mailbox.local_part().to_string(), mailbox.domain().to_string()), (local.into(), domain.into()));
    }
}

#[cfg(feature = "alloc")]
#[test]
fn a_name_is_borrowed_where_it_stands_as_it_is() {
    use alloc::borrow::Cow;
    for (value, is_borrowed) in
        [("\"Joe Q. Public\" <j@b>", true), ("Joe <j@b>", true), ("j@b (Joe)", true), ("\"a\\\"b\" <j@b>", false)]
    {
        let mailbox = Addresses::parse(value.as_bytes()).mailboxes().next().unwrap();
        assert_eq!(matches!(mailbox.name().unwrap().decoded(), Cow::Borrowed(_)), is_borrowed, "{value}");
        assert!(matches!(mailbox.address().decoded(), Cow::Borrowed(_)));
    }
}

#[test]
fn any_bytes_are_a_list_that_ends() {
    for byte in *b"(<>@,;:.\"[]\\= a\r\n\xff" {
        for other in *b"(<>@,;:.\"[]\\= a\r\n\xff" {
            let value = [byte, other].repeat(500);
            let found = Addresses::parse(&value).mailboxes().count();
            assert!(found <= value.len(), "{byte} {other}");
            Addresses::parse(&value).anomalies();
        }
    }
    assert_eq!(vec![list(b"a@b,"); 2].concat().len(), 2);
}
