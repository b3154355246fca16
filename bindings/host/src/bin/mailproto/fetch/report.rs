//! What people are told.

use mailproto::pop3::{Failure, Response, SkipReason};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// What the server said.
pub(super) fn said(response: Option<Response<'_>>) -> String {
    response
        .map(|response| {
            format!(
                " ({} {})",
                response.status().name(),
                String::from_utf8_lossy(response.rest()).trim_end().escape_debug()
            )
        })
        .unwrap_or_default()
}

/// Why a message stays on the server.
pub(super) fn why(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::TooLarge => "it is too large",
        SkipReason::NoUniqueId => {
            "it has no unique id to know it by the next time; --delete fetches such messages, too"
        }
        SkipReason::Refused => "the server refused to send it",
        _ => "it was not fetched",
    }
}

/// Why nothing was fetched, and what to try.
pub(super) fn describe(failure: Failure) -> &'static str {
    match failure {
        Failure::Greeting => "the server refused to serve: try again later",
        Failure::TlsNotOffered => {
            "the server does not offer STLS: write pop3s:// if it is under TLS from the first byte, or log in by plain text with --tls none"
        }
        Failure::TlsRefused => "the server refused STLS: try again later, or log in by plain text with --tls none",
        Failure::LoginNotOffered => {
            "the server offers no login that may be used here: a password is sent in plain text only with --tls none"
        }
        Failure::LoginRefused => "the server refused the login: check user and password",
        Failure::ListRefused => "the server refused to list its messages",
        Failure::NoUniqueIds => {
            "the server has no unique ids (UIDL), by which messages that stay are known: fetch with --delete"
        }
        _ => "the server refused",
    }
}

/// Shows people how far it is, if they watch.
#[derive(Default)]
pub(super) struct Progress {
    messages: u32,
    current: u32,
    size: Option<u64>,
    done: u64,
    shown: Option<Instant>,
    dirty: bool,
}

impl Progress {
    pub(super) fn new(messages: u32) -> Self {
        let shown = io::stderr().is_terminal().then(Instant::now);
        Self { messages, shown, ..Self::default() }
    }

    pub(super) fn begin(&mut self, size: Option<u64>) {
        (self.size, self.done) = (size, 0);
        self.current += 1;
    }

    pub(super) fn add(&mut self, count: usize) {
        self.done += count as u64;
        if self.shown.is_some_and(|shown| shown.elapsed() > Duration::from_millis(200)) {
            let of = self.size.map(|size| format!(" of {size}")).unwrap_or_default();
            // It is only for show.
            let _ = write!(io::stderr(), "\rmessage {} of {}: {}{of} bytes  ", self.current, self.messages, self.done);
            self.shown = Some(Instant::now());
            self.dirty = true;
        }
    }

    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.dirty) {
            eprintln!();
        }
    }
}
