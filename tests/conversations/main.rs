//! Conversations as a person reads them, run for both roles at every cut.
//!
//! Each file of `smtp/` and `pop3/` is one conversation. `C:` and `S:` lines are what goes over the wire; between
//! them stand what the hosts do (`client>`, `server>`) and what they are told (`client?`, `server?`).
//! For each role the lines of the other side are fed in, whole and cut in every place, and both the
//! lines of its own side and its events must come out. `README.md` has the words.

mod client;
mod pop3_client;
mod pop3_server;
mod script;
mod server;

use script::{Feed, Script};

/// The ways in which the same bytes are fed.
fn feeds(length: usize) -> impl Iterator<Item = Feed> {
    let usual = Feed { cut: None, piece: usize::MAX, transmit: usize::MAX, in_place: false };
    let pieces = [usize::MAX, 1, 2, 3, 7].into_iter().map(move |piece| Feed { piece, ..usual });
    let transmits = [1, 2, 7].into_iter().map(move |transmit| Feed { transmit, ..usual });
    let both = [Feed { piece: 1, transmit: 1, ..usual }];
    let cuts = (1..length).map(move |cut| Feed { cut: Some(cut), ..usual });
    let ways = pieces.chain(transmits).chain(both).chain(cuts);
    ways.flat_map(|feed| [feed, Feed { in_place: true, ..feed }])
}

fn check(protocol: &str, role: &str, run: impl Fn(&Script, Feed) -> String, ours: char, theirs: char) {
    let mut seen = 0;
    for script in Script::all(protocol).iter().filter(|script| script.is_for(role)) {
        let expected = script.expected(role, ours);
        for feed in feeds(script.wire_length(theirs)) {
            let got = run(script, feed);
            assert_eq!(got, expected, "{} as {role}, fed by {feed:?}", script.name);
        }
        seen += 1;
    }
    assert!(seen > 10, "only {seen} conversations for the {role}");
}

#[test]
fn the_client_speaks_and_hears_as_written() {
    check("smtp", "client", client::run, 'C', 'S');
}

#[test]
fn the_server_speaks_and_hears_as_written() {
    check("smtp", "server", server::run, 'S', 'C');
}

#[test]
fn the_pop3_client_speaks_and_hears_as_written() {
    check("pop3", "client", pop3_client::run, 'C', 'S');
}

#[test]
fn the_pop3_server_speaks_and_hears_as_written() {
    check("pop3", "server", pop3_server::run, 'S', 'C');
}
