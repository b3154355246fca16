//! Address literals (RFC 5321 §4.1.3): `[192.0.2.1]`, `[IPv6:2001:db8::1]`.

use super::take::{byte, fail, front, word};
use crate::slice::after;
use crate::text::{KEYWORD, is, number};
use nom::sequence::delimited;
use nom::{IResult, Parser};

/// ```abnf
/// address-literal         = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
/// IPv6-address-literal    = "IPv6:" IPv6-addr
/// General-address-literal = Standardized-tag ":" 1*dcontent
/// dcontent                = %d33-90 / %d94-126
/// ```
/// RFC 5321 §4.1.3. No form of it has a byte that is not `dcontent`.
pub(super) fn address_literal(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let content = word(|byte| matches!(byte, 33..=90 | 94..=126));
    let (_, content) = delimited(byte(b'['), content, byte(b']')).parse(input)?;
    if is_address(content) { front(input, content.len() + 2) } else { fail(input) }
}

/// Whether what stands between the brackets is an address of any form.
fn is_address(text: &[u8]) -> bool {
    let Some((tag, address)) = text.iter().position(|byte| *byte == b':').and_then(|at| text.split_at_checked(at))
    else {
        return is_ipv4_address(text);
    };
    let address = after(address, 1);
    if tag.eq_ignore_ascii_case(b"IPv6") {
        return is_ipv6_address(address);
    }
    is_tag(tag) && !address.is_empty()
}

/// ```abnf
/// Standardized-tag = Ldh-str
/// Ldh-str          = *( ALPHA / DIGIT / "-" ) Let-dig
/// ```
/// RFC 5321 §4.1.2, §4.1.3.
fn is_tag(text: &[u8]) -> bool {
    text.iter().all(|byte| is(*byte, KEYWORD)) && text.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// ```abnf
/// IPv6-addr = IPv6-full / IPv6-comp / IPv6v4-full / IPv6v4-comp
/// IPv6-full = IPv6-hex 7(":" IPv6-hex)
/// IPv6-comp = [IPv6-hex *5(":" IPv6-hex)] "::" [IPv6-hex *5(":" IPv6-hex)]
///             ; "::" stands for at least 2 groups: no more than 6 groups beside it
/// IPv6-hex  = 1*4HEXDIG
/// ```
/// RFC 5321 §4.1.3. In the forms with `v4` an IPv4 address stands for the last two groups.
fn is_ipv6_address(text: &[u8]) -> bool {
    let colons = text.windows(2).position(|pair| pair == b"::");
    let Some((start, end)) = colons.and_then(|at| text.split_at_checked(at)) else {
        return groups(text, true) == Some(8);
    };
    let end = end.strip_prefix(b"::").unwrap_or(end);
    match (groups(start, false), groups(end, true)) {
        (Some(before), Some(behind)) => before + behind <= 6,
        _ => false,
    }
}

/// How many groups of 16 bits the text stands for; `None` if it is no list of groups.
fn groups(text: &[u8], at_the_end: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut count = 0;
    let mut over = false;
    for group in text.split(|byte| *byte == b':') {
        let hexadecimal = matches!(group.len(), 1..=4) && group.iter().all(u8::is_ascii_hexdigit);
        // Only the last group may be an IPv4 address.
        if over || !(hexadecimal || at_the_end && is_ipv4_address(group)) {
            return None;
        }
        over = !hexadecimal;
        count += if hexadecimal { 1 } else { 2 };
    }
    Some(count)
}

/// ```abnf
/// IPv4-address-literal = Snum 3("." Snum)
/// Snum                 = 1*3DIGIT        ; 0 to 255
/// ```
/// RFC 5321 §4.1.3.
fn is_ipv4_address(text: &[u8]) -> bool {
    let mut parts = 0;
    for part in text.split(|byte| *byte == b'.') {
        parts += 1;
        if part.len() > 3 || number(part).is_none_or(|number| number > 255) {
            return false;
        }
    }
    parts == 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_literal(text: &str) -> bool {
        matches!(address_literal(text.as_bytes()), Ok(([], _)))
    }

    #[test]
    fn every_form_of_an_address_is_taken() {
        for text in [
            "[192.0.2.1]",
            "[IPv6:2001:db8:1:2:3:4:5:6]",
            "[IPv6:2001:db8::1]",
            "[IPv6:::1]",
            "[IPv6:::]",
            "[IPv6:1:2:3:4:5:6::]",
            "[IPv6:1:2:3:4:5:6:192.0.2.1]",
            "[IPv6:::ffff:192.0.2.1]",
            "[ipv6:fe80::1]",
            "[X400:c=de]",
        ] {
            assert!(is_literal(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_not() {
        for text in [
            "[]",
            "[192.0.2]",
            "[192.0.2.256]",
            "[192.0.2.1",
            "[IPv6:]",
            "[IPv6:1:2:3:4:5:6:7]",
            "[IPv6:1:2:3:4:5:6:7:8:9]",
            "[IPv6:1::2::3]",
            "[IPv6::1]",
            "[IPv6:1:2:3:4:5:6:7::]",
            "[IPv6:12345::]",
            "[IPv6:192.0.2.1::]",
            "[IPv6:::192.0.2.1:1]",
            "[IPv6:zz]",
            "[X400:]",
            "[:c=de]",
            "[X400-:c=de]",
            "[X 400:c=de]",
            "[X400:c d]",
            "[X400:[c]]",
        ] {
            assert!(!is_literal(text), "{text}");
        }
    }
}
