//! The header section of a message (RFC 5322 §2.2): what an envelope can be made of.

use super::address::mailboxes;
use crate::failure::{Failure, Status};
use std::io::{self, BufRead, Read};

/// The longest header section that is read.
const LONGEST: u64 = 1 << 20;

/// The fields, up to and without the empty line.
#[derive(Debug, Default)]
pub(super) struct Header {
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    /// As it stands in the message, folded and with its line ends.
    raw: Vec<u8>,
}

impl Header {
    /// Reads the fields at the front of a message; what follows stays in `input`. Also tells of a
    /// first line of the body that had to be read to see the end of the fields.
    pub(super) fn read(input: &mut impl BufRead) -> io::Result<(Self, Vec<u8>)> {
        let mut header = Self::default();
        let mut input = input.take(LONGEST);
        loop {
            let mut line = Vec::new();
            input.read_until(b'\n', &mut line)?;
            if input.limit() == 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the header is longer than 1 MiB"));
            }
            match header.fields.last_mut() {
                Some(field) if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) => {
                    field.raw.append(&mut line)
                }
                // A line of a mailbox file that is no part of the message.
                None if line.starts_with(b"From ") => {}
                _ => match field_name(&line) {
                    Some(name) => header.fields.push(Field { name, raw: line }),
                    None => return Ok((header, line)),
                },
            }
        }
    }

    /// The fields as they are sent: without Bcc, which is for nobody else to see (RFC 5322 §3.6.3).
    pub(super) fn sent(&self) -> Vec<u8> {
        let is_secret = |field: &&Field| ["bcc", "resent-bcc"].contains(&field.name.as_str());
        self.fields.iter().filter(|field| !is_secret(field)).flat_map(|field| field.raw.iter().copied()).collect()
    }

    /// Who sent it: Sender, or the first of From (RFC 5322 §3.6.2).
    pub(super) fn sender(&self) -> Result<Option<String>, Failure> {
        for name in ["sender", "from"] {
            if let Some(sender) = self.addresses(&[name])?.into_iter().next() {
                return Ok(Some(sender));
            }
        }
        Ok(None)
    }

    /// Whom it is for: To, Cc and Bcc, each address once.
    pub(super) fn recipients(&self) -> Result<Vec<String>, Failure> {
        let mut recipients = Vec::new();
        for recipient in self.addresses(&["to", "cc", "bcc"])? {
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
        Ok(recipients)
    }

    fn addresses(&self, names: &[&str]) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        for field in self.fields.iter().filter(|field| names.contains(&field.name.as_str())) {
            let text = std::str::from_utf8(&field.raw)
                .map_err(|error| wrong(field, error.valid_up_to(), "bytes that are not UTF-8"))?;
            let (name, body) = text.split_once(':').unwrap_or_default();
            let offset = name.len() + 1;
            found.extend(mailboxes(body).map_err(|error| wrong(field, offset + error.offset, error.problem))?);
        }
        Ok(found)
    }
}

fn wrong(field: &Field, offset: usize, problem: &str) -> Failure {
    Failure::new(
        Status::Refused,
        format_args!(
            "the field {} of the message has {problem}, at byte {offset} of the field: mend it, or name the envelope by --from and --to",
            field.name
        ),
    )
}

/// The name of the field that starts here, in lower case (RFC 5322 §2.2, §4.5.3 for the space).
fn field_name(line: &[u8]) -> Option<String> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let sound = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    sound.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> (Header, String, String) {
        let mut input = message.as_bytes();
        let (header, first) = Header::read(&mut input).unwrap();
        (header, String::from_utf8(first).unwrap(), String::from_utf8(input.to_vec()).unwrap())
    }

    #[test]
    fn the_envelope_comes_from_the_fields_and_bcc_goes() {
        let (header, first, rest) = read(
            "From nobody Thu Jan  1 00:00:00 1970\r\nFrom: Ann <a@x.example>, Bob <b@x.example>\r\nSENDER : s@x.example\r\n\
             To: c@x.example,\r\n d@x.example\r\nBcc: e@x.example,\r\n\tf@x.example\r\nCc: c@x.example\r\nSubject: Bcc: no\r\n\r\nBcc: body\r\n",
        );
        assert_eq!(header.sender().unwrap().as_deref(), Some("s@x.example"));
        assert_eq!(header.recipients().unwrap(), ["c@x.example", "d@x.example", "e@x.example", "f@x.example"]);
        let sent = String::from_utf8(header.sent()).unwrap();
        assert!(sent.starts_with("From: Ann") && sent.ends_with("Cc: c@x.example\r\nSubject: Bcc: no\r\n"), "{sent}");
        assert!(!sent.contains("e@x.example") && !sent.contains("f@x.example"));
        assert_eq!((first.as_str(), rest.as_str()), ("\r\n", "Bcc: body\r\n"));
    }

    #[test]
    fn a_line_that_is_no_field_begins_the_body() {
        let (header, first, rest) = read("Subject: x\nno field here\nmore\n");
        assert_eq!(header.sent(), b"Subject: x\n");
        assert_eq!((first.as_str(), rest.as_str()), ("no field here\n", "more\n"));
        assert_eq!(header.sender().unwrap(), None);
    }

    #[test]
    fn an_endless_header_is_refused() {
        let mut input = io::BufReader::new(io::repeat(b'a'));
        assert_eq!(Header::read(&mut input).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
