//! A message that the command line describes.

use super::content::BLOCK;
use crate::failure::Failure;
use crate::output::hexadecimal;
use mailproto::message::Addresses;
use mailproto::message::writer::{Date, Draft, Part, Recipient, Target, WriterOptions};
use mailproto_host::random;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The type of a file that says nothing about itself.
const SOME_FILE: &str = "application/octet-stream";

/// What a message shall say
#[derive(clap::Args)]
pub(super) struct Wording {
    /// Write the message instead of reading it: what it is about
    #[arg(long, value_name = "TEXT", conflicts_with = "file", help_heading = "Writing a message")]
    subject: Option<String>,
    /// Its text
    #[arg(long, value_name = "TEXT", conflicts_with = "file", help_heading = "Writing a message")]
    text: Option<String>,
    /// The same in HTML
    #[arg(long, value_name = "TEXT", conflicts_with = "file", help_heading = "Writing a message")]
    html: Option<String>,
    /// A file that goes with it; its type is told by its name
    #[arg(long = "attach", value_name = "FILE", conflicts_with = "file", help_heading = "Writing a message")]
    attachments: Vec<PathBuf>,
}

impl Wording {
    /// Whether a message is to be written at all.
    pub(super) fn is_given(&self) -> bool {
        let texts = [&self.subject, &self.text, &self.html];
        texts.iter().any(|text| text.is_some()) || !self.attachments.is_empty()
    }
}

/// All that a message is written from.
pub(super) struct Letter<'a> {
    wording: &'a Wording,
    from: Named,
    to: Vec<Named>,
    date: Date,
    message_id: String,
    nonce: u64,
    attachments: Vec<Attachment>,
}

/// A mailbox and the name of who has it.
struct Named {
    name: String,
    address: String,
}

/// A file that is attached, read as it is sent.
pub(super) struct Attachment {
    pub(super) file: File,
    pub(super) length: u64,
    name: String,
    media_type: &'static str,
    parameters: &'static [(&'static str, &'static str)],
}

impl<'a> Letter<'a> {
    /// Looks at everything that goes into the message.
    pub(super) fn new(from: Option<&str>, to: &[String], wording: &'a Wording) -> Result<Self, Failure> {
        let from = from.filter(|from| !from.is_empty());
        let from = from.ok_or_else(|| Failure::usage("a message that is written here needs --from ADDRESS"))?;
        let Ok([from]) = <[Named; 1]>::try_from(mailboxes("--from", from)?) else {
            return Err(Failure::usage(format_args!("--from {from}: one address is wanted")));
        };
        let mut recipients = Vec::new();
        for text in to {
            recipients.extend(mailboxes("--to", text)?);
        }
        if recipients.is_empty() {
            return Err(Failure::usage("a message that is written here needs --to ADDRESS"));
        }
        let attachments = wording.attachments.iter().map(|path| Attachment::open(path));
        let chance = |error: io::Error| Failure::io("cannot name the message", &error);
        let id = random::<16>().map_err(chance)?;
        let domain = from.address.rsplit('@').next().unwrap_or_default();
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            wording,
            to: recipients,
            date: Date { seconds: i64::try_from(since.as_secs()).unwrap_or_default(), offset_minutes: 0 },
            message_id: format!("{}@{domain}", hexadecimal(&id)),
            nonce: u64::from_le_bytes(random().map_err(chance)?),
            attachments: attachments.collect::<Result<_, _>>()?,
            from,
        })
    }

    /// Who it is from.
    pub(super) fn author(&self) -> [Recipient<'_>; 1] {
        [self.from.recipient()]
    }

    /// Who it is for.
    pub(super) fn recipients(&self) -> Vec<Recipient<'_>> {
        self.to.iter().map(Named::recipient).collect()
    }

    /// The addresses of both, for the envelope.
    pub(super) fn addresses(&self) -> (String, Vec<String>) {
        (self.from.address.clone(), self.to.iter().map(|one| one.address.clone()).collect())
    }

    /// The files as parts, which are asked for as they are written.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        self.attachments.iter().map(Attachment::part).collect()
    }

    pub(super) fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// The message, of these parts.
    pub(super) fn draft<'b>(
        &'b self,
        author: &'b [Recipient<'b>],
        recipients: &'b [Recipient<'b>],
        parts: &'b [Part<'b>],
    ) -> Draft<'b> {
        let wording = self.wording;
        Draft {
            from: author,
            to: recipients,
            subject: wording.subject.as_deref().unwrap_or_default(),
            date: Some(self.date),
            message_id: &self.message_id,
            // A message has a body, if an empty one.
            text: wording.text.as_deref().or(if wording.html.is_none() { Some("") } else { None }),
            html: wording.html.as_deref(),
            attachments: parts,
            ..Draft::default()
        }
    }

    /// Every server carries it, unless an address asks for more.
    pub(super) fn options(&self) -> WriterOptions {
        let is_plain = self.from.address.is_ascii() && self.to.iter().all(|one| one.address.is_ascii());
        let target = if is_plain { Target::SevenBit } else { Target::Utf8 };
        WriterOptions { target, nonce: self.nonce, ..WriterOptions::default() }
    }
}

