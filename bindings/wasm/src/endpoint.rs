//! What every handle has: the contract of [`mailproto::Endpoint`], once for all.

use crate::output::Fields;
use alloc::string::String;
use mailproto::{Timeout, TimeoutReason, TransmitLog};
use wasm_bindgen::JsValue;

/// Gives a handle the methods of the contract. The handle has the fields `endpoint` and `space`.
macro_rules! endpoint {
    ($handle:ident, $event:path) => {
        #[wasm_bindgen]
        impl $handle {
            /// Makes room to read into, and returns how much there is; `receivePointer` says where.
            #[wasm_bindgen(js_name = receiveLength)]
            pub fn receive_length(&mut self) -> u32 {
                let space = self.endpoint.receive_space();
                self.space = $crate::endpoint::address(space);
                space.len() as u32
            }

            /// Where the room that `receiveLength` made begins.
            #[wasm_bindgen(js_name = receivePointer)]
            pub fn receive_pointer(&self) -> u32 {
                self.space
            }

            /// The first `count` bytes of the room were filled; 0 gives the room back.
            pub fn received(&mut self, count: u32) {
                self.endpoint.received(count as usize);
            }

            /// The peer closed its side.
            #[wasm_bindgen(js_name = receiveEof)]
            pub fn receive_eof(&mut self) {
                self.endpoint.receive_eof();
            }

            /// The next thing that happened as a plain object, or `undefined`.
            #[wasm_bindgen(js_name = nextEvent)]
            pub fn next_event(&mut self) -> Result<JsValue, JsValue> {
                let event = self.endpoint.next_event().map_err(thrown)?;
                Ok(event.map_or(JsValue::UNDEFINED, |event| $event(event).into()))
            }

            /// Where the bytes for the peer begin.
            #[wasm_bindgen(js_name = transmitPointer)]
            pub fn transmit_pointer(&self) -> u32 {
                $crate::endpoint::address(self.endpoint.transmit())
            }

            /// How many bytes there are for the peer.
            #[wasm_bindgen(js_name = transmitLength)]
            pub fn transmit_length(&self) -> u32 {
                self.endpoint.transmit().len() as u32
            }

            /// The first `count` bytes for the peer were sent.
            pub fn transmitted(&mut self, count: u32) {
                self.endpoint.transmitted(count as usize);
            }

            /// What there is for the peer as text, secrets taken out.
            #[wasm_bindgen(js_name = transmitLog)]
            pub fn transmit_log(&self) -> alloc::string::String {
                $crate::endpoint::log(self.endpoint.transmit_log())
            }

            /// What time it is, in milliseconds since any moment.
            #[wasm_bindgen(js_name = handleTime)]
            pub fn handle_time(&mut self, milliseconds: f64) {
                // Fractions are cut off, what is no time at all counts as 0.
                self.endpoint.handle_time(Instant::from_millis(milliseconds as u64));
            }

            /// When to call `handleTime` at the latest, and why; or `undefined`.
            #[wasm_bindgen(js_name = nextTimeout)]
            pub fn next_timeout(&self) -> JsValue {
                $crate::endpoint::timeout(self.endpoint.next_timeout())
            }

            /// Whether the conversation still expects something from the peer.
            #[wasm_bindgen(js_name = wantsRead)]
            pub fn wants_read(&self) -> bool {
                self.endpoint.wants_read()
            }

            /// Whether there are bytes for the peer.
            #[wasm_bindgen(js_name = wantsWrite)]
            pub fn wants_write(&self) -> bool {
                self.endpoint.wants_write()
            }

            /// TLS has begun.
            #[wasm_bindgen(js_name = tlsStarted)]
            pub fn tls_started(&mut self) -> Result<(), JsValue> {
                self.endpoint.tls_started().map_err(thrown)
            }

            /// What was tolerated so far, as bits.
            pub fn anomalies(&self) -> u32 {
                self.endpoint.anomalies().bits()
            }
        }
    };
}

/// Where bytes are in the module's memory, which has 32-bit addresses.
pub(crate) fn address(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as usize as u32
}

pub(crate) fn log(log: TransmitLog<'_>) -> String {
    let mut text = String::from_utf8_lossy(log.before).into_owned();
    if log.hidden > 0 {
        text.push_str("[secret]");
    }
    text.push_str(&String::from_utf8_lossy(log.after));
    text
}

pub(crate) fn timeout(timeout: Option<Timeout>) -> JsValue {
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
