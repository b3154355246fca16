//! Shows a client's conversation on stderr.

use mailproto_host::{Entry, Side, Trace, Traced, Transcript};

/// Tells of each line that crosses a connection of which we are the client.
pub(crate) fn listen(mut transcript: Transcript, mut note: impl FnMut(&Entry) + Send + 'static) -> Trace {
    Trace::to(move |traced| hear(&mut transcript, traced, &mut note))
}

/// The same for what has just crossed it.
pub(crate) fn hear(transcript: &mut Transcript, traced: Traced<'_>, note: &mut dyn FnMut(&Entry)) {
    let mut tell = |entry| note(&entry);
    match traced {
        Traced::Sent(log) => transcript.hear_log(Side::Client, log, &mut tell),
        Traced::Received(bytes) => transcript.hear(Side::Server, bytes, &mut tell),
        Traced::Tls => transcript.tls_started(&mut tell),
    }
}
