//! Maildrops that are drained over lines that break: nothing is lost, and nothing that was accepted is
//! fetched again.

use mailproto::Endpoint;
use mailproto::pop3::{
    Command, Download, DownloadEvent, DownloadOptions, Failure, Retention, Seen, SkipReason, TlsPolicy,
};
use mailproto::sasl::Account;
use mailproto::{Error, Leniency};

/// A maildrop and what its server is like.
#[derive(Clone)]
struct Maildrop {
    /// Unique id and content of each message, as it goes over the wire.
    messages: Vec<(String, Vec<u8>)>,
    capabilities: &'static str,
    uidl: bool,
}

impl Maildrop {
    fn new(ids: &[&str]) -> Self {
        let message = |(index, id): (usize, &&str)| {
            (id.to_string(), format!("Subject: {index}\r\n\r\n{}\r\n", "text ".repeat(index * 7)).into_bytes())
        };
        let messages = ids.iter().enumerate().map(message).collect();
        Self { messages, capabilities: "PIPELINING\r\nUSER\r\nUIDL\r\n", uidl: true }
    }

    fn ids(&self) -> Vec<&str> {
        self.messages.iter().map(|(id, _)| id.as_str()).collect()
    }

    /// What the server says to a command; `marked` is this session's.
    fn answer(&mut self, line: &[u8], marked: &mut Vec<usize>) -> Vec<u8> {
        let (command, _) = Command::parse(line, Leniency::STRICT).unwrap();
        let list = |entry: &dyn Fn(usize) -> String| {
            let lines: String =
                (0..self.messages.len()).map(|index| format!("{} {}\r\n", index + 1, entry(index))).collect();
            format!("+OK\r\n{lines}.\r\n").into_bytes()
        };
        match command {
            Command::Capa => format!("+OK\r\n{}.\r\n", self.capabilities).into_bytes(),
            Command::Uidl(None) if !self.uidl => b"-ERR what is UIDL\r\n".to_vec(),
            Command::Uidl(None) => list(&|index| self.messages[index].0.clone()),
            Command::List(None) => list(&|index| self.messages[index].1.len().to_string()),
            Command::Retr(number) => {
                let (_, content) = &self.messages[number as usize - 1];
                [b"+OK\r\n", content.as_slice(), b".\r\n"].concat()
            }
            Command::Dele(number) => {
                marked.push(number as usize - 1);
                b"+OK marked\r\n".to_vec()
            }
            Command::Quit => {
                marked.sort_unstable();
                marked.drain(..).rev().for_each(|index| drop(self.messages.remove(index)));
                b"+OK bye\r\n".to_vec()
            }
            _ => b"+OK\r\n".to_vec(),
        }
    }
}

/// What came of one session.
#[derive(Default)]
struct Outcome {
    seen: Seen,
    /// What the host accepted.
    accepted: Vec<Vec<u8>>,
    skipped: Vec<(u32, SkipReason)>,
    failure: Option<Failure>,
    done: Option<u32>,
    error: Option<Error>,
    sent: Vec<u8>,
    arrived: usize,
}

fn options(retention: Retention, today: u32) -> DownloadOptions {
    let mut account = Account::new("mrose", "tanstaaf");
    account.allow_without_tls = true;
    DownloadOptions { retention, today, ..DownloadOptions::new(account) }
}

