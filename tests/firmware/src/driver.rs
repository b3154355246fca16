//! Joins an endpoint to a byte stream: all that a program without an operating
//! system needs between the core and its modem or serial port.

use embedded_io::{Read, Write};
use mailproto::Endpoint;

/// Sends everything that the endpoint has for the peer.
pub fn flush<E: Endpoint, S: Write>(endpoint: &mut E, stream: &mut S) -> Result<(), S::Error> {
    while endpoint.wants_write() {
        let count = stream.write(endpoint.transmit())?;
        endpoint.transmitted(count);
    }
    Ok(())
}

/// Waits for bytes of the peer, straight into the endpoint's buffer.
pub fn fill<E: Endpoint, S: Read>(endpoint: &mut E, stream: &mut S) -> Result<(), S::Error> {
    let count = stream.read(endpoint.receive_space())?;
    endpoint.received(count);
    Ok(())
}