impl Named {
    fn recipient(&self) -> Recipient<'_> {
        Recipient::named(&self.name, &self.address)
    }
}

impl Attachment {
    fn part(&self) -> Part<'_> {
        let part = Part::attachment(&self.name, self.media_type).streamed(Some(self.length));
        Part { parameters: self.parameters, ..part }
    }

    fn open(path: &Path) -> Result<Self, Failure> {
        let trouble = |error: io::Error| Failure::usage(format_args!("--attach {}: {error}", path.display()));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let mut file = File::open(path).map_err(trouble)?;
        if file.metadata().map_err(trouble)?.is_dir() {
            return Err(trouble(io::ErrorKind::IsADirectory.into()));
        }
        if !file.metadata().map_err(trouble)?.is_file() {
            // What comes by a pipe has no length before it has come.
            file = super::stored::keep(&mut file).map_err(trouble)?;
        }
        let length = file.metadata().map_err(trouble)?.len();
        let media_type = media_type(path);
        // Without a charset it would be ASCII (RFC 2046 §4.1.2).
        let is_known = media_type.starts_with("text/") && is_utf8(&mut file).map_err(trouble)?;
        let parameters: &[_] = if is_known { &[("charset", "utf-8")] } else { &[] };
        Ok(Self { file, length, media_type, parameters, name: name.unwrap_or_default() })
    }
}

/// Whether all of it is UTF-8.
fn is_utf8(file: &mut File) -> io::Result<bool> {
    let (mut block, mut held) = (vec![0; BLOCK], 0);
    file.rewind()?;
    loop {
        let count = file.read(&mut block[held..])?;
        let filled = held + count;
        match std::str::from_utf8(&block[..filled]) {
            Ok(_) if count == 0 => return Ok(true),
            Ok(_) => held = 0,
            // The rest of the character is in the next block.
            Err(error) if error.error_len().is_none() && count > 0 => {
                block.copy_within(error.valid_up_to()..filled, 0);
                held = filled - error.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
    }
}

/// The type that the name of a file tells. Parts and messages may not be encoded (RFC 2045 §6.4), which a
/// file that nobody has looked into must be.
fn media_type(path: &Path) -> &'static str {
    let told = mime_guess::from_path(path).first_raw().unwrap_or(SOME_FILE);
    if told.starts_with("message/") || told.starts_with("multipart/") { SOME_FILE } else { told }
}

/// The mailboxes that an option names.
fn mailboxes(option: &str, text: &str) -> Result<Vec<Named>, Failure> {
    let wrong = |problem: &str, offset| Failure::usage(format_args!("{option} {text}: {problem} at byte {offset}"));
    // What may be guessed in mail that is there is not guessed in mail that is written.
    let addresses = super::address::mailboxes(text).map_err(|error| wrong(error.problem, error.offset))?;
    let named = |one: mailproto::message::Mailbox<'_>| Named {
        name: one.name().map(|name| name.to_string()).unwrap_or_default(),
        address: one.address().to_string(),
    };
    let found: Vec<_> = Addresses::parse(text.as_bytes()).mailboxes().map(named).collect();
    let is_same = found.iter().map(|one| &one.address).eq(&addresses);
    if found.is_empty() || !is_same { Err(wrong("no address", 0)) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_the_type_that_its_name_tells() {
        for (name, told) in [
            ("a.jpg", "image/jpeg"),
            ("b.PDF", "application/pdf"),
            ("c.txt", "text/plain"),
            ("d", SOME_FILE),
            ("e.nosuchtype", SOME_FILE),
            ("f.eml", SOME_FILE),
            ("g.mht", SOME_FILE),
        ] {
            assert_eq!(media_type(Path::new(name)), told, "{name}");
        }
    }

    #[test]
    fn text_is_known_wherever_a_block_cuts_it() {
        for length in BLOCK - 4..BLOCK + 2 {
            for (end, expected) in [("€".as_bytes(), true), (b"\xe2\x82", false), (b"\xffabc", false)] {
                let mut file = tempfile::tempfile().unwrap();
                io::Write::write_all(&mut file, &[&vec![b'x'; length][..], end].concat()).unwrap();
                assert_eq!(is_utf8(&mut file).unwrap(), expected, "{length} {}", end.escape_ascii());
            }
        }
    }

    #[test]
    fn options_name_mailboxes_as_people_write_them() {
        let named = |text| {
            let found = mailboxes("--to", text).map_err(|failure| failure.message().to_owned());
            found.map(|all| all.into_iter().map(|one| (one.name, one.address)).collect::<Vec<_>>())
        };
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(
            named("Jürgen Müller <j@x.example>, team: \"B, C\" <b@x.example>;"),
            Ok(vec![pair("Jürgen Müller", "j@x.example"), pair("B, C", "b@x.example")])
        );
        for text in ["", "Ann", "a@@b.example", "a b@c.example d", "a@b.example c@d.example", "a@"] {
            assert!(named(text).is_err_and(|message| message.starts_with("--to ")), "{text}");
        }
    }
}
