//! The labels that mail gives to charsets.

use super::Charset;

/// Labels of what is always known, in lower case.
///
/// `iso-8859-1` and its like mean windows-1252, as on the web: what has bytes from 128 to 159 under that
/// label is never the control characters that they would be.
const LABELS: &[(&str, Charset<'static>)] = &[
    ("", Charset::Utf8),
    ("utf-8", Charset::Utf8),
    ("utf8", Charset::Utf8),
    ("unicode-1-1-utf-8", Charset::Utf8),
    ("utf8mb4", Charset::Utf8),
    ("us-ascii", Charset::Utf8),
    ("ascii", Charset::Utf8),
    ("ansi_x3.4-1968", Charset::Utf8),
    ("ansi_x3.4-1986", Charset::Utf8),
    ("iso646-us", Charset::Utf8),
    ("646", Charset::Utf8),
    ("unknown-8bit", Charset::Utf8),
    ("x-unknown", Charset::Utf8),
    ("iso-8859-1", Charset::Latin1),
    ("iso8859-1", Charset::Latin1),
    ("iso88591", Charset::Latin1),
    ("iso_8859-1", Charset::Latin1),
    ("iso_8859-1:1987", Charset::Latin1),
    ("iso-ir-100", Charset::Latin1),
    ("latin1", Charset::Latin1),
    ("latin-1", Charset::Latin1),
    ("l1", Charset::Latin1),
    ("cp819", Charset::Latin1),
    ("ibm819", Charset::Latin1),
    ("windows-1252", Charset::Latin1),
    ("windows1252", Charset::Latin1),
    ("cp1252", Charset::Latin1),
    ("cp-1252", Charset::Latin1),
    ("x-cp1252", Charset::Latin1),
    ("ansi", Charset::Latin1),
    ("utf-7", Charset::Utf7),
    ("utf7", Charset::Utf7),
    ("unicode-1-1-utf-7", Charset::Utf7),
    ("x-unicode-2-0-utf-7", Charset::Utf7),
];

pub(super) fn find(label: &[u8]) -> Charset<'_> {
    match LABELS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(label)) {
        Some((_, charset)) => *charset,
        None => elsewhere(label),
    }
}

#[cfg(not(feature = "charsets"))]
fn elsewhere(label: &[u8]) -> Charset<'_> {
    Charset::Unknown(label)
}

/// Labels of mail that the web does not know, and the web's name of each.
#[cfg(feature = "charsets")]
const ALIASES: &[(&str, &str)] = &[
    ("cp932", "shift_jis"),
    ("x-ms-cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("ms936", "gbk"),
    ("gb18030-2000", "gb18030"),
    ("cp949", "euc-kr"),
    ("ms949", "euc-kr"),
    ("ks_c_5601", "euc-kr"),
    ("cp950", "big5"),
    ("big-5", "big5"),
    ("big5-hkscs:2004", "big5"),
    ("euc_jp", "euc-jp"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("cp874", "windows-874"),
    ("tis620", "windows-874"),
    ("cp50220", "iso-2022-jp"),
    ("iso-2022-jp-1", "iso-2022-jp"),
    ("iso-2022-jp-ms", "iso-2022-jp"),
    ("koi8_r", "koi8-r"),
    ("koi8r", "koi8-r"),
    ("iso8859_2", "iso-8859-2"),
    ("iso8859_15", "iso-8859-15"),
    ("latin-9", "iso-8859-15"),
    ("latin9", "iso-8859-15"),
];

#[cfg(feature = "charsets")]
fn elsewhere(label: &[u8]) -> Charset<'_> {
    use encoding_rs::{Encoding, REPLACEMENT, UTF_8};
    let alias = ALIASES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(label));
    let name = alias.map_or(label, |(_, web)| web.as_bytes());
    match Encoding::for_label(name).or_else(|| windows(name)) {
        // What the web refuses to decode, such as HZ: its bytes at least are shown.
        Some(encoding) if encoding == REPLACEMENT => Charset::Unknown(label),
        Some(encoding) if encoding == UTF_8 => Charset::Utf8,
        Some(encoding) => Charset::Web(encoding),
        None => Charset::Unknown(label),
    }
}

/// The code pages of Windows under other names: `cp1251`, `windows1251`, `win-1251`.
#[cfg(feature = "charsets")]
fn windows(label: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let digits = label.last_chunk::<4>().filter(|digits| digits.starts_with(b"125"))?;
    let front = label.get(..label.len() - digits.len())?;
    let named = [&b"cp"[..], b"cp-", b"cp_", b"windows", b"windows_", b"win", b"win-", b"ms", b"ms-"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(front));
    let mut name = *b"windows-0000";
    name.last_chunk_mut::<4>()?.copy_from_slice(digits);
    encoding_rs::Encoding::for_label(&name).filter(|_| named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_in_any_case_and_with_white_space_around() {
        for (label, charset) in [
            (&b"UTF-8"[..], Charset::Utf8),
            (b" utf8 ", Charset::Utf8),
            (b"", Charset::Utf8),
            (b"US-ASCII", Charset::Utf8),
            (b"Iso-8859-1", Charset::Latin1),
            (b"UTF-7", Charset::Utf7),
            (b"no-such", Charset::Unknown(b"no-such")),
        ] {
            assert_eq!(Charset::for_label(label), charset, "{}", label.escape_ascii());
        }
        assert!(LABELS.iter().all(|(name, _)| !name.bytes().any(|byte| byte.is_ascii_uppercase())));
    }

    #[cfg(feature = "charsets")]
    #[test]
    fn labels_of_the_web_and_those_of_mail_are_known() {
        for (label, name) in [
            (&b"iso-8859-2"[..], "ISO-8859-2"),
            (b"Shift_JIS", "Shift_JIS"),
            (b"CP932", "Shift_JIS"),
            (b"gb2312", "GBK"),
            (b"ks_c_5601-1987", "EUC-KR"),
            (b"cp1251", "windows-1251"),
            (b"WINDOWS1250", "windows-1250"),
            (b"koi8-r", "KOI8-R"),
        ] {
            let Charset::Web(encoding) = Charset::for_label(label) else { panic!("{}", label.escape_ascii()) };
            assert_eq!(encoding.name(), name);
        }
        assert_eq!(Charset::for_label(b"hz-gb-2312"), Charset::Unknown(b"hz-gb-2312"));
        for (_, web) in ALIASES {
            assert!(encoding_rs::Encoding::for_label(web.as_bytes()).is_some(), "{web}");
        }
    }
}
