//! One delivery: the task, the connection, and the message that flows between them.

use super::content::{BLOCK, Content};
use super::report::{Report, describe, text_of};
use super::usage::Usage;
use crate::conversation;
use crate::destination::{Destination, Scheme};
use crate::failure::{Failure, Status, protocol_failure};
use crate::terms::Terms;
use mailproto::sasl::{BindingKind, ChannelBinding};
use mailproto::smtp::{Envelope, Protocol, Submission, SubmissionEvent, SubmissionOptions};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::Transcript;
use mailproto_host::asynchronous::Driver;
use rustls::ClientConfig;
use std::io::{IsTerminal, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Everything a delivery needs.
pub(super) struct Delivery<'a> {
    pub(super) terms: &'a Terms,
    pub(super) destination: &'a Destination,
    pub(super) envelope: Envelope,
    pub(super) content: Box<dyn Content<'a> + 'a>,
    pub(super) report: Report,
}

impl<'a> Delivery<'a> {
    /// Sends the message; what became of it is in the report, whatever else happens.
    pub(super) async fn run(&mut self) -> Result<(), Failure> {
        let connected = self.terms.connect(self.destination).await?;
        let mut options = SubmissionOptions::new(&connected.name);
        options.protocol = if self.destination.scheme == Scheme::Lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        options.tls = self.terms.policy(self.destination)?;
        options.login = self.terms.login(self.destination)?;
        options.timeouts = self.terms.timeouts();
        let mut submission =
            Submission::new(options).map_err(|error| Failure::usage(format_args!("--name or login: {error}")))?;
        submission
            .submit(self.envelope.clone())
            .map_err(|error| Failure::usage(format_args!("the envelope: {error}")))?;
        submission.finish();
        bind(&mut submission, connected.stream.channel_binding());

        let usage = Arc::new(Mutex::new(Usage::default()));
        let (noted, shown) = (Arc::clone(&usage), self.terms.trace);
        let mut driver = Driver::new(submission, connected.stream).with_trace(conversation::listen(
            Transcript::default(),
            move |entry| {
                if shown {
                    eprintln!("{entry}");
                }
                noted.lock().unwrap_or_else(PoisonError::into_inner).note(entry);
            },
        ));
        let outcome = self.converse(&mut driver, &connected.config).await;
        self.report.extensions = usage.lock().unwrap_or_else(PoisonError::into_inner).extensions;
        outcome?;
        // Whoever has hung up already need not be waited for.
        let _ = driver.close().await;
        Ok(())
    }

