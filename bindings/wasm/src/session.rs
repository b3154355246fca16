//! The one handle on a session that JavaScript has, whichever session it is.
//!
//! What every session can, by the contract of [`mailproto::Endpoint`], is a method of its own; what
//! differs goes through [`Handle::call`]. So the glue between the two sides is there once and not
//! once for each session.

use crate::arguments::Arguments;
use crate::error::{self, thrown};
use crate::interop::Array;
use crate::output::Fields;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use mailproto::{Anomalies, Error, Instant, Timeout, TimeoutReason, TransmitLog};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The contract of [`mailproto::Endpoint`] as a handle needs it, and the verbs of its own.
pub(crate) trait Session {
    fn receive_space(&mut self) -> &mut [u8];
    fn received(&mut self, count: usize);
    fn receive_eof(&mut self);
    fn next_event(&mut self) -> Result<Option<Fields>, Error>;
    fn transmit(&self) -> &[u8];
    fn transmitted(&mut self, count: usize);
    fn transmit_log(&self) -> TransmitLog<'_>;
    fn handle_time(&mut self, now: Instant);
    fn next_timeout(&self) -> Option<Timeout>;
    fn wants_read(&self) -> bool;
    fn tls_started(&mut self) -> Result<(), Error>;
    fn anomalies(&self) -> Anomalies;
    /// What the verb of this number, of those in [`verb`](crate::verb), does and tells.
    fn call(&mut self, verb: u32, arguments: Arguments<'_>) -> Result<JsValue, JsValue>;
}

/// Makes what has a field `endpoint` a [`Session`]: `$event` shows its events, `$call` does its verbs.
macro_rules! session {
    ($name:ident, $event:path, $call:path) => {
        impl $crate::session::Session for $name {
            fn receive_space(&mut self) -> &mut [u8] {
                self.endpoint.receive_space()
            }

            fn received(&mut self, count: usize) {
                self.endpoint.received(count);
            }

            fn receive_eof(&mut self) {
                self.endpoint.receive_eof();
            }

            fn next_event(&mut self) -> Result<Option<$crate::output::Fields>, mailproto::Error> {
                Ok(self.endpoint.next_event()?.map($event))
            }

            fn transmit(&self) -> &[u8] {
                self.endpoint.transmit()
            }

            fn transmitted(&mut self, count: usize) {
                self.endpoint.transmitted(count);
            }

            fn transmit_log(&self) -> mailproto::TransmitLog<'_> {
                self.endpoint.transmit_log()
            }

            fn handle_time(&mut self, now: mailproto::Instant) {
                self.endpoint.handle_time(now);
            }

            fn next_timeout(&self) -> Option<mailproto::Timeout> {
                self.endpoint.next_timeout()
            }

            fn wants_read(&self) -> bool {
                self.endpoint.wants_read()
            }

            fn tls_started(&mut self) -> Result<(), mailproto::Error> {
                self.endpoint.tls_started()
            }

            fn anomalies(&self) -> mailproto::Anomalies {
                self.endpoint.anomalies()
            }

            fn call(&mut self, verb: u32, arguments: Arguments<'_>) -> Result<JsValue, JsValue> {
                $call(self, verb, arguments)
            }
        }
    };
}

/// A handle on any session.
#[wasm_bindgen]
pub struct Handle {
    session: Box<dyn Session>,
    space: u32,
}

#[wasm_bindgen]
impl Handle {
    /// The session of this number, of those in `SESSIONS` in `npm/lib/verbs.js`.
    #[wasm_bindgen(constructor)]
    pub fn new(session: u32, numbers: &[f64], texts: &Array, bytes: Option<Vec<u8>>) -> Result<Self, JsValue> {
        let arguments = Arguments::new(numbers, texts, bytes);
        let session: Box<dyn Session> = match session {
            #[cfg(feature = "smtp-client")]
            0 => Box::new(crate::smtp::SmtpClient::new(arguments)),
            #[cfg(feature = "smtp-server")]
            1 => Box::new(crate::smtp::SmtpServer::new(arguments)?),
            #[cfg(feature = "submission")]
            2 => Box::new(crate::smtp::SmtpSubmission::new(arguments)?),
            #[cfg(feature = "pop3-client")]
            3 => Box::new(crate::pop3::Pop3Client::new(arguments)),
            #[cfg(feature = "pop3-server")]
            4 => Box::new(crate::pop3::Pop3Server::new(arguments)?),
            #[cfg(feature = "download")]
            5 => Box::new(crate::pop3::Pop3Download::new(arguments)?),
            _ => return Err(error::argument("session")),
        };
        Ok(Self { session, space: 0 })
    }

