//! The subject in a message's header, found while the header passes by.

/// How much of a subject is kept.
pub const LENGTH: usize = 128;

const NAME: &[u8] = b"subject:";

/// Takes a header in any pieces and keeps the value of its first field `Subject` (RFC 5322 §3.6.5),
/// unfolded, without the space before it. What is beyond [`LENGTH`] is left out.
pub struct Subject {
    text: [u8; LENGTH],
    length: usize,
    place: Place,
}

/// Where in the header the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a field name that has been the wanted one for so many bytes.
    Name(usize),
    /// In another field.
    Other,
    /// In the wanted field's value.
    Value,
    /// At the start of the line behind it, which goes on with it if a space comes.
    Behind,
    /// Behind the wanted field or the header.
    Over,
}

impl Subject {
    /// One that has seen nothing yet.
    pub const fn new() -> Self {
        Self { text: [0; LENGTH], length: 0, place: Place::Name(0) }
    }

    /// Looks at the next bytes of the header.
    pub fn look_at(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.place = match (self.place, byte) {
                (Place::Over, _) => return,
                (Place::Behind, b' ' | b'\t') | (Place::Value, 0..b'\n' | 11..) => {
                    self.keep(byte);
                    Place::Value
                }
                (Place::Behind, _) => Place::Over,
                (Place::Value, _) => Place::Behind,
                // The empty line behind the header; a CR alone begins no field.
                (Place::Name(0), b'\r' | b'\n') => Place::Over,
                (_, b'\n') => Place::Name(0),
                (Place::Name(matched), byte) if NAME.get(matched) == Some(&byte.to_ascii_lowercase()) => {
                    if matched + 1 == NAME.len() { Place::Value } else { Place::Name(matched + 1) }
                }
                _ => Place::Other,
            };
        }
    }

    fn keep(&mut self, byte: u8) {
        let leading = self.length == 0 && matches!(byte, b' ' | b'\t');
        if byte == b'\r' || leading {
            return;
        }
        if let Some(place) = self.text.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// What was found; empty where there is no subject.
    pub fn text(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

impl Default for Subject {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(header: &[u8]) -> Vec<u8> {
        let whole = {
            let mut subject = Subject::new();
            subject.look_at(header);
            subject.text().to_vec()
        };
        let mut pieces = Subject::new();
        header.chunks(1).for_each(|piece| pieces.look_at(piece));
        assert_eq!(pieces.text(), whole, "another subject in pieces");
        whole
    }

    #[test]
    fn the_subject_is_found_in_any_case_and_unfolded() {
        assert_eq!(subject(b"From: a\r\nSUBJECT:  hello\r\n\tthere\r\nTo: b\r\n\r\n"), b"hello\tthere");
        assert_eq!(subject(b"Subject: the last line"), b"the last line");
        assert_eq!(subject(b"Subject: one\r\nSubject: two\r\n\r\n"), b"one");
    }

    #[test]
    fn what_only_looks_like_it_is_no_subject() {
        assert_eq!(subject(b"Subjects: x\r\nX-Subject: y\r\n Subject: z\r\n\r\nSubject: body\r\n"), b"");
        assert_eq!(subject(b"\r\nSubject: body\r\n"), b"");
    }

    #[test]
    fn a_long_subject_is_cut() {
        let header = [&b"Subject: "[..], &[b'x'; 2 * LENGTH]].concat();
        assert_eq!(subject(&header), [b'x'; LENGTH]);
    }
}