    async fn converse(&mut self, driver: &mut Driver<Submission>, config: &Arc<ClientConfig>) -> Result<(), Failure> {
        let mut body: Option<Body<'a>> = None;
        let mut refusal = None;
        while !driver.endpoint.is_closed() {
            let mut handshake = false;
            while let Some(event) = driver.endpoint.next_event().map_err(|error| self.cut(error))? {
                match event {
                    SubmissionEvent::StartTls => handshake = true,
                    SubmissionEvent::BodyWanted { .. } => body = Some(Body::new(&mut *self.content)?),
                    SubmissionEvent::Recipient { recipient, delivery, .. } => self.report.settle(recipient, &delivery),
                    SubmissionEvent::Failed { failure, reply } => {
                        let said =
                            reply.map(|reply| format!(" ({} {})", reply.code(), text_of(&reply))).unwrap_or_default();
                        refusal = Some(Failure::new(
                            Status::Refused,
                            format_args!("{}: {}{said}", self.destination, describe(failure)),
                        ));
                    }
                    _ => {}
                }
            }
            if handshake {
                self.terms.handshake(self.destination, driver.start_tls(config, &self.destination.host)).await?;
                let channel = driver.stream().channel_binding();
                bind(&mut driver.endpoint, channel);
                driver.endpoint.tls_started().map_err(|error| self.cut(error))?;
                continue;
            }
            if let Some(flowing) = &mut body
                && flowing.pass(&mut driver.endpoint)? == Passed::All
            {
                body = None;
            }
            let flowing = body.is_some() && driver.endpoint.wants_write();
            let moved = if flowing { driver.flush().await } else { driver.turn().await };
            moved.map_err(|error| Failure::io(format_args!("the connection to {} broke", self.destination), &error))?;
        }
        match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    /// The protocol came to an end before its time.
    fn cut(&self, error: Error) -> Failure {
        protocol_failure(self.destination, error)
    }
}

/// Tells a login what the TLS channel is known by. Without a login there is nothing to bind.
fn bind(submission: &mut Submission, channel: Option<[u8; 32]>) {
    if let Some(data) = &channel {
        let _ = submission.bind_channel(ChannelBinding { kind: BindingKind::TlsExporter, data });
    }
}

/// A message on its way to the task.
struct Body<'a> {
    reader: Box<dyn Read + 'a>,
    block: Vec<u8>,
    /// What of the block is still to be passed.
    rest: std::ops::Range<usize>,
    ended: bool,
    progress: Progress,
    origin: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Passed {
    /// What there was room for.
    Some,
    /// The last of it.
    All,
}

impl<'a> Body<'a> {
    fn new(content: &mut (dyn Content<'a> + 'a)) -> Result<Self, Failure> {
        let progress = Progress::new(content.size());
        let origin = content.origin().to_owned();
        let reader = content.reader().map_err(|error| unreadable(&origin, &error))?;
        Ok(Self { reader, block: vec![0; BLOCK], rest: 0..0, ended: false, progress, origin })
    }

    /// Passes on as much as there is room for.
    fn pass(&mut self, task: &mut Submission) -> Result<Passed, Failure> {
        loop {
            if self.rest.is_empty() && !self.ended {
                let count = self.reader.read(&mut self.block).map_err(|error| unreadable(&self.origin, &error))?;
                self.rest = 0..count;
                self.ended = count == 0;
            }
            let outcome = if self.ended {
                task.finish_data().map(|()| 0)
            } else {
                task.send_data(&self.block[self.rest.clone()])
            };
            match outcome {
                Ok(_) if self.ended => {
                    self.progress.end();
                    return Ok(Passed::All);
                }
                Ok(0) | Err(Error::Misuse(Misuse::Full)) => return Ok(Passed::Some),
                Ok(count) => {
                    self.rest.start += count;
                    self.progress.add(count);
                }
                // The message is over: the server has refused it meanwhile, and events tell.
                Err(_) => {
                    self.progress.end();
                    return Ok(Passed::All);
                }
            }
        }
    }
}

fn unreadable(origin: &str, error: &std::io::Error) -> Failure {
    Failure::new(Status::Usage, format_args!("cannot read the message from {origin}, so it was not sent: {error}"))
}

/// Shows people how far it is, if they watch.
struct Progress {
    total: u64,
    done: u64,
    shown: Option<Instant>,
}

impl Progress {
    fn new(total: u64) -> Self {
        let shown = std::io::stderr().is_terminal().then(Instant::now);
        Self { total, done: 0, shown }
    }

    fn add(&mut self, count: usize) {
        self.done += count as u64;
        if self.shown.is_some_and(|shown| shown.elapsed() > Duration::from_millis(200)) {
            self.show();
            self.shown = Some(Instant::now());
        }
    }

    fn show(&self) {
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100).min(100);
        // It is only for show.
        let _ = write!(std::io::stderr(), "\r{percent:3} % of {} bytes", self.total);
    }

    fn end(&mut self) {
        if self.shown.take().is_some() && self.total > BLOCK as u64 {
            self.show();
            eprintln!();
        }
    }
}

/// Why a delivery that was given up was given up.
pub(super) fn interrupted() -> Failure {
    Failure::new(Status::Broken, "interrupted")
}
