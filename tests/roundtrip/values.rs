//! The values of header fields: what is written by the RFCs is read as it was meant.

use mailproto::codec::base64;
use mailproto::message::{Addresses, ContentType, DateTime, MessageIds, Text};
use proptest::prelude::*;

/// `text` as encoded words of a few bytes each, with `gap` between.
fn words(text: &str, size: usize, quoted: bool, gap: &str) -> String {
    let word = |bytes: &[u8]| {
        if quoted {
            let text: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
            return format!("=?UTF-8?Q?{text}?=");
        }
        let mut place = [0; 80];
        let length = base64::encode(bytes, &mut place).unwrap();
        format!("=?utf-8*en?b?{}?=", String::from_utf8_lossy(&place[..length]))
    };
    text.as_bytes().chunks(size).map(word).collect::<Vec<_>>().join(gap)
}

/// `text` in quotes (RFC 5322 §3.2.4).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `text` with percent signs (RFC 2231 §7).
fn percent(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

proptest! {
    #[test]
    fn encoded_words_join_even_within_a_character(
        text in "\\PC{1,40}", size in 1..45_usize, is_quoted: bool, gap in 0..3_usize,
    ) {
        let value = words(&text, size, is_quoted, [" ", "\r\n ", "\t\t"][gap]);
        prop_assert_eq!(Text::parse(value.as_bytes()).to_string(), text);
    }

    #[test]
    fn names_and_addresses_are_read_as_they_were_quoted(
        list in prop::collection::vec(("[^\\p{C}=]{1,20}", "[^\\p{C}@]{1,12}", "[a-z]{1,9}(\\.[a-z]{1,9}){0,2}", 0..4_u8), 0..6),
        in_group: bool,
    ) {
        let mailbox = |(name, local, domain, form): &(String, String, String, u8)| match form {
            0 => format!("{} <{}@{domain}>", quoted(name), quoted(local)),
            1 => format!("{}\r\n <{}@{domain}>", words(name, 10, false, " "), quoted(local)),
            2 => format!("{} (c) < {} @ {domain} >", quoted(name), quoted(local)),
            _ => format!("{}@{domain} ({})", quoted(local), name.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)")),
        };
        let all = list.iter().map(mailbox).collect::<Vec<_>>().join(", ");
        let value = if in_group { format!("Some: {all};") } else { all };
        let addresses = Addresses::parse(value.as_bytes());
        let found: Vec<_> = addresses
            .mailboxes()
            .map(|mailbox| {
                let name = mailbox.name().map(|name| name.to_string()).unwrap_or_default();
                (name, mailbox.local_part().to_string(), mailbox.domain().to_string())
            })
            .collect();
        let meant: Vec<_> = list
            .iter()
            .map(|(name, local, domain, form)| {
                let name = if *form == 3 { name.trim_matches(' ') } else { name };
                (name.to_owned(), local.clone(), domain.clone())
            })
            .collect();
        prop_assert_eq!(found, meant, "{}", value);
        prop_assert_eq!(addresses.iter().count(), if in_group { 1 } else { list.len() });
    }

    #[test]
    fn parameters_in_sections_of_any_order_are_put_together(
        text in "\\PC{1,60}", size in 3..20_usize, order in prop::collection::vec(any::<u32>(), 20), shuffled: bool,
    ) {
        let mut sections: Vec<_> = text
            .as_bytes()
            .chunks(size)
            .enumerate()
            .map(|(number, bytes)| {
                let charset = if number == 0 { "utf-8''" } else { "" };
                format!("; name*{number}*={charset}{}", percent(bytes))
            })
            .collect();
        if shuffled {
            let mut keys = order.iter().cycle();
            sections.sort_by_cached_key(|_| keys.next());
        }
        let value = format!("text/plain{}", sections.concat());
        let name = ContentType::parse(value.as_bytes()).parameter(b"NAME").unwrap();
        // Very many sections out of order are not looked for (32 times at most).
        if !shuffled || sections.len() <= 30 {
            prop_assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn a_parameter_in_quotes_is_read_as_it_was(text in "[^\\p{C}=]{0,40}") {
        let value = format!("a/b; x={}; y=z", quoted(&text));
        let content_type = ContentType::parse(value.as_bytes());
        prop_assert_eq!(content_type.parameter(b"x").unwrap().to_string(), text);
        prop_assert_eq!(content_type.parameter(b"y").unwrap().as_plain(), Some("z"));
        prop_assert!(content_type.anomalies().is_empty());
    }

    #[test]
    fn a_date_is_read_as_it_was_written(seconds in -62_000_000_000..253_000_000_000_i64, offset in -5_999..6_000_i16) {
        let date = DateTime::from_timestamp(seconds, offset);
        prop_assert_eq!(date.timestamp(), seconds);
        prop_assert_eq!(DateTime::parse(&date.to_bytes()), Some(date));
        prop_assert!(DateTime::anomalies(&date.to_bytes()).is_empty());
    }

    #[test]
    fn ids_are_read_in_their_order(ids in prop::collection::vec("[a-z0-9.+]{1,20}@[a-z0-9.-]{1,20}", 0..10), folded: bool) {
        let value: Vec<_> = ids.iter().map(|id| format!("<{id}>")).collect();
        let value = value.join(if folded { "\r\n " } else { " (c) " });
        let found = MessageIds::parse(value.as_bytes());
        prop_assert!(found.anomalies().is_empty());
        prop_assert_eq!(found.iter().map(|id| id.to_string()).collect::<Vec<_>>(), ids);
    }
}
