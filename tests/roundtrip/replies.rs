//! Replies, enhanced codes, and what EHLO announces.

use mailproto::sasl::Mechanisms;
use mailproto::smtp::{Client, ClientOptions, EnhancedCode, ExtensionSet, Reply, Server, ServerEvent, ServerOptions};
use mailproto::{Endpoint, Leniency, Limits};
use proptest::prelude::*;

fn enhanced() -> impl Strategy<Value = EnhancedCode> {
    (prop_oneof![Just(2_u8), Just(4), Just(5)], 0_u16..1_000, 0_u16..1_000)
        .prop_map(|(class, subject, detail)| EnhancedCode::new(class, subject, detail))
}

/// What a server with these extensions announces, as a client understands it.
fn announced(options: ServerOptions<'_>) -> mailproto::smtp::Extensions {
    let mut server: Server = Server::new(options).unwrap();
    let mut client: Client = Client::new(ClientOptions { leniency: Leniency::STRICT, ..ClientOptions::default() });
    client.ehlo("h.example").unwrap();
    assert_eq!(server.next_event(), Ok(Some(ServerEvent::Connect)));
    server.accept().unwrap();
    for _ in 0..4 {
        while client.next_event().unwrap().is_some() {}
        let sent = server.receive(client.transmit());
        client.transmitted(sent);
        if server.next_event().unwrap().is_some() {
            server.accept().unwrap();
        }
        let sent = client.receive(server.transmit());
        server.transmitted(sent);
    }
    *client.extensions()
}

proptest! {
    #[test]
    fn a_reply_reads_as_it_was_written(
        code in 200_u16..600, enhanced in proptest::option::of(enhanced()), lines in proptest::collection::vec("[^\r\n\0]{0,60}", 1..5),
    ) {
        let text = lines.join("\n");
        let mut wire = Vec::new();
        Reply::encode(code, enhanced, &text, &mut |bytes| wire.extend_from_slice(bytes));
        let reply = Reply::parse_with(&wire, Leniency::STRICT).unwrap();
        prop_assert_eq!(reply.code(), code);
        prop_assert!(reply.anomalies().is_empty());
        match enhanced {
            Some(enhanced) => {
                prop_assert_eq!(reply.enhanced(), Some(enhanced));
                prop_assert!(reply.lines().map(|line| line.message()).eq(lines.iter().map(|line| line.as_bytes())));
            }
            None => prop_assert!(reply.lines().map(|line| line.text()).eq(lines.iter().map(|line| line.as_bytes()))),
        }
        // Cut short it is not a reply.
        for end in 0..wire.len() {
            let cut = Reply::parse(&wire[..end]);
            prop_assert!(cut.is_err_and(|error| error.incomplete), "{}", end);
        }
    }

    #[test]
    fn an_enhanced_code_reads_as_it_was_written(code in enhanced(), text in "( [^\r\n]{0,20})?") {
        prop_assert_eq!(EnhancedCode::parse(format!("{code}{text}").as_bytes()), Some(code));
    }

    #[test]
    fn what_a_server_announces_is_what_its_client_learns(
        bits in any::<u32>(), tls in any::<bool>(), auth in any::<bool>(), size in 1_u64.., recipients in 1_u32.., hold_max in any::<u32>(),
    ) {
        let mut options = ServerOptions::new("mx.example.org");
        options.offered = ExtensionSet::from_bits(bits);
        (options.tls, options.auth_without_tls, options.hold_max) = (tls, auth, hold_max);
        options.limits = Limits { message: size, recipients, ..Limits::default() };
        let mut expected = options.offered.without(if tls { ExtensionSet::STARTTLS } else { ExtensionSet::REQUIRETLS });
        if !tls && !auth {
            expected = expected.without(ExtensionSet::AUTH);
        }
        if !expected.contains(ExtensionSet::CHUNKING) {
            expected = expected.without(ExtensionSet::BINARYMIME);
        }
        let learned = announced(options);
        prop_assert_eq!(learned.set, expected);
        let if_offered = |set| expected.contains(set);
        prop_assert_eq!(learned.size, if_offered(ExtensionSet::SIZE).then_some(size));
        prop_assert_eq!(learned.limits.rcpt_max, if_offered(ExtensionSet::LIMITS).then_some(recipients));
        prop_assert_eq!(learned.hold_max, if_offered(ExtensionSet::FUTURERELEASE).then_some(hold_max));
        let mechanisms = if if_offered(ExtensionSet::AUTH) { Mechanisms::SERVER_DEFAULT } else { Mechanisms::NONE };
        prop_assert_eq!(learned.mechanisms, mechanisms);
    }
}
