//! A whole download against a server that the input plays.

use crate::choices::Choices;
use crate::session::{Feed, Host, Line, Record, assert_same, converse};
use crate::wire::assert_lines;
use mailproto::pop3::{Download, DownloadEvent, DownloadOptions, Retention, Seen, TlsPolicy};
use mailproto::sasl::Account;
use mailproto::{Endpoint, Error, Limits};

/// A download: no cut changes what is told and said; nothing is marked that was not accepted; what was
/// accepted is remembered; no password crosses the line in plain text unless that is allowed.
pub fn pop3_download(data: &[u8]) {
    let (mut choices, wire) = Choices::divide(data);
    let mut account = Account::new("tim", "tanstaaf");
    account.allow_without_tls = choices.flag();
    let mut options = DownloadOptions::new(account);
    options.tls = choices.of(&[TlsPolicy::None, TlsPolicy::Opportunistic, TlsPolicy::Required, TlsPolicy::Implicit]);
    options.retention = choices.of(&[Retention::DeleteAtOnce, Retention::Keep, Retention::KeepDays(2)]);
    options.today = u32::from(choices.byte());
    options.largest = choices.flag().then_some(100);
    options.read_ahead = choices.byte().into();
    options.messages = 1 + u32::from(choices.byte() % 8);
    options.limits = Limits { receive_buffer: 512, transmit_buffer: 512, ..Limits::default() };
    options.limits.reply = 256;
    let reference = run(&options, &choices, wire, Feed::ByteByByte);
    for (feed, way) in [(Feed::Whole, "whole"), (Feed::Chosen(choices.clone()), "cut")] {
        let mut other = run(&options, &choices, wire, feed);
        // A download that has failed says QUIT if it still can. A server that breaks the rules before that is
        // not listened to any more, nor spoken to: how much was sent by then is a matter of when.
        let failed = |record: &Record| record.events.iter().any(|event| event.starts_with("Failed"));
        if failed(&reference) && failed(&other) && reference.sent.starts_with(&other.sent) {
            other.sent.clone_from(&reference.sent);
        }
        assert_same(&reference, &other, way);
    }
}

fn run(options: &DownloadOptions, choices: &Choices<'_>, wire: &[u8], feed: Feed<'_>) -> Record {
    let download = Download::new(options.clone(), Seen::default()).unwrap();
    let keeper =
        Keeper { choices: choices.clone(), heard: Heard::Nothing, number: 0, accepted: Vec::new(), tls_at: None };
    let (record, _, keeper) = converse(download, keeper, wire, true, feed);
    assert!(matches!(record.error, None | Some(Error::Protocol(_) | Error::Limit(_) | Error::Closed(_))));
    assert_lines(&record.sent);
    let plain = match options.tls {
        TlsPolicy::Implicit => &[],
        _ => &record.sent[..keeper.tls_at.unwrap_or(record.sent.len())],
    };
    let has = |word: &[u8]| plain.windows(word.len()).any(|bytes| bytes == word);
    if options.tls == TlsPolicy::Required || !options.login.allow_without_tls {
        assert!(!has(b"PASS ") && !has(b"AHRpbQB0YW5zdGFhZg=="), "a secret in plain text");
    }
    let sent = String::from_utf8_lossy(&record.sent);
    for number in sent.lines().filter_map(|line| line.strip_prefix("DELE ")) {
        assert!(keeper.accepted.contains(&number.parse().unwrap()), "message {number} was not accepted");
    }
    record
}

enum Heard {
    Nothing,
    End,
    StartTls,
}

/// A host that keeps some messages and not others.
struct Keeper<'a> {
    choices: Choices<'a>,
    heard: Heard,
    /// The message that comes in.
    number: u32,
    accepted: Vec<u32>,
    /// How much had been sent when TLS began.
    tls_at: Option<usize>,
}

impl Host<Download> for Keeper<'_> {
    fn begin(&mut self, _line: &mut Line<'_>, _download: &mut Download) {}

    fn note(&mut self, event: DownloadEvent<'_>, record: &mut Record) {
        self.heard = Heard::Nothing;
        if let DownloadEvent::Data(bytes) = event {
            assert!(self.number > 0, "data of no message");
            record.data.extend_from_slice(bytes);
            return;
        }
        record.event(format!("{event:?}"));
        match event {
            DownloadEvent::StartTls => {
                self.tls_at = Some(record.sent.len());
                self.heard = Heard::StartTls;
            }
            DownloadEvent::Message(message) => self.number = message.number,
            DownloadEvent::MessageEnd => self.heard = Heard::End,
            _ => {}
        }
    }

    fn act(&mut self, _line: &mut Line<'_>, download: &mut Download) {
        assert_eq!(download.awaits_answer(), matches!(self.heard, Heard::End));
        match self.heard {
            Heard::Nothing => {}
            Heard::StartTls => download.tls_started().unwrap(),
            Heard::End if self.choices.flag() => {
                download.accept().unwrap();
                self.accepted.push(self.number);
            }
            Heard::End => download.reject().unwrap(),
        }
    }

    fn go_on(&mut self, _line: &mut Line<'_>, _download: &mut Download) -> bool {
        false
    }

    fn check(&self, download: &Download) {
        assert!(download.transmit().len() <= 512);
    }
}