/// One session in which so many bytes arrive each way before the line breaks. `keep` says which messages
/// the host can keep, by how many it has been told of.
fn session(
    maildrop: &mut Maildrop,
    options: DownloadOptions,
    seen: Seen,
    (to_client, to_server): (usize, usize),
    keep: impl Fn(usize) -> bool,
) -> Outcome {
    let mut download = Download::new(options, seen).unwrap();
    let mut outcome = Outcome::default();
    let (mut wire, mut line, mut marked) = (b"+OK ready\r\n".to_vec(), Vec::new(), Vec::new());
    let (mut arrived, mut told, mut message, mut broken) = (0, 0, Vec::new(), false);
    while !download.is_closed() {
        let count = wire.len().min(to_client - arrived);
        let taken = download.receive(&wire[..count]);
        wire.drain(..taken);
        arrived += taken;
        loop {
            match download.next_event() {
                Ok(None) => break,
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
                Ok(Some(event)) => match event {
                    DownloadEvent::Message(_) => message.clear(),
                    DownloadEvent::Data(bytes) => message.extend_from_slice(bytes),
                    DownloadEvent::MessageEnd => {
                        if keep(told) {
                            download.accept().unwrap();
                            outcome.accepted.push(message.clone());
                        } else {
                            download.reject().unwrap();
                        }
                        told += 1;
                    }
                    DownloadEvent::Skipped { message, reason, .. } => outcome.skipped.push((message.number, reason)),
                    DownloadEvent::Failed { failure, .. } => outcome.failure = Some(failure),
                    DownloadEvent::Done { removed, .. } => outcome.done = Some(removed),
                    _ => {}
                },
            }
        }
        let count = download.transmit().len().min(to_server - outcome.sent.len());
        outcome.sent.extend_from_slice(&download.transmit()[..count]);
        line.extend_from_slice(&download.transmit()[..count]);
        download.transmitted(count);
        while let Some(end) = line.windows(2).position(|pair| pair == b"\r\n") {
            let command: Vec<u8> = line.drain(..end + 2).collect();
            wire.extend(maildrop.answer(&command[..end], &mut marked));
        }
        if (arrived == to_client || outcome.sent.len() == to_server) && !broken {
            broken = true;
            download.receive_eof();
        }
    }
    assert_eq!(outcome.error.is_none(), outcome.done.is_some() || outcome.failure.is_some());
    outcome.arrived = arrived;
    outcome.seen = download.into_seen();
    outcome
}

const WHOLE: (usize, usize) = (usize::MAX, usize::MAX);

#[test]
fn a_session_that_is_cut_anywhere_loses_nothing_and_fetches_nothing_twice_that_was_accepted() {
    let ids = ["a", "b", "b", "c", "d"];
    for (retention, pipelining) in
        [(Retention::DeleteAtOnce, true), (Retention::DeleteAtOnce, false), (Retention::Keep, true)]
    {
        let mut maildrop = Maildrop::new(&ids);
        if !pipelining {
            maildrop.capabilities = "USER\r\n";
        }
        let all: Vec<_> = maildrop.messages.iter().map(|(_, content)| content.clone()).collect();
        let whole = session(&mut maildrop.clone(), options(retention, 0), Seen::default(), WHOLE, |_| true);
        assert_eq!(whole.accepted, all);
        let to_client = (1..whole.arrived).map(|cut| (cut, usize::MAX));
        let to_server = (1..whole.sent.len()).map(|cut| (usize::MAX, cut));
        for cut in to_client.chain(to_server) {
            let mut maildrop = maildrop.clone();
            let first = session(&mut maildrop, options(retention, 0), Seen::default(), cut, |_| true);
            assert!(first.error.is_some() || first.done.is_some());
            let second = session(&mut maildrop, options(retention, 0), first.seen, WHOLE, |_| true);
            let mut accepted = [first.accepted, second.accepted].concat();
            accepted.sort();
            let mut expected = all.clone();
            expected.sort();
            assert_eq!(accepted, expected, "{retention:?}, cut at {cut:?}");
            let third = session(&mut maildrop, options(retention, 0), second.seen, WHOLE, |_| true);
            assert!(third.accepted.is_empty());
            match retention {
                Retention::DeleteAtOnce => assert!(maildrop.messages.is_empty() && third.seen.is_empty()),
                _ => assert_eq!(maildrop.ids(), ids),
            }
        }
    }
}

#[test]
fn what_the_host_could_not_keep_stays_and_is_new_again() {
    let mut maildrop = Maildrop::new(&["a", "a", "b"]);
    let first = session(&mut maildrop, options(Retention::DeleteAtOnce, 0), Seen::default(), WHOLE, |told| told != 1);
    assert_eq!((first.accepted.len(), first.done), (2, Some(2)));
    assert_eq!(maildrop.ids(), ["a"]);
    assert!(first.seen.is_empty(), "the copy that is left was not accepted");
    let second = session(&mut maildrop, options(Retention::DeleteAtOnce, 0), first.seen, WHOLE, |_| true);
    assert_eq!((second.accepted.len(), maildrop.messages.len()), (1, 0));
}

#[test]
fn messages_that_are_kept_for_days_go_when_the_days_are_over() {
    let mut maildrop = Maildrop::new(&["a", "b"]);
    let mut seen = session(&mut maildrop, options(Retention::KeepDays(3), 100), Seen::default(), WHOLE, |_| true).seen;
    maildrop.messages.push(("c".into(), b"new\r\n".to_vec()));
    for (day, ids) in [(102, &["a", "b", "c"][..]), (103, &["c"]), (104, &["c"]), (105, &[])] {
        let outcome = session(&mut maildrop, options(Retention::KeepDays(3), day), seen, WHOLE, |_| true);
        seen = outcome.seen;
        assert_eq!(maildrop.ids(), ids, "on day {day}");
        assert_eq!(outcome.accepted.len(), usize::from(day == 102));
        assert_eq!(seen.len(), ids.len());
    }
}