    /// Does the verb of this number, of those in `VERBS` in `npm/lib/verbs.js`.
    pub fn call(
        &mut self,
        verb: u32,
        numbers: &[f64],
        texts: &Array,
        bytes: Option<Vec<u8>>,
    ) -> Result<JsValue, JsValue> {
        self.session.call(verb, Arguments::new(numbers, texts, bytes))
    }

    /// Makes room to read into, and returns how much there is; `receivePointer` says where.
    #[wasm_bindgen(js_name = receiveLength)]
    pub fn receive_length(&mut self) -> u32 {
        let space = self.session.receive_space();
        self.space = address(space);
        space.len() as u32
    }

    /// Where the room that `receiveLength` made begins.
    #[wasm_bindgen(js_name = receivePointer)]
    pub fn receive_pointer(&self) -> u32 {
        self.space
    }

    /// The first `count` bytes of the room were filled; 0 gives the room back.
    pub fn received(&mut self, count: u32) {
        self.session.received(count as usize);
    }

    /// The peer closed its side.
    #[wasm_bindgen(js_name = receiveEof)]
    pub fn receive_eof(&mut self) {
        self.session.receive_eof();
    }

    /// The next thing that happened as a plain object, or `undefined`.
    #[wasm_bindgen(js_name = nextEvent)]
    pub fn next_event(&mut self) -> Result<JsValue, JsValue> {
        let event = self.session.next_event().map_err(thrown)?;
        Ok(event.map_or(JsValue::UNDEFINED, Fields::into))
    }

    /// Where the bytes for the peer begin.
    #[wasm_bindgen(js_name = transmitPointer)]
    pub fn transmit_pointer(&self) -> u32 {
        address(self.session.transmit())
    }

    /// How many bytes there are for the peer.
    #[wasm_bindgen(js_name = transmitLength)]
    pub fn transmit_length(&self) -> u32 {
        self.session.transmit().len() as u32
    }

    /// The first `count` bytes for the peer were sent.
    pub fn transmitted(&mut self, count: u32) {
        self.session.transmitted(count as usize);
    }

    /// What there is for the peer as text, secrets taken out.
    #[wasm_bindgen(js_name = transmitLog)]
    pub fn transmit_log(&self) -> String {
        log(self.session.transmit_log())
    }

    /// What time it is, in milliseconds since any moment.
    #[wasm_bindgen(js_name = handleTime)]
    pub fn handle_time(&mut self, milliseconds: f64) {
        // Fractions are cut off, what is no time at all counts as 0.
        self.session.handle_time(Instant::from_millis(milliseconds as u64));
    }

    /// When to call `handleTime` at the latest, and why; or `undefined`.
    #[wasm_bindgen(js_name = nextTimeout)]
    pub fn next_timeout(&self) -> JsValue {
        timeout(self.session.next_timeout())
    }

    /// Whether the conversation still expects something from the peer.
    #[wasm_bindgen(js_name = wantsRead)]
    pub fn wants_read(&self) -> bool {
        self.session.wants_read()
    }

    /// Whether there are bytes for the peer.
    #[wasm_bindgen(js_name = wantsWrite)]
    pub fn wants_write(&self) -> bool {
        !self.session.transmit().is_empty()
    }

    /// TLS has begun.
    #[wasm_bindgen(js_name = tlsStarted)]
    pub fn tls_started(&mut self) -> Result<(), JsValue> {
        self.session.tls_started().map_err(thrown)
    }

    /// What was tolerated so far, as bits.
    pub fn anomalies(&self) -> u32 {
        self.session.anomalies().bits()
    }
}

/// Where bytes are in the module's memory, which has 32-bit addresses.
fn address(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as usize as u32
}

fn log(log: TransmitLog<'_>) -> String {
    let mut text = String::from_utf8_lossy(log.before).into_owned();
    if log.hidden > 0 {
        text.push_str("[secret]");
    }
    text.push_str(&String::from_utf8_lossy(log.after));
    text
}

fn timeout(timeout: Option<Timeout>) -> JsValue {
    match timeout {
        None => JsValue::UNDEFINED,
        Some(Timeout { at, reason }) => {
            Fields::new().number("at", at.as_millis() as f64).text("reason", reason_name(reason)).into()
        }
    }
}

pub(crate) fn reason_name(reason: TimeoutReason) -> &'static str {
    match reason {
        TimeoutReason::Greeting => "greeting",
        TimeoutReason::Reply => "reply",
        TimeoutReason::DataStart => "dataStart",
        TimeoutReason::DataBlock => "dataBlock",
        TimeoutReason::DataEnd => "dataEnd",
        TimeoutReason::Command => "command",
        _ => "other",
    }
}
