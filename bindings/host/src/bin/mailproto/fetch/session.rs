//! One run: the task, the connection, and what becomes of each message.

use super::folder::{Folder, Part};
use super::report::{Progress, describe, said, why};
use super::state::State;
use crate::conversation;
use crate::destination::Destination;
use crate::failure::{Failure, Status, protocol_failure};
use crate::output::{self, hexadecimal, message_line};
use crate::store::Draft;
use crate::terms::Terms;
use mailproto::pop3::{Download, DownloadEvent, DownloadOptions, Message, Retention, Seen};
use mailproto::sasl::{Account, BindingKind, ChannelBinding};
use mailproto::{Endpoint, Error};
use mailproto_host::asynchronous::Driver;
use mailproto_host::{Trace, Transcript};
use rustls::ClientConfig;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Everything a run needs.
pub(super) struct Session<'a> {
    terms: &'a Terms,
    destination: &'a Destination,
    state: Option<State>,
    folder: Option<Folder>,
    /// Today, in days since 1970.
    today: u32,
    coming: Option<Coming>,
    progress: Progress,
    /// Messages that should have been fetched and were not.
    skipped: u32,
    refusal: Option<Failure>,
}

/// A message that is on its way.
struct Coming {
    number: u32,
    unique_id: Option<String>,
    content: Content,
}

/// What is there of it.
enum Content {
    File(Part),
    Draft(Draft),
}