#[test]
fn what_is_gone_from_the_server_is_forgotten() {
    let mut maildrop = Maildrop::new(&["a", "b"]);
    let seen = session(&mut maildrop, options(Retention::Keep, 0), Seen::default(), WHOLE, |_| true).seen;
    assert_eq!(seen.iter().collect::<Vec<_>>(), [("a", 0), ("b", 0)]);
    // Another client has removed one, and the server renumbers.
    maildrop.messages.remove(0);
    let outcome = session(&mut maildrop, options(Retention::Keep, 0), seen, WHOLE, |_| true);
    assert!(outcome.accepted.is_empty());
    assert_eq!(outcome.seen.iter().collect::<Vec<_>>(), [("b", 0)]);
}

#[test]
fn a_message_that_is_too_large_stays_and_the_host_hears_of_it() {
    let mut maildrop = Maildrop::new(&["a", "b", "c"]);
    let mut options = options(Retention::DeleteAtOnce, 0);
    options.largest = Some(60);
    let outcome = session(&mut maildrop, options, Seen::default(), WHOLE, |_| true);
    assert_eq!((outcome.accepted.len(), outcome.skipped), (2, vec![(3, SkipReason::TooLarge)]));
    assert_eq!(maildrop.ids(), ["c"]);
}

#[test]
fn without_unique_ids_messages_are_fetched_and_deleted_or_not_fetched_at_all() {
    let mut maildrop = Maildrop { uidl: false, ..Maildrop::new(&["a", "b"]) };
    let outcome = session(&mut maildrop, options(Retention::Keep, 0), Seen::default(), WHOLE, |_| true);
    assert_eq!((outcome.failure, outcome.accepted.len()), (Some(Failure::NoUniqueIds), 0));
    let outcome = session(&mut maildrop, options(Retention::DeleteAtOnce, 0), Seen::default(), WHOLE, |_| true);
    assert_eq!((outcome.accepted.len(), maildrop.messages.len()), (2, 0));
}

#[test]
fn the_policy_on_tls_holds_and_no_password_crosses_the_line_in_plain_text() {
    let mut maildrop = Maildrop::new(&["a"]);
    let mut required = options(Retention::Keep, 0);
    required.tls = TlsPolicy::Required;
    let outcome = session(&mut maildrop, required, Seen::default(), WHOLE, |_| true);
    assert_eq!(outcome.failure, Some(Failure::TlsNotOffered));
    assert_eq!(outcome.sent, b"CAPA\r\nQUIT\r\n");
    let discreet = DownloadOptions::new(Account::new("mrose", "tanstaaf"));
    let outcome = session(&mut maildrop, discreet, Seen::default(), WHOLE, |_| true);
    assert_eq!(outcome.failure, Some(Failure::LoginNotOffered));
    assert_eq!(outcome.sent, b"CAPA\r\nQUIT\r\n");
}

#[test]
fn messages_are_asked_for_ahead_and_no_further_than_allowed() {
    let mut maildrop = Maildrop::new(&["a", "b", "c", "d"]);
    let mut options = options(Retention::DeleteAtOnce, 0);
    options.read_ahead = 2;
    let outcome = session(&mut maildrop, options, Seen::default(), WHOLE, |_| true);
    let said = String::from_utf8(outcome.sent).unwrap();
    let place = |command: &str| said.find(command).unwrap_or_else(|| panic!("no {command} in {said}"));
    assert!(place("RETR 2") < place("DELE 1") && place("DELE 1") < place("RETR 4"), "{said}");
    assert_eq!(outcome.accepted.len(), 4);
}

#[test]
fn a_hundred_thousand_messages_are_fetched_in_one_session() {
    let ids: Vec<_> = (0..100_000).map(|number| format!("{number:08x}")).collect();
    let mut maildrop = Maildrop::new(&[]);
    maildrop.messages = ids.iter().map(|id| (id.clone(), b"x\r\n".to_vec())).collect();
    let outcome = session(&mut maildrop, options(Retention::Keep, 0), Seen::default(), WHOLE, |_| true);
    assert_eq!((outcome.accepted.len(), outcome.seen.len(), outcome.done), (100_000, 100_000, Some(0)));
}
