//! Shows a client's conversation on stderr.

use mailproto_host::{Entry, Side, Trace, Traced, Transcript};

/// Tells of each line that crosses a connection of which we are the client.
pub(crate) fn listen(mut note: impl FnMut(&Entry) + Send + 'static) -> Trace {
    let mut transcript = Transcript::default();
    Trace::to(move |traced| {
        let mut tell = |entry| note(&entry);
        match traced {
            Traced::Sent(log) => transcript.hear_log(Side::Client, log, &mut tell),
            Traced::Received(bytes) => transcript.hear(Side::Server, bytes, &mut tell),
            Traced::Tls => transcript.tls_started(&mut tell),
        }
    })
}