/// What there is to do when no more events are at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Hear more.
    Turn,
    /// Begin TLS.
    Handshake,
    /// Keep the message that is complete.
    Keep,
    /// Remember what the task says in the end.
    Remember,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        terms: &'a Terms,
        destination: &'a Destination,
        state: Option<State>,
        folder: Option<Folder>,
    ) -> Self {
        Self {
            terms,
            destination,
            state,
            folder,
            today: today(),
            coming: None,
            progress: Progress::default(),
            skipped: 0,
            refusal: None,
        }
    }

    /// Fetches all that is new.
    pub(super) async fn run(&mut self, login: Account, retention: Retention) -> Result<(), Failure> {
        let mut options = DownloadOptions::new(login);
        options.tls = self.terms.policy(self.destination)?;
        options.retention = retention;
        options.today = self.today;
        options.timeouts = self.terms.pop3_timeouts();
        let seen = self.state.as_ref().map_or_else(Seen::default, |state| state.seen().clone());
        let mut download =
            Download::new(options, seen).map_err(|error| Failure::usage(format_args!("the login: {error}")))?;
        let connected = self.terms.connect(self.destination).await?;
        bind(&mut download, connected.stream.channel_binding());
        let trace = if self.terms.trace {
            conversation::listen(Transcript::pop3(), |entry| eprintln!("{entry}"))
        } else {
            Trace::default()
        };
        let mut driver = Driver::new(download, connected.stream).with_trace(trace);
        self.converse(&mut driver, &connected.config).await?;
        // Whoever has hung up already need not be waited for.
        let _ = driver.close().await;
        match self.refusal.take() {
            Some(refusal) => Err(refusal),
            None if self.skipped > 0 => Err(Failure::silent(Status::Refused)),
            None => Ok(()),
        }
    }

    async fn converse(&mut self, driver: &mut Driver<Download>, config: &Arc<ClientConfig>) -> Result<(), Failure> {
        while !driver.endpoint.is_closed() {
            let mut next = Next::Turn;
            while let Some(event) = driver.endpoint.next_event().map_err(|error| self.cut(error))? {
                match self.hear(event)? {
                    Next::Turn => {}
                    other => next = other,
                }
            }
            match next {
                Next::Turn => {
                    self.spill().await?;
                    let broke =
                        |error| Failure::io(format_args!("the connection to {} broke", self.destination), &error);
                    driver.turn().await.map_err(broke)?;
                }
                Next::Handshake => {
                    let handshake = driver.start_tls(config, &self.destination.host);
                    self.terms.handshake(self.destination, handshake).await?;
                    let channel = driver.stream().channel_binding();
                    bind(&mut driver.endpoint, channel);
                    driver.endpoint.tls_started().map_err(|error| self.cut(error))?;
                }
                Next::Keep => {
                    let unique_id = self.keep().await?;
                    driver.endpoint.accept().map_err(|error| self.cut(error))?;
                    self.remember(unique_id.as_deref())?;
                }
                Next::Remember => {
                    if let Some(state) = &mut self.state {
                        state.replace(driver.endpoint.seen().clone()).map_err(|error| unremembered(&error))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn hear(&mut self, event: DownloadEvent<'_>) -> Result<Next, Failure> {
        match event {
            DownloadEvent::StartTls => return Ok(Next::Handshake),
            DownloadEvent::Listed { messages, new } => {
                eprintln!("{}: {messages} messages, {new} to be fetched", self.destination);
                self.progress = Progress::new(new);
            }
            DownloadEvent::Message(message) => self.coming = Some(self.begin(&message)?),
            DownloadEvent::Data(bytes) => self.take(bytes)?,
            DownloadEvent::MessageEnd => return Ok(Next::Keep),
            DownloadEvent::Skipped { message, reason, response } => {
                self.progress.end();
                self.skipped += 1;
                eprintln!("mailproto: message {} stays: {}{}", message.number, why(reason), said(response));
            }
            DownloadEvent::Failed { failure, response } => {
                let text = format!("{}: {}{}", self.destination, describe(failure), said(response));
                self.refusal = Some(Failure::new(Status::Refused, text));
            }
            DownloadEvent::Done { removed, response } => {
                self.progress.end();
                if removed > 0 {
                    eprintln!("{}: {removed} deleted there", self.destination);
                }
                if response.is_some_and(|response| !response.is_ok()) {
                    let text = format!("{}: not all messages were deleted{}", self.destination, said(response));
                    self.refusal = Some(Failure::new(Status::Refused, text));
                }
                return Ok(Next::Remember);
            }
            _ => {}
        }
        Ok(Next::Turn)
    }

    fn begin(&mut self, message: &Message<'_>) -> Result<Coming, Failure> {
        self.progress.begin(message.size);
        let content = match &self.folder {
            Some(folder) => {
                Content::File(folder.begin(message.unique_id, message.number).map_err(|error| unkept(&error))?)
            }
            None => Content::Draft(Draft::default()),
        };
        Ok(Coming { number: message.number, unique_id: message.unique_id.map(str::to_owned), content })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.progress.add(bytes.len());
        match self.coming.as_mut().map(|coming| &mut coming.content) {
            Some(Content::File(part)) => part.add(bytes).map_err(|error| unkept(&error)),
            Some(Content::Draft(draft)) => {
                draft.add(bytes);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A large message is not held in memory.
    async fn spill(&mut self) -> Result<(), Failure> {
        if let Some(Coming { content: Content::Draft(draft), .. }) = &mut self.coming
            && draft.is_full()
        {
            draft.spill().await.map_err(unheld)?;
        }
        Ok(())
    }

    /// Keeps the message that is complete and tells of it; returns its unique id.
    async fn keep(&mut self) -> Result<Option<String>, Failure> {
        let Some(Coming { number, unique_id, content }) = self.coming.take() else { return Ok(None) };
        let told = |size: u64, sha256: &[u8; 32]| json!({ "number": number, "unique_id": unique_id, "size": size, "sha256": hexadecimal(sha256) });
        let written = match content {
            Content::File(part) => {
                let kept = part.finish().map_err(|error| unkept(&error))?;
                let mut line = told(kept.size, &kept.sha256);
                line["file"] = Value::from(kept.path.to_string_lossy());
                output::line(&line)
            }
            Content::Draft(draft) => {
                let content = draft.finish().await.map_err(unheld)?;
                message_line(&mut io::stdout().lock(), &told(content.size(), content.sha256()), &content)
            }
        };
        written.map_err(|error| Failure::io("cannot write to stdout, so no more was fetched", &error))?;
        Ok(unique_id)
    }

    fn remember(&mut self, unique_id: Option<&str>) -> Result<(), Failure> {
        match (&mut self.state, unique_id) {
            (Some(state), Some(unique_id)) => state.accept(unique_id, self.today).map_err(|error| unremembered(&error)),
            _ => Ok(()),
        }
    }

    /// The protocol came to an end before its time.
    fn cut(&self, error: Error) -> Failure {
        protocol_failure(self.destination, error)
    }
}

/// Tells a login what the TLS channel is known by. One that has begun cannot be bound any more.
fn bind(download: &mut Download, channel: Option<[u8; 32]>) {
    if let Some(data) = &channel {
        let _ = download.bind_channel(ChannelBinding { kind: BindingKind::TlsExporter, data });
    }
}

/// Days since 1970. A clock that is before that stands still.
fn today() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / (24 * 60 * 60)).unwrap_or(u32::MAX)
}

fn unkept(error: &io::Error) -> Failure {
    Failure::io("cannot write the message to --out, so no more was fetched", error)
}

fn unheld(error: crate::store::Error) -> Failure {
    Failure::new(Status::Broken, format_args!("cannot hold the message, so no more was fetched: {error}"))
}

fn unremembered(error: &io::Error) -> Failure {
    Failure::io("cannot write to --state, so no more was fetched", error)
}
